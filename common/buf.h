/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_BUF_H
#define KM_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A growing byte buffer to append to. If memory runs out the buffer is marked failed, later appends
 * do nothing, and the caller asks once at the end. KM_BUF_INIT is an empty one; its memory is kept
 * for reuse by km_buf_clear() and given back by km_buf_done().
 */
struct km_buf {
    char *data; /* not zero-terminated; see km_buf_str() */
    size_t len;
    size_t cap;
    bool failed;
};

#define KM_BUF_INIT ((struct km_buf){0})
#define km_auto_buf __attribute__((cleanup(km_buf_done)))

/* Makes room for n more bytes. Returns 0 or -ENOMEM; then the buffer is failed. */
int km_buf_grow(struct km_buf *b, size_t n);
static inline int km_buf_reserve(struct km_buf *b, size_t n)
{
    return !b->failed && b->cap - b->len >= n ? 0 : km_buf_grow(b, n);
}

static inline void km_buf_append(struct km_buf *b, const void *data, size_t len)
{
    if (len > 0 && km_buf_reserve(b, len) == 0) {
        memcpy(b->data + b->len, data, len);
        b->len += len;
    }
}

static inline void km_buf_putc(struct km_buf *b, char c)
{
    if (km_buf_reserve(b, 1) == 0)
        b->data[b->len++] = c;
}

void km_buf_puts(struct km_buf *b, const char *text);
void km_buf_printf(struct km_buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends a whole number in decimal. */
void km_buf_int(struct km_buf *b, int64_t value);

/* The content with a zero byte behind it (not counted in len), or NULL if the buffer failed. */
const char *km_buf_str(struct km_buf *b);

/* Empties the buffer and its failed mark, keeps the memory. */
void km_buf_clear(struct km_buf *b);

/* Gives the memory back; the buffer is as KM_BUF_INIT. */
void km_buf_done(struct km_buf *b);

#endif
