/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_CODEC_COLUMN_H
#define KM_API_STORAGE_CODEC_COLUMN_H

#include <stddef.h>
#include <stdint.h>

/*
 * One column of a frame: 2 to 128 whole numbers in few bytes, without loss.
 *
 * The values v0 v1 v2 … are seen as steps of a common divisor g away from the first one,
 *
 *     v[i] = v0 + g * w[i],  w[0] = 0                    memory moves in pages: g = 4096
 *
 * and what is written is, whichever is smallest,
 *
 *     order 0   w[i]                         i >= 1      values that swing around a middle
 *     order 1   w[i] - w[i-1]                i >= 1      counters
 *     order 2   (w[i]-w[i-1]) - (w[i-1]-w[i-2])  i >= 2  even counters; w[1] is the slope
 *     order 3   w[i] - slope * i             i >= 1      times: a line, and how far from it
 *
 * each made a number u >= 0: by taking away the lowest of them (the base, which is written), or as
 * it is where none is negative, or with its sign moved to the lowest bit (0 -1 1 -2 … -> 0 1 2 3
 * …). Numbers that are mostly zero are written sparse: a bit for each, and only those that are not
 * zero. All u take the same width; the few that need more ("patches") have their upper bits behind:
 *
 *     +-------+-------+----+-----+------+-------+-----------------+--------------------------+
 *     | modes | width | v0 | [g] | [base] | [slope] | [patches]     | bits                     |
 *     +-------+-------+----+-----+------+-------+-----------------+--------------------------+
 *      byte    byte    numbers (codec_bits.h)      2 bytes
 *
 *     modes   bits 0,1 order   2 sparse   3 sign in the lowest bit   4 base   5 g   6 patches
 *     bits    [sparse: one bit for each w, 1: not zero]
 *             u0 u1 u2 …            the low `width` bits of each
 *             [for each patch `gap` bits: how many u are between it and the one before]
 *             [for each patch `high` bits: its upper bits]
 *     patches byte 0: bits 0..6 how many, 7 bit 2 of gap; byte 1: bits 0..5 high - 1, 6,7 gap
 *
 * All arithmetic is modulo 2^64, so that any values come back, also INT64_MIN beside INT64_MAX.
 */
#define KM_COLUMN_ROWS 128

/* The most bytes a packed column takes, with what the bit writer may overwrite behind it. */
#define KM_COLUMN_MAX (2 + 4 * 9 + 2 + 16 + KM_COLUMN_ROWS * 8 + 8)

/* Packs 2 <= rows <= KM_COLUMN_ROWS values. to has KM_COLUMN_MAX bytes; returns how many are used.
 */
size_t km_column_pack(const int64_t *values, unsigned rows, uint8_t *to);

/*
 * Unpacks a column of `rows` values that begins at *from and ends before end; with ret_values NULL
 * it is passed over. Returns 0 and moves *from behind the column, or -EBADMSG where the bytes are
 * no column; then ret_values may be partly written.
 */
int km_column_unpack(const uint8_t **from, const uint8_t *end, unsigned rows, int64_t *ret_values);

/* The modes byte. */
enum {
    KM_COLUMN_ORDER = 3,
    KM_COLUMN_SPARSE = 4,
    KM_COLUMN_SIGNED = 8,
    KM_COLUMN_BASE = 16,
    KM_COLUMN_DIVISOR = 32,
    KM_COLUMN_PATCHES = 64
};

#endif
