/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_CODEC_LOG_H
#define KM_API_STORAGE_CODEC_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec.h"

/*
 * Rows one by one, each as what has changed since the row before it. Whoever keeps a log keeps the
 * newest row as it is beside it: so a row is added by looking at two rows only, and older ones are
 * found by taking records away again, from the last on.
 *
 *     record  +------+-----------+---------+---------+-------------+
 *             | time | [present] | changed | lengths | differences |
 *             +------+-----------+---------+---------+-------------+
 *
 *     time         ms since the row before (more than 0) times 2, plus 1 where a value is absent;
 *                  7 bits a byte, lowest first, the highest bit set in all but the last
 *     present      where a value is absent, a bit for each column, 1: present
 *     changed      a bit for each column; an absent value counts as not changed
 *     lengths      half a byte for each changed column, the lower half first:
 *                  bytes (1 to 8) less 1, plus 8 where the difference is counted in pages of 4096
 *     differences  with the sign in the lowest bit, lowest byte first
 *
 *     8 columns, after 5 s column 0 is 1234 more and column 5 two pages:
 *     90 4E   21   81   A4 09   04
 */

/* The most bytes of a record. */
#define KM_LOG_RECORD_MAX                                                                          \
    (10 + 2 * (KM_FRAME_COLUMNS / 8) + KM_FRAME_COLUMNS / 2 + KM_FRAME_COLUMNS * 8)

static inline bool km_bit(const uint8_t *bits, unsigned place)
{
    return bits[place / 8] >> (place % 8) & 1;
}

static inline void km_set_bit(uint8_t *bits, unsigned place)
{
    bits[place / 8] = (uint8_t)(bits[place / 8] | 1u << (place % 8));
}

/*
 * Writes the record of a row `elapsed` ms (more than 0) after the row whose values are before[].
 * A column that the row does not have has its old value in after[] and a clear bit in present[];
 * present is NULL where the row has all. to has KM_LOG_RECORD_MAX bytes; returns how many are used.
 */
size_t km_log_put(const int64_t *before, const int64_t *after, const uint8_t *present,
                  unsigned columns, int64_t elapsed, uint8_t *to);

/* A record that is read. */
struct km_log_record {
    int64_t elapsed;        /* ms since the row before */
    const uint8_t *present; /* a bit for each column; NULL: all are */
    const uint8_t *changed, *lengths, *differences, *end;
    uint64_t left;           /* changed columns of 64 that are still to be read */
    unsigned first, columns; /* the first of the 64; all */
    unsigned nth;            /* how many were read */
};

/*
 * Opens the record at *from, which ends before end, and moves *from behind it. The bytes must stay
 * while it is read. Returns 0 or -EBADMSG.
 */
int km_log_next(const uint8_t **from, const uint8_t *end, unsigned columns,
                struct km_log_record *ret_record);

/* The next changed column and by how much, in rising order of columns; false behind the last. */
bool km_log_change(struct km_log_record *record, unsigned *ret_column, uint64_t *ret_difference);

#endif
