/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <string.h>

bool km_text_is_utf8(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len;

    while (p < end) {
        unsigned char lead = *p++;
        unsigned low = 0x80, high = 0xbf, more;

        if (lead < 0x80)
            continue;
        if (lead < 0xc2 || lead > 0xf4)
            return false;
        more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        if (lead == 0xe0)
            low = 0xa0; /* shorter forms of the same */
        else if (lead == 0xed)
            high = 0x9f; /* surrogates */
        else if (lead == 0xf0)
            low = 0x90;
        else if (lead == 0xf4)
            high = 0x8f; /* beyond U+10FFFF */
        for (; more; more--, low = 0x80, high = 0xbf) {
            if (p == end || *p < low || *p > high)
                return false;
            p++;
        }
    }
    return true;
}

void km_text_trim(char *text)
{
    size_t len = strlen(text), lead = len;

    while (lead > 0 && len - lead < 3 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
        lead--;
    if (lead > 0 && !km_text_is_utf8(text + lead - 1, len - lead + 1))
        text[lead - 1] = '\0';
}
