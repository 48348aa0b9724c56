/* SPDX-License-Identifier: Apache-2.0 */
#include "usage_text.h"

#include <stddef.h>

static void write_scaled(struct km_buf *out, uint64_t value, unsigned by,
                         const char *const *suffixes)
{
    while (value > 0 && value % by == 0 && suffixes[1]) {
        value /= by;
        suffixes++;
    }
    km_buf_int(out, (int64_t)value);
    km_buf_puts(out, *suffixes);
}

void km_write_cpu(struct km_buf *out, uint64_t nanocores)
{
    static const char *const suffixes[] = {"n", "u", "m", "", "k", "M", "G", NULL};

    if (nanocores == 0)
        km_buf_putc(out, '0');
    else
        write_scaled(out, nanocores, 1000, suffixes);
}

void km_write_memory(struct km_buf *out, uint64_t bytes)
{
    static const char *const binary[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", NULL};
    static const char *const decimal[] = {"", "k", NULL};

    if (bytes < 1024)
        write_scaled(out, bytes, 1000, decimal);
    else
        write_scaled(out, bytes, 1024, binary);
}

/* 3 of 3003: the seconds with what decimals they have. */
static void write_seconds(struct km_buf *out, int64_t ms)
{
    char decimals[3] = {(char)('0' + ms / 100 % 10), (char)('0' + ms / 10 % 10),
                        (char)('0' + ms % 10)};
    size_t n = ms % 10 ? 3 : ms % 100 ? 2 : ms % 1000 ? 1 : 0;

    km_buf_int(out, ms / 1000);
    if (n > 0)
        km_buf_putc(out, '.');
    km_buf_append(out, decimals, n);
    km_buf_putc(out, 's');
}

void km_write_duration(struct km_buf *out, int64_t ms)
{
    if (ms > 0 && ms < 1000) {
        km_buf_int(out, ms);
        km_buf_puts(out, "ms");
        return;
    }
    if (ms >= 3600000) {
        km_buf_int(out, ms / 3600000);
        km_buf_putc(out, 'h');
    }
    if (ms >= 60000) {
        km_buf_int(out, ms / 60000 % 60);
        km_buf_putc(out, 'm');
    }
    write_seconds(out, ms % 60000);
}
