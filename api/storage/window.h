/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_WINDOW_H
#define KM_API_STORAGE_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "store.h"

/*
 * Rows of one or many entities on an even grid of time: averages, rates and peaks per step.
 *
 * A row says what was true since the row before it: its gauges and the rates of its counters are
 * taken as constant over (time of the row before, its own time]. After a gap of more than 3
 * intervals a gauge covers only one interval back, while a counter's rate still covers all of it
 * (its growth did happen in between). A first row covers one interval with its gauges and has no
 * rates.
 *
 * Rate first, then sum: each entity's rates are computed from its own rows, laid on the grid, and
 * only then added. The grid has cells of base_ms, aligned to multiples of base_ms of Unix time; a
 * step is one or more cells. Within a cell an entity's value is the average over the part it
 * covers; a sum over entities weighs it by that part, so that two pods that lived half a cell each
 * count as one. A step's average is over its cells, its max the highest cell.
 */
struct km_grid_query {
    int64_t from_ms, to_ms; /* the steps that lie in it whole are answered */
    int64_t step_ms;
    int64_t base_ms;     /* divides step_ms */
    int64_t interval_ms; /* the expected distance of rows */
    /*
     * The catalogue's metrics that are wanted, n_metrics of them in rising order: only they are
     * unpacked. NULL: all gauges, and of counters those that are RATED.
     */
    const uint16_t *metrics;
    unsigned n_metrics;
    /*
     * Who is there now but has not reported up to the end counts as in its newest reading
     * (window_hold.h). 0: nobody does.
     */
    int64_t now_ms;
};

enum km_column_kind {
    KM_COLUMN_GAUGE, /* average of a gauge */
    KM_COLUMN_RATE,  /* growth of a counter, per second */
};

struct km_grid_column {
    uint16_t metric; /* EXACT twins are joined with their MILLI, in millicores as is */
    uint8_t kind;    /* enum km_column_kind */
    double *average; /* steps of them; NaN where nothing is known */
    double *max;
};

struct km_grid {
    size_t steps;
    int64_t first_ms; /* the end of step i is first_ms + i * step_ms: its timestamp */
    int64_t step_ms;
    size_t n_columns;
    struct km_grid_column *columns; /* ascending by metric */
    uint32_t *entities;             /* per step: how many contributed */
};

/*
 * Lays the rows of refs on a grid and adds them up. For one entity the sum is its own average
 * (not weighed by the part covered). MILLI gauges come out in their unit, not in thousandths.
 * Refs that are gone are left out. Returns 0 and a grid for km_grid_free(), -EINVAL, -E2BIG when
 * there would be more than KM_GRID_MAX_CELLS cells, or -ENOMEM.
 */
#define KM_GRID_MAX_CELLS 100000

int km_grid_sum(const struct km_store *store, const struct km_ref *refs, size_t n_refs,
                const struct km_grid_query *query, struct km_grid **ret_grid);
void km_grid_free(struct km_grid *grid);

#endif
