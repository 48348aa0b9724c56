/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "block_scan.h"
#include "clean.h"
#include "window_hold.h"
#include "window_rows.h"

/* Cells to steps: average over known cells, the highest cell. A sum is weighed by the part covered,
 * one entity's own average is not. */
static int add_column(struct km_grid *g, const struct km_lane *lane, size_t per_step, bool single,
                      double base_ms)
{
    struct km_grid_column *column = &g->columns[g->n_columns];

    column->average = malloc((2 * g->steps + 1) * sizeof(double));
    if (!column->average)
        return -ENOMEM;
    column->max = column->average + g->steps;
    column->metric = lane->metric;
    column->kind = lane->counter ? KM_COLUMN_RATE : KM_COLUMN_GAUGE;
    g->n_columns++;
    for (size_t s = 0; s < g->steps; s++) {
        double sum = 0, max = -INFINITY;
        size_t known = 0;

        for (size_t c = s * per_step; c < (s + 1) * per_step; c++) {
            double value = lane->sum[c] / (single ? lane->covered[c] : base_ms);

            if (lane->covered[c] <= 0)
                continue;
            known++;
            sum += value;
            if (value > max)
                max = value;
        }
        column->average[s] = known ? sum / (double)known : NAN;
        column->max[s] = known ? max : NAN;
    }
    return 0;
}

/* A lane that nothing was added to is no column. */
static bool is_known(const struct km_lane *lane, size_t cells)
{
    for (size_t c = 0; c < cells; c++) {
        if (lane->covered[c] > 0)
            return true;
    }
    return false;
}

static int make_grid(const struct km_window_rows *w, const struct km_lane *lanes, unsigned n_lanes,
                     struct km_grid **ret_grid)
{
    const struct km_cut *cut = &w->cut;
    size_t per_step = (size_t)(cut->query->step_ms / cut->query->base_ms);
    struct km_grid *g = calloc(1, sizeof(*g));
    int r = 0;

    if (!g)
        return -ENOMEM;
    g->steps = cut->cells / per_step;
    g->step_ms = cut->query->step_ms;
    g->first_ms = cut->first_ms + g->step_ms;
    g->entities = calloc(g->steps + 1, sizeof(*g->entities));
    g->columns = calloc(n_lanes + 1, sizeof(*g->columns));
    if (!g->entities || !g->columns)
        r = -ENOMEM;
    for (size_t c = 0; r == 0 && c < g->steps * per_step; c++) {
        if (cut->entities[c] > g->entities[c / per_step])
            g->entities[c / per_step] = cut->entities[c];
    }
    for (unsigned i = 0; r == 0 && i < n_lanes; i++) {
        if (is_known(&lanes[i], cut->cells))
            r = add_column(g, &lanes[i], per_step, w->single, (double)cut->query->base_ms);
    }
    if (r < 0) {
        km_grid_free(g);
        return r;
    }
    *ret_grid = g;
    return 0;
}

/* The metrics that are unpacked: those asked for, or all that are answered. */
static unsigned choose_metrics(const struct km_grid_query *query, uint16_t *ret_metric)
{
    unsigned n = 0;

    for (unsigned m = 0, asked = 0; m < KM_METRIC_COUNT; m++) {
        bool wanted = km_metrics[m].kind != KM_KIND_COUNTER;

        if (query->metrics) {
            while (asked < query->n_metrics && query->metrics[asked] < m)
                asked++;
            wanted = asked < query->n_metrics && query->metrics[asked] == m;
        }
        if (wanted)
            ret_metric[n++] = (uint16_t)m;
    }
    return n;
}

/* Lanes for the metrics; their cells are one piece of memory, *ret_cells. */
static struct km_lane *make_lanes(const uint16_t *metric, unsigned count, size_t cells,
                                  double **ret_cells)
{
    struct km_lane *lanes = calloc(count + 1, sizeof(*lanes));

    *ret_cells = calloc(2 * count * (cells + 1) + 1, sizeof(double));
    for (unsigned i = 0; lanes && *ret_cells && i < count; i++) {
        lanes[i].metric = metric[i];
        lanes[i].counter = km_metric_is_counter(metric[i]);
        lanes[i].sum = *ret_cells + 2 * i * (cells + 1);
        lanes[i].covered = lanes[i].sum + cells + 1;
        /* The two ways of saying cpu_usage are one column. */
        if (i > 0 && metric[i] == KM_CPU_USAGE_EXACT && metric[i - 1] == KM_CPU_USAGE) {
            lanes[i].sum = lanes[i - 1].sum;
            lanes[i].covered = lanes[i - 1].covered;
        }
    }
    return lanes;
}

/* Lays all rows of the entities over the cells. */
static int add_entities(const struct km_store *store, const struct km_ref *refs, size_t n_refs,
                        struct km_window_rows *w, const uint16_t *metric, struct km_lane *lanes,
                        unsigned n_lanes)
{
    const struct km_cut *cut = &w->cut;
    /* Rows up to one gap after the end still say what was true within. */
    int64_t end_ms = cut->first_ms + (int64_t)cut->cells * cut->query->base_ms;
    int64_t to_ms = end_ms + 3 * cut->query->interval_ms;
    struct km_scan scan = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < n_refs; i++) {
        km_window_rows_next_entity(w, lanes, n_lanes);
        r = km_scan_take(&scan, store, refs[i], cut->first_ms, to_ms);
        for (size_t b = 0; r == 0 && b < scan.count; b++) {
            r = km_scan_read(&scan, b, metric, n_lanes);
            if (r == 0)
                km_window_rows_add(w, &scan.rows, to_ms, lanes);
        }
        if (r == 0 && cut->query->now_ms && cut->has_before && cut->before_ms < end_ms) {
            km_window_hold(store, refs[i], cut->query->now_ms, end_ms, cut->query->interval_ms,
                           metric, n_lanes, &scan.rows);
            km_window_rows_add(w, &scan.rows, to_ms, lanes);
        }
        if (r == -ENOENT)
            r = 0;
    }
    km_scan_done(&scan);
    return r;
}

static int sum_cells(const struct km_store *store, const struct km_ref *refs, size_t n_refs,
                     struct km_window_rows *w, struct km_grid **ret_grid)
{
    uint16_t metric[KM_METRIC_COUNT];
    unsigned n = choose_metrics(w->cut.query, metric);
    km_auto_free double *cells = NULL;
    km_auto_free struct km_lane *lanes = make_lanes(metric, n, w->cut.cells, &cells);
    int r = lanes && cells ? 0 : -ENOMEM;

    if (r == 0)
        r = add_entities(store, refs, n_refs, w, metric, lanes, n);
    /* Where cpu_usage came exactly only, its column is known under its own name all the same. */
    for (unsigned i = 1; r == 0 && i < n; i++) {
        if (lanes[i].metric == KM_CPU_USAGE_EXACT && lanes[i].sum == lanes[i - 1].sum) {
            memmove(lanes + i, lanes + i + 1, (n - i - 1) * sizeof(*lanes));
            n--;
        }
    }
    return r < 0 ? r : make_grid(w, lanes, n, ret_grid);
}

int km_grid_sum(const struct km_store *store, const struct km_ref *refs, size_t n_refs,
                const struct km_grid_query *query, struct km_grid **ret_grid)
{
    int64_t step = query->step_ms, first, last;
    struct km_window_rows w;
    int r;

    if (step <= 0 || query->base_ms <= 0 || step % query->base_ms || query->interval_ms <= 0 ||
        query->from_ms < 0 || query->to_ms < query->from_ms)
        return -EINVAL;
    first = (query->from_ms + step - 1) / step * step;
    last = query->to_ms / step * step;
    if (last < first)
        last = first;
    if ((last - first) / query->base_ms > KM_GRID_MAX_CELLS)
        return -E2BIG;
    r = km_window_rows_init(&w, query, first, (size_t)((last - first) / query->base_ms),
                            n_refs == 1);
    if (r == 0)
        r = sum_cells(store, refs, n_refs, &w, ret_grid);
    km_window_rows_done(&w);
    return r;
}

void km_grid_free(struct km_grid *grid)
{
    if (!grid)
        return;
    for (size_t i = 0; grid->columns && i < grid->n_columns; i++)
        free(grid->columns[i].average);
    free(grid->columns);
    free(grid->entities);
    free(grid);
}
