/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_JSON_CHECK_H
#define KM_API_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True if arrays and objects in the JSON text are nested deeper than max; *ret_offset is then the
 * byte at which. Looks at brackets outside strings only, so it is right for every JSON text and
 * harmless for anything else.
 */
bool km_json_too_deep(const char *text, size_t len, unsigned max, size_t *ret_offset);

#endif
