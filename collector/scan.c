/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

#include <string.h>

bool km_scan_next(const char **text, int64_t *ret_number)
{
    const char *p = *text, *digits;
    bool negative;
    uint64_t number = 0;

    while (*p == ' ' || *p == '\t')
        p++;
    negative = *p == '-';
    p += negative;
    for (digits = p; *p >= '0' && *p <= '9'; p++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number))
            return false;
    }
    if (p == digits || number > (uint64_t)INT64_MAX + negative)
        return false;
    *text = p;
    *ret_number = (int64_t)(negative ? 0 - number : number);
    return true;
}

bool km_scan_number(const char *text, int64_t *ret_number)
{
    int64_t number;

    if (!km_scan_next(&text, &number) || (*text && *text != ' ' && *text != '\t' && *text != '\n'))
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

/* One pass over the text for all rules: memory.stat has 40 lines, of which 6 are wanted. */
void km_scan_into(const char *text, const struct km_scan_rule *rules, struct km_sample *sample)
{
    unsigned wanted = 0;

    for (const struct km_scan_rule *r = rules; r->key; r++)
        wanted = wanted << 1 | 1;
    for (const char *line = text; *line && wanted; line = km_scan_next_line(line)) {
        for (unsigned i = 0; rules[i].key; i++) {
            size_t len;
            int64_t value;

            if (*line != *rules[i].key || !(wanted >> i & 1))
                continue;
            len = strlen(rules[i].key);
            if (strncmp(line, rules[i].key, len) != 0)
                continue;
            wanted &= ~(1U << i);
            if (km_scan_number(line + len, &value) && value >= 0 &&
                !__builtin_mul_overflow(value, rules[i].factor, &value))
                km_sample_set(sample, rules[i].metric, value);
        }
    }
}
