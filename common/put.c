/* SPDX-License-Identifier: Apache-2.0 */
#include "put.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "time_format.h"

static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930"
                            "31323334353637383940414243444546474849505152535455565758596061"
                            "62636465666768697071727374757677787980818283848586878889909192"
                            "93949596979899";

static unsigned count_digits(uint64_t value)
{
    unsigned n = 1;

    for (; value >= 10000; value /= 10000)
        n += 4;
    return n + (value >= 10) + (value >= 100) + (value >= 1000);
}

char *km_put_uint(char *to, uint64_t value)
{
    unsigned n = count_digits(value);
    char *p = to + n;

    /* From the last one, two digits a division. */
    for (; value >= 100; value /= 100)
        memcpy(p -= 2, pairs + value % 100 * 2, 2);
    if (value >= 10)
        memcpy(to, pairs + value * 2, 2);
    else
        *to = (char)('0' + value);
    return to + n;
}

char *km_put_int(char *to, int64_t value)
{
    if (value >= 0)
        return km_put_uint(to, (uint64_t)value);
    *to = '-';
    return km_put_uint(to + 1, 0 - (uint64_t)value);
}

/* ".123" */
static char *put_part(char *to, unsigned part)
{
    to[0] = '.';
    to[1] = (char)('0' + part / 100);
    memcpy(to + 2, pairs + part % 100 * 2, 2);
    return to + 4;
}

char *km_put_milli(char *to, int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (value < 0)
        *to++ = '-';
    return put_part(km_put_uint(to, size / 1000), (unsigned)(size % 1000));
}

char *km_put_double(char *to, double value)
{
    int len = 0;

    if (!isfinite(value))
        return KM_PUT(to, "null");
    /* 15 digits are enough for most doubles, 17 for every one. */
    for (int digits = 15; digits <= 17; digits++) {
        len = snprintf(to, KM_PUT_NUMBER, "%.*g", digits, value);
        if (strtod(to, NULL) == value)
            break;
    }
    return to + len;
}

char *km_put_decimal(char *to, double value)
{
    int64_t milli;

    if (!isfinite(value) || fabs(value) >= 1e15)
        return km_put_double(to, value);
    milli = llrint(value * 1000);
    if (milli % 1000 == 0)
        return km_put_int(to, milli / 1000);
    to = km_put_milli(to, milli);
    while (to[-1] == '0')
        to--;
    return to;
}

/* True if one of the bytes is below 0x20, a quote, a backslash or 0x7f. */
static uint64_t needs_escape(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t quote = bytes ^ ones * '"', slash = bytes ^ ones * '\\', del = bytes ^ ones * 0x7f;

    /* x - 1 takes the high bit only where x is 0 or above 0x80; ~x leaves the former. */
    return (((bytes - ones * 0x20) & ~bytes) | ((quote - ones) & ~quote) |
            ((slash - ones) & ~slash) | ((del - ones) & ~del)) &
           high;
}

static char *put_escaped(char *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";

    *to++ = '\\';
    if (c == '"' || c == '\\') {
        *to++ = (char)c;
    } else if (c == '\n' || c == '\t') {
        *to++ = c == '\n' ? 'n' : 't';
    } else {
        to = KM_PUT(to, "u00");
        *to++ = hex[c >> 4];
        *to++ = hex[c & 15];
    }
    return to;
}

char *km_put_string(char *to, const char *text, size_t len)
{
    uint64_t bytes;

    *to++ = '"';
    for (; len >= sizeof(bytes); text += sizeof(bytes), len -= sizeof(bytes)) {
        memcpy(&bytes, text, sizeof(bytes));
        if (needs_escape(bytes))
            break;
        memcpy(to, &bytes, sizeof(bytes));
        to += sizeof(bytes);
    }
    for (; len > 0; text++, len--) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
            to = put_escaped(to, c);
        else
            *to++ = (char)c;
    }
    *to++ = '"';
    return to;
}

char *km_put_time(char *to, int64_t unix_ms)
{
    char text[KM_TIME_TEXT];

    km_time_format(unix_ms, text);
    *to++ = '"';
    to = km_put_text(to, text, KM_PUT_TIME - 2);
    *to++ = '"';
    return to;
}
