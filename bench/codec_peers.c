/* SPDX-License-Identifier: Apache-2.0 */
#include "codec_peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "codec_bits.h"

/* --- ours ------------------------------------------------------------------------------------- */

static size_t ours_pack(const struct km_rows *rows, uint8_t *to, size_t room)
{
    (void)room;
    return km_frame_pack(rows, to);
}

static void ours_unpack(const uint8_t *from, size_t size, struct km_rows *rows)
{
    struct km_frame f;

    if (km_frame_open(&f, from, size, rows->columns, rows->time) < 0)
        abort();
    for (unsigned c = 0; c < rows->columns; c++) {
        if (km_frame_next(&f, rows->value + (size_t)c * KM_FRAME_ROWS, &rows->present[c]) < 0)
            abort();
    }
}

/* --- Gorilla ---------------------------------------------------------------------------------- */
/*
 * Pelkonen et al., "Gorilla: a fast, scalable, in-memory time series database", VLDB 2015, 4.1: the
 * second difference of times in classes of 1, 9, 12, 16 or 36 bits; values as doubles, each XORed
 * with the one before: 0 where equal; 10 and the meaningful bits where they lie within those of the
 * one before; else 11, 5 bits of leading zeros, 6 bits of length, the bits. Here the times are
 * written once for all columns of an entity, which is kinder than the paper's one for each series.
 */
struct bits_in {
    const uint8_t *bytes;
    size_t bit;
};

static uint64_t take(struct bits_in *in, unsigned width)
{
    uint64_t v = km_bits_get(in->bytes, in->bit, width);

    in->bit += width;
    return v;
}

static const struct {
    unsigned marks, mark, bits;
} time_classes[] = {{2, 1, 7}, {3, 3, 9}, {4, 7, 12}, {4, 15, 32}};

static void gorilla_put_times(const struct km_rows *rows, struct km_bits_out *out)
{
    int64_t before = 0;

    km_bits_put(out, (uint64_t)rows->time[0], 64);
    for (unsigned i = 1; i < rows->rows; i++) {
        int64_t step = rows->time[i] - rows->time[i - 1];
        uint64_t v = km_zigzag((uint64_t)(step - before));
        unsigned c = 0;

        before = step;
        if (v == 0) {
            km_bits_put(out, 0, 1);
            continue;
        }
        while (c < 3 && v >> time_classes[c].bits)
            c++;
        km_bits_put(out, time_classes[c].mark, time_classes[c].marks);
        km_bits_put(out, v, time_classes[c].bits);
    }
}

static void gorilla_get_times(struct bits_in *in, struct km_rows *rows)
{
    int64_t step = 0;

    rows->time[0] = (int64_t)take(in, 64);
    for (unsigned i = 1; i < rows->rows; i++) {
        if (take(in, 1)) {
            unsigned c = 0;

            while (c < 3 && take(in, 1))
                c++;
            step += (int64_t)km_unzigzag(take(in, time_classes[c].bits));
        }
        rows->time[i] = rows->time[i - 1] + step;
    }
}

static uint64_t as_double(int64_t v)
{
    double d = (double)v;
    uint64_t bits;

    memcpy(&bits, &d, sizeof(bits));
    return bits;
}

static void gorilla_put_column(const int64_t *values, unsigned rows, struct km_bits_out *out)
{
    uint64_t before = as_double(values[0]);
    unsigned lead = 64, trail = 0;

    km_bits_put(out, before, 64);
    for (unsigned i = 1; i < rows; i++) {
        uint64_t bits = as_double(values[i]), x = bits ^ before;
        unsigned l, t;

        before = bits;
        km_bits_put(out, x != 0, 1);
        if (x == 0)
            continue;
        l = (unsigned)__builtin_clzll(x);
        t = (unsigned)__builtin_ctzll(x);
        l = l > 31 ? 31 : l;
        if (lead < 64 && l >= lead && t >= trail) {
            km_bits_put(out, 0, 1);
            km_bits_put(out, x >> trail, 64 - lead - trail);
            continue;
        }
        lead = l;
        trail = t;
        km_bits_put(out, 1, 1);
        km_bits_put(out, lead, 5);
        km_bits_put(out, 64 - lead - trail - 1, 6);
        km_bits_put(out, x >> trail, 64 - lead - trail);
    }
}

static void gorilla_get_column(struct bits_in *in, int64_t *values, unsigned rows)
{
    uint64_t bits = take(in, 64);
    unsigned trail = 0, length = 0;
    double d;

    for (unsigned i = 0; i < rows; i++) {
        if (i > 0 && take(in, 1)) {
            if (take(in, 1)) {
                unsigned lead = (unsigned)take(in, 5);

                length = (unsigned)take(in, 6) + 1;
                trail = 64 - lead - length;
            }
            bits ^= take(in, length) << trail;
        }
        memcpy(&d, &bits, sizeof(d));
        values[i] = (int64_t)d;
    }
}

static size_t gorilla_pack(const struct km_rows *rows, uint8_t *to, size_t room)
{
    struct km_bits_out out = {.at = to};

    (void)room;
    gorilla_put_times(rows, &out);
    for (unsigned c = 0; c < rows->columns; c++)
        gorilla_put_column(rows->value + (size_t)c * KM_FRAME_ROWS, rows->rows, &out);
    return (size_t)(km_bits_end(&out) - to);
}

static void gorilla_unpack(const uint8_t *from, size_t size, struct km_rows *rows)
{
    struct bits_in in = {from, 0};

    (void)size;
    gorilla_get_times(&in, rows);
    for (unsigned c = 0; c < rows->columns; c++)
        gorilla_get_column(&in, rows->value + (size_t)c * KM_FRAME_ROWS, rows->rows);
}

/* --- differences and zstd --------------------------------------------------------------------- */

static int64_t differences[(KM_FRAME_COLUMNS + 1) * KM_FRAME_ROWS];

static size_t subtract(const int64_t *values, unsigned rows, int64_t *to)
{
    int64_t before = 0;

    for (unsigned i = 0; i < rows; before = values[i++])
        to[i] = values[i] - before;
    return rows;
}

static size_t add(const int64_t *from, unsigned rows, int64_t *ret_values)
{
    int64_t sum = 0;

    for (unsigned i = 0; i < rows; i++)
        ret_values[i] = sum += from[i];
    return rows;
}

static size_t zstd_pack(const struct km_rows *rows, uint8_t *to, size_t room)
{
    static ZSTD_CCtx *context;
    size_t n = subtract(rows->time, rows->rows, differences), size;

    if (!context)
        context = ZSTD_createCCtx();
    for (unsigned c = 0; c < rows->columns; c++)
        n += subtract(rows->value + (size_t)c * KM_FRAME_ROWS, rows->rows, differences + n);
    size = ZSTD_compressCCtx(context, to, room, differences, n * sizeof(int64_t), 3);
    if (ZSTD_isError(size))
        abort();
    return size;
}

static void zstd_unpack(const uint8_t *from, size_t size, struct km_rows *rows)
{
    static ZSTD_DCtx *context;
    size_t n;

    if (!context)
        context = ZSTD_createDCtx();
    if (ZSTD_isError(ZSTD_decompressDCtx(context, differences, sizeof(differences), from, size)))
        abort();
    n = add(differences, rows->rows, rows->time);
    for (unsigned c = 0; c < rows->columns; c++)
        n += add(differences + n, rows->rows, rows->value + (size_t)c * KM_FRAME_ROWS);
}

const struct peer peers[] = {
    {"kubemonitor", ours_pack, ours_unpack},
    {"Gorilla XOR", gorilla_pack, gorilla_unpack},
    {"differences, zstd -3", zstd_pack, zstd_unpack},
    {NULL, NULL, NULL},
};
