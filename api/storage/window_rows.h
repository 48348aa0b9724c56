/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_WINDOW_ROWS_H
#define KM_API_STORAGE_WINDOW_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "codec.h"
#include "window_cut.h"

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

/* Entities' rows laid over the cells of a grid and added up, a block at a time. */
struct km_window_rows {
    struct km_cut cut;
    bool single; /* there is one entity, and how much of a cell it covers matters */
};

/* Returns 0 or -ENOMEM; for km_window_rows_done() also then. */
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
