/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_WINDOW_CUT_H
#define KM_API_STORAGE_WINDOW_CUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec.h"
#include "window.h"

/*
 * What part of which cell of a grid the rows of an entity cover, a block at a time. Worked out once
 * from their times, it holds for all columns.
 *
 *     cells   |         0         |         1         |
 *     rows      ----r0--->----r1--->----r2--->            each from the one before to its own time
 *     parts     r0,0      r1,0 r1,1 r2,1
 *
 * Rows that come once a cell, as nearly all do, make an even run: row i of it begins in cell i and
 * ends there or in cell i + 1. It is kept as arrays, of other rows each part by itself.
 */
struct km_part {
    uint32_t cell;
    uint16_t row;
    double ms; /* how much of the cell is covered */
    double
        rate; /* what a counter's growth is multiplied by: its share of it per second, times ms */
};

struct km_even_run {
    unsigned first, rows;                                /* of the block; 0 rows: there is none */
    size_t cell;                                         /* that of its first row */
    double ms[2][KM_FRAME_ROWS], rate[2][KM_FRAME_ROWS]; /* row i's part of cell i, of cell i + 1 */
    double covered[KM_FRAME_ROWS + 1]; /* ms of each cell that its rows cover together */
};

struct km_parts {
    struct km_part *part;
    size_t count;
};

struct km_cut {
    const struct km_grid_query *query;
    int64_t first_ms; /* where cell 0 begins */
    size_t cells;
    uint32_t *entities; /* per cell: how many have a row that covers some of it */
    uint32_t *seen_by;  /* per cell: the last one that was counted */
    uint32_t entity;    /* the number of the one at hand, from 1 */
    bool has_before;    /* it has had a row: */
    int64_t before_ms;
    size_t cell; /* where the row before ended, for the next one to begin looking */
    /* Of the block at hand: */
    struct km_even_run even;        /* holds for gauges and counters */
    struct km_parts gauge, counter; /* of rows that are not in it */
};

/* Returns 0 or -ENOMEM; for km_cut_done() also then. */
int km_cut_init(struct km_cut *cut, const struct km_grid_query *query, int64_t first_ms,
                size_t cells);
void km_cut_done(struct km_cut *cut);

/* The rows of another entity follow. */
void km_cut_next_entity(struct km_cut *cut);

/* Cuts rows begin … end - 1 of a block, which are later than the entity's before; the parts of
 * other blocks are forgotten. */
void km_cut_rows(struct km_cut *cut, const int64_t *time, unsigned begin, unsigned end);

#endif
