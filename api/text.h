/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_TEXT_H
#define KM_API_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* True if the bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates. */
bool km_text_is_utf8(const char *text, size_t len);

/* Takes the begun character off the end of UTF-8 text that was cut at a number of bytes. */
void km_text_trim(char *text);

#endif
