/* SPDX-License-Identifier: Apache-2.0 */
#include "buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "put.h"

int km_buf_grow(struct km_buf *b, size_t n)
{
    size_t need, cap;
    char *data;

    if (b->failed)
        return -ENOMEM;
    if (b->cap - b->len >= n)
        return 0;
    if (__builtin_add_overflow(b->len, n, &need) || need > SIZE_MAX / 2) {
        b->failed = true;
        return -ENOMEM;
    }
    cap = b->cap ? b->cap : 256;
    while (cap < need)
        cap *= 2;
    data = realloc(b->data, cap);
    if (!data) {
        b->failed = true;
        return -ENOMEM;
    }
    b->data = data;
    b->cap = cap;
    return 0;
}

void km_buf_puts(struct km_buf *b, const char *text)
{
    km_buf_append(b, text, strlen(text));
}

void km_buf_printf(struct km_buf *b, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len < 0) {
        b->failed = true;
    } else if (km_buf_reserve(b, (size_t)len + 1) == 0) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

void km_buf_int(struct km_buf *b, int64_t value)
{
    if (km_buf_reserve(b, KM_PUT_NUMBER) == 0)
        b->len = (size_t)(km_put_int(b->data + b->len, value) - b->data);
}

const char *km_buf_str(struct km_buf *b)
{
    if (km_buf_reserve(b, 1) < 0)
        return NULL;
    b->data[b->len] = '\0';
    return b->data;
}

void km_buf_clear(struct km_buf *b)
{
    b->len = 0;
    b->failed = false;
}

void km_buf_done(struct km_buf *b)
{
    free(b->data);
    *b = KM_BUF_INIT;
}
