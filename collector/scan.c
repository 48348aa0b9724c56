/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool km_scan_next(const char **text, int64_t *ret_number)
{
    const char *p = *text + strspn(*text, " \t");
    char *end;
    long long number;

    if ((*p < '0' || *p > '9') && *p != '-')
        return false;
    errno = 0;
    number = strtoll(p, &end, 10);
    if (errno || end == p)
        return false;
    *text = end;
    *ret_number = number;
    return true;
}

bool km_scan_number(const char *text, int64_t *ret_number)
{
    int64_t number;

    if (!km_scan_next(&text, &number) || (*text && !strchr(" \t\n", *text)))
        return false;
    *ret_number = number;
    return true;
}

const char *km_scan_next_line(const char *line)
{
    line = strchrnul(line, '\n');
    return line + (*line == '\n');
}

void km_scan_add(struct km_sample *sample, unsigned metric, int64_t value)
{
    int64_t before = km_sample_has(sample, metric) ? sample->value[metric] : 0;

    if (value >= 0 && !__builtin_add_overflow(before, value, &value))
        km_sample_set(sample, metric, value);
}

bool km_scan_value(const char *text, const char *key, int64_t *ret_value)
{
    size_t len = strlen(key);

    while (text) {
        if (strncmp(text, key, len) == 0)
            return km_scan_number(text + len, ret_value);
        text = strchr(text, '\n');
        if (text)
            text++;
    }
    return false;
}

void km_scan_into(const char *text, const struct km_scan_rule *rules, struct km_sample *sample)
{
    for (; rules->key; rules++) {
        int64_t value;

        if (km_scan_value(text, rules->key, &value) && value >= 0 &&
            !__builtin_mul_overflow(value, rules->factor, &value))
            km_sample_set(sample, rules->metric, value);
    }
}
