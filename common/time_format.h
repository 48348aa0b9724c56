/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_TIME_FORMAT_H
#define KM_COMMON_TIME_FORMAT_H

/* Instants as text: RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339) to and from Unix ms, UTC. */

#include <stddef.h>
#include <stdint.h>

#define KM_TIME_TEXT 32 /* room for the longest text and its zero */

/* Instants that can be written and read: years 1970 to 9999. */
#define KM_TIME_MAX_MS INT64_C(253402300799999)

/*
 * Writes unix_ms as "2026-11-24T00:13:51.123Z" (always 3 decimals). Instants outside
 * 0..KM_TIME_MAX_MS are clamped to it.
 */
void km_time_format(int64_t unix_ms, char ret_text[KM_TIME_TEXT]);

/*
 * Reads an RFC 3339 instant: "2026-11-24T00:13:51Z", with any number of decimals (cut to ms), "T"
 * or a space, "Z" or "+09:00"; without an offset it is taken as UTC, as Python's isoformat() writes
 * it. Returns 0, or -EINVAL if text is anything else or outside 0..KM_TIME_MAX_MS.
 */
int km_time_parse(const char *text, size_t len, int64_t *ret_unix_ms);

/* The wall clock in ms, and a clock in ms that is never set and goes on while suspended. */
int64_t km_time_now_ms(void);
int64_t km_time_steady_ms(void);

#endif
