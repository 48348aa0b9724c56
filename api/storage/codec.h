/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_CODEC_H
#define KM_API_STORAGE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec_bits.h"

/*
 * Rows of one entity as bytes and back, without loss. Pure: no allocation, no clock.
 *
 * Two forms. A frame holds 1 to 128 rows column by column and is as small as we can make it. The
 * log (codec_log.h) takes rows one by one until they are enough for a frame.
 *
 *     frame   +------+-------+----------+-----------+----------+----------+--
 *             | rows | times | constant | [gaps]    | column 0 | column 1 | …
 *             +------+-------+----------+-----------+----------+----------+--
 *
 *     rows      a byte: rows - 1; its highest bit is set where some value is absent
 *     times     a column (codec_column.h); of a single row: a number (codec_bits.h)
 *     constant  a bit for each column, 1: one value in all rows; filled up to a byte
 *     gaps      where rows says so, a bit for each column, 1: absent in some row
 *     column    [of one with gaps: a bit for each row, 1: present]
 *               of a constant one: its value as a number, 1 byte for 0; else a column
 *
 * The ids of the columns and their number are the caller's to keep.
 */
#define KM_FRAME_ROWS 128

/* The most columns of a frame. */
#define KM_FRAME_COLUMNS 256

/* A bit for each row. */
struct km_presence {
    uint64_t word[KM_FRAME_ROWS / 64];
};

static inline bool km_present(const struct km_presence *p, unsigned row)
{
    return p->word[row / 64] >> (row % 64) & 1;
}

static inline void km_set_present(struct km_presence *p, unsigned row, bool present)
{
    uint64_t bit = UINT64_C(1) << (row % 64);

    p->word[row / 64] = (p->word[row / 64] & ~bit) | (present ? bit : 0);
}

/* Bits of the first `rows` rows. */
static inline struct km_presence km_presence_first(unsigned rows)
{
    return (struct km_presence){
        {km_low_bits(rows < 64 ? rows : 64), km_low_bits(rows > 64 ? rows - 64 : 0)}};
}

/* True if all of some rows are present. */
static inline bool km_presence_has(const struct km_presence *p, const struct km_presence *rows)
{
    return ((rows->word[0] & ~p->word[0]) | (rows->word[1] & ~p->word[1])) == 0;
}

/* True if no row is present. */
static inline bool km_presence_none(const struct km_presence *p)
{
    return (p->word[0] | p->word[1]) == 0;
}

/* How many rows are present. */
unsigned km_presence_count(const struct km_presence *p);

/* Rows in memory; arrays are the caller's. */
struct km_rows {
    unsigned rows, columns;
    int64_t *time;               /* KM_FRAME_ROWS of them */
    int64_t *value;              /* of column c, row r: value[c * KM_FRAME_ROWS + r] */
    struct km_presence *present; /* of each column; bits of rows behind the last are ignored */
};

/* The most bytes a frame of so many columns takes while it is written. */
size_t km_frame_bound(unsigned columns);

/*
 * Packs 1 to KM_FRAME_ROWS rows of up to KM_FRAME_COLUMNS columns into to, which has
 * km_frame_bound() bytes. Returns how many are used. Values that are absent are not kept.
 */
size_t km_frame_pack(const struct km_rows *rows, uint8_t *to);

/* Reads a frame from its beginning on. */
struct km_frame {
    unsigned rows, columns;
    unsigned next; /* the column that comes next */
    const uint8_t *at, *end;
    const uint8_t *constant, *gaps; /* gaps: NULL where there are none */
};

/*
 * Begins to read a frame and unpacks its times into ret_time[KM_FRAME_ROWS], or passes over them
 * where that is NULL. The bytes must stay while it is read. Returns 0 or -EBADMSG.
 */
int km_frame_open(struct km_frame *frame, const uint8_t *bytes, size_t size, unsigned columns,
                  int64_t *ret_time);

/*
 * Unpacks the next column into ret_value[KM_FRAME_ROWS] (0 where absent) and *ret_present. With
 * both NULL it is passed over, at a small part of the cost. Returns 0 or -EBADMSG, also behind the
 * last column.
 */
int km_frame_next(struct km_frame *frame, int64_t *ret_value, struct km_presence *ret_present);

#endif
