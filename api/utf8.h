/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_UTF8_H
#define KM_API_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Bytes of the UTF-8 character that text[0..len) begins with, 1 to 4, or 0 if it begins with none:
 * overlong forms, surrogates and what is above U+10FFFF are none (RFC 3629, section 4).
 */
size_t km_utf8_char(const char *text, size_t len);

/* True if all of text[0..len) is UTF-8. */
bool km_utf8_valid(const char *text, size_t len);

/* Appends text[0..len) with U+FFFD for every byte that is not part of a character. */
void km_utf8_clean(struct km_buf *out, const char *text, size_t len);

#endif
