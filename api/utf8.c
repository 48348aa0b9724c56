/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

/* The lead bytes of RFC 3629: how long, and the range of the second byte (the rest is 80..BF). */
static const struct {
    unsigned char first, last, len, second_min, second_max;
} leads[] = {
    {0x00, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

size_t km_utf8_char(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;

    for (size_t i = 0; len > 0 && i < sizeof(leads) / sizeof(leads[0]); i++) {
        if (p[0] < leads[i].first || p[0] > leads[i].last)
            continue;
        if (leads[i].len == 1)
            return 1;
        if (len < leads[i].len || p[1] < leads[i].second_min || p[1] > leads[i].second_max)
            return 0;
        for (size_t k = 2; k < leads[i].len; k++) {
            if (p[k] < 0x80 || p[k] > 0xbf)
                return 0;
        }
        return leads[i].len;
    }
    return 0;
}

bool km_utf8_valid(const char *text, size_t len)
{
    for (size_t at = 0, n; at < len; at += n) {
        n = km_utf8_char(text + at, len - at);
        if (n == 0)
            return false;
    }
    return true;
}

void km_utf8_clean(struct km_buf *out, const char *text, size_t len)
{
    for (size_t at = 0, n; at < len; at += n) {
        n = km_utf8_char(text + at, len - at);
        if (n > 0) {
            km_buf_append(out, text + at, n);
        } else {
            km_buf_puts(out, "\xef\xbf\xbd");
            n = 1;
        }
    }
}
