/* SPDX-License-Identifier: Apache-2.0 */
#include "base64.h"

#include <errno.h>
#include <string.h>

int km_base64_decode(const char *text, struct km_buf *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, held = 0;

    for (; *text && *text != '='; text++) {
        const char *place = strchr(alphabet, *text);

        if (*text == '\n' || *text == '\r' || *text == ' ')
            continue;
        if (!place)
            return -EINVAL;
        bits = bits << 6 | (unsigned)(place - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            km_buf_putc(out, (char)(bits >> held));
        }
    }
    text += strspn(text, "=\r\n ");
    return *text ? -EINVAL : 0;
}
