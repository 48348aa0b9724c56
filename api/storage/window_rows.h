/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_WINDOW_ROWS_H
#define KM_API_STORAGE_WINDOW_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "codec.h"
#include "window.h"

/*
 * One entity's rows laid over the cells of a grid, a block at a time. What part of which cell a row
 * covers is worked out once and holds for all its columns.
 *
 *     cells   |         0         |         1         |
 *     rows      ----r0--->----r1--->----r2--->            each from the one before to its own time
 *     parts     r0,0      r1,0 r1,1 r2,1
 *
 * Rows that come once a cell, as nearly all do, make an even run: row i of it covers some of cell i
 * and some of cell i + 1. Those are added as two arrays; for others each part is kept by itself.
 */
struct km_part {
    uint32_t cell;
    uint16_t row;
    double ms; /* how much of the cell is covered */
    double
        rate; /* what a counter's growth is multiplied by: its share of it per second, times ms */
};

struct km_parts {
    unsigned first, rows; /* the even run; parts of rows in it that do not fit are 0 */
    bool whole;           /* every row of it fits */
    size_t cell;
    double ms[2][KM_FRAME_ROWS], rate[2][KM_FRAME_ROWS]; /* of cell i, of cell i + 1 */
    struct km_part *other;
    size_t n_other;
};

/* One metric over all cells. */
struct km_lane {
    uint16_t metric;
    bool counter;
    double *sum;     /* per cell, and one more: value x ms covered */
    double *covered; /* the same: ms covered; of a sum it is enough that it is more than 0 */
    size_t known_first, known_end; /* cells of which that is known */
    bool has_before;               /* the entity's row before has it: */
    int64_t before;
};

struct km_window_rows {
    const struct km_grid_query *query;
    int64_t first_ms; /* where cell 0 begins */
    size_t cells;
    bool single;        /* there is one entity, and how much of a cell it covers matters */
    uint32_t *entities; /* per cell: how many have a row that covers some of it */
    uint32_t *seen_by;  /* per cell: the last one that was counted */
    uint32_t entity;    /* the number of the one at hand, from 1 */
    bool has_before;    /* it has had a row: */
    int64_t before_ms;
    size_t cell;          /* where the row before ended, for the next one to begin looking */
    struct km_part *part; /* of the row at hand */
    struct km_parts gauge, counter; /* of the block at hand */
};

/* Returns 0 or -ENOMEM. */
int km_window_rows_init(struct km_window_rows *rows, const struct km_grid_query *query,
                        int64_t first_ms, size_t cells, bool single);
void km_window_rows_done(struct km_window_rows *rows);

/* The rows of another entity follow. */
void km_window_rows_next_entity(struct km_window_rows *rows, struct km_lane *lanes, unsigned count);

/*
 * Adds the entity's next rows: those of the block, up to to_ms, whose columns are those of the
 * lanes. They are later than those before.
 */
void km_window_rows_add(struct km_window_rows *rows, const struct km_rows *block, int64_t to_ms,
                        struct km_lane *lanes);

#endif
