/* SPDX-License-Identifier: Apache-2.0 */
#include "quantity.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS 19                   /* of the number that are kept: as many as INT64_MAX has */
#define LARGE  ((__int128)1 << 120) /* room for one more multiplication by 10 in 127 bits */

struct suffix {
    const char *text;
    int ten, two; /* times 10^ten or 2^two */
};

static const struct suffix suffixes[] = {
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

/* Reads "12.50" as 1250 and ten -2. Digits past the 19th count as 0. */
static bool read_number(const char **p, __int128 *ret_number, int *ret_ten)
{
    __int128 number = 0;
    int ten = 0, digits = 0;
    bool any = false, point = false;

    for (;; ++*p) {
        if (**p == '.' && !point) {
            point = true;
            continue;
        }
        if (**p < '0' || **p > '9')
            break;
        any = true;
        if (digits == DIGITS) {
            ten += !point;
            continue;
        }
        number = number * 10 + (**p - '0');
        digits += number > 0;
        ten -= point;
    }
    *ret_number = number;
    *ret_ten = ten;
    return any;
}

/* Reads "Mi" or "e3" as powers. */
static bool read_suffix(const char *p, int *ten, int *two)
{
    if ((*p == 'e' || *p == 'E') && p[1]) {
        char *end;
        long exponent = strtol(p + 1, &end, 10);

        if (!*end && exponent >= -40 && exponent <= 40) {
            *ten += (int)exponent;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (strcmp(p, suffixes[i].text) == 0) {
            *ten += suffixes[i].ten;
            *two += suffixes[i].two;
            return true;
        }
    }
    return false;
}

int km_quantity_parse(const char *text, int64_t scale, int64_t *ret_value)
{
    int ten, two = 0;
    __int128 number, value;

    text += *text == '+';
    if (!read_number(&text, &number, &ten) || !read_suffix(text, &ten, &two))
        return -EINVAL;
    value = number * scale;
    for (; two > 0 && value < LARGE; two--)
        value *= 2;
    for (; ten > 0 && value < LARGE; ten--)
        value *= 10;
    for (; ten < 0 && value > 0; ten++)
        value = value / 10 + (value % 10 != 0);
    if (value > 0 && (two > 0 || ten > 0 || value > INT64_MAX))
        return -ERANGE;
    *ret_value = (int64_t)value;
    return 0;
}
