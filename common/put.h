/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_PUT_H
#define KM_COMMON_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * JSON's tokens at a pointer, for who writes many and has made room for all of them at once: each
 * function returns where the next one goes. No zero is put behind them.
 */

/* A literal: KM_PUT(to, "\"node\":"). */
#define KM_PUT(to, literal) km_put_text(to, literal, sizeof(literal) - 1)

static inline char *km_put_text(char *to, const char *text, size_t len)
{
    memcpy(to, text, len);
    return to + len;
}

#define KM_PUT_NUMBER 32 /* the most bytes of a number */

/* A whole number in decimal. */
char *km_put_uint(char *to, uint64_t value);
char *km_put_int(char *to, int64_t value);

/* value / 1000 with exactly 3 decimals: 12345 is 12.345. */
char *km_put_milli(char *to, int64_t value);

/* The shortest text that reads back as the same double; null for NaN and infinities. */
char *km_put_double(char *to, double value);

/* value with at most 3 decimals, trailing zeros left out. */
char *km_put_decimal(char *to, double value);

/* Text between quotes: UTF-8, controls, quotes and backslashes escaped. Takes at most this: */
#define KM_PUT_STRING(len) ((len)*6 + 2)
char *km_put_string(char *to, const char *text, size_t len);

/* "2026-11-24T00:13:51.123Z" between quotes (RFC 3339, UTC), of a Unix time in ms. */
#define KM_PUT_TIME 26
char *km_put_time(char *to, int64_t unix_ms);

#endif
