/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_KUBE_BASE64_H
#define KM_KUBE_BASE64_H

#include "buf.h"

/*
 * Appends the bytes that base64 text (RFC 4648, with or without padding and line breaks) stands
 * for. Returns 0, or -EINVAL if a character is none of its alphabet.
 */
int km_base64_decode(const char *text, struct km_buf *out);

#endif
