/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rate.h"

/* Ids of metrics that a grid can have: the catalogue's and the store's own. */
#define METRICS 65536

/* One metric over all cells. */
struct lane {
    double *sum;     /* per cell: what the entities done so far add up to */
    double *here;    /* per cell: value x ms covered, of the entity at hand */
    double *covered; /* per cell: ms covered, of the entity at hand */
    bool *known;     /* per cell: something was added */
};

struct grid_work {
    const struct km_grid_query *query;
    const struct km_store *store;
    int64_t first_ms; /* where cell 0 begins */
    size_t cells;
    bool single;         /* one entity: its own average, not weighed by the part covered */
    struct lane **lanes; /* METRICS of them, NULL until used */
    unsigned used;       /* ids below this may be used */
    uint32_t *entities;  /* per cell */
    double *seen;        /* per cell: ms covered by any row of the entity at hand */
    bool has_before;
    struct km_row before;
    int error;
};

static struct lane *lane_of(struct grid_work *w, unsigned metric)
{
    struct lane *lane = w->lanes[metric];
    size_t bytes = w->cells * (3 * sizeof(double) + sizeof(bool));
    char *memory;

    if (lane)
        return lane;
    memory = calloc(1, sizeof(*lane) + bytes);
    if (!memory)
        return NULL;
    lane = (struct lane *)(void *)memory;
    lane->sum = (double *)(void *)(memory + sizeof(*lane));
    lane->here = lane->sum + w->cells;
    lane->covered = lane->here + w->cells;
    lane->known = (bool *)(lane->covered + w->cells);
    w->lanes[metric] = lane;
    if (metric >= w->used)
        w->used = metric + 1;
    return lane;
}

/* Adds value over (from, to] to the cells it touches; NULL value counts time only. */
static void cover(const struct grid_work *w, int64_t from, int64_t to, double *here,
                  double *covered, double value)
{
    int64_t base = w->query->base_ms;
    int64_t begin = from > w->first_ms ? from : w->first_ms;
    int64_t end = w->first_ms + (int64_t)w->cells * base;

    if (to < end)
        end = to;
    while (begin < end) {
        size_t cell = (size_t)((begin - w->first_ms) / base);
        int64_t cell_end = w->first_ms + (int64_t)(cell + 1) * base;
        int64_t until = cell_end < end ? cell_end : end;

        covered[cell] += (double)(until - begin);
        if (here)
            here[cell] += value * (double)(until - begin);
        begin = until;
    }
}

static double gauge_value(unsigned metric, int64_t value)
{
    double exact;

    if (metric >= KM_METRIC_COUNT)
        return (double)value;
    switch (km_metrics[metric].kind) {
    case KM_KIND_MILLI:
        return (double)value / 1000;
    case KM_KIND_EXACT:
        memcpy(&exact, &value, sizeof(exact));
        return exact;
    default:
        return (double)value;
    }
}

static int add_row(void *arg, const struct km_row *row)
{
    struct grid_work *w = arg;
    int64_t interval = w->query->interval_ms;
    int64_t since = row->time_ms - interval;

    if (w->has_before && row->time_ms - w->before.time_ms <= 3 * interval)
        since = w->before.time_ms;
    cover(w, since, row->time_ms, NULL, w->seen, 0);
    for (unsigned i = 0; i < row->count; i++) {
        unsigned metric = row->metric[i];
        unsigned lane_id = metric == KM_CPU_USAGE_EXACT ? KM_CPU_USAGE : metric;
        bool counter = metric < KM_METRIC_COUNT && km_metric_is_counter(metric);
        double value;
        struct lane *lane;

        if (counter) {
            if (!w->has_before || !km_rate(&w->before, row, metric, &value))
                continue;
        } else {
            value = gauge_value(metric, row->value[i]);
        }
        lane = lane_of(w, lane_id);
        if (!lane) {
            w->error = -ENOMEM;
            return 1;
        }
        cover(w, counter ? w->before.time_ms : since, row->time_ms, lane->here, lane->covered,
              value);
    }
    w->before = *row;
    w->has_before = true;
    return 0;
}

/* Moves what the entity at hand has into the sums. */
static void add_entity(struct grid_work *w)
{
    for (size_t c = 0; c < w->cells; c++) {
        w->entities[c] += w->seen[c] > 0;
        w->seen[c] = 0;
    }
    for (unsigned m = 0; m < w->used; m++) {
        struct lane *lane = w->lanes[m];

        for (size_t c = 0; lane && c < w->cells; c++) {
            double covered = lane->covered[c];

            if (covered <= 0)
                continue;
            lane->sum[c] += lane->here[c] / (w->single ? covered : (double)w->query->base_ms);
            lane->known[c] = true;
            lane->here[c] = lane->covered[c] = 0;
        }
    }
    w->has_before = false;
}

/* Cells to steps: average over known cells, the highest cell, and the most entities. */
static int make_grid(const struct grid_work *w, struct km_grid **ret_grid)
{
    size_t per_step = (size_t)(w->query->step_ms / w->query->base_ms);
    struct km_grid *g = calloc(1, sizeof(*g));

    if (!g)
        return -ENOMEM;
    g->steps = w->cells / per_step;
    g->step_ms = w->query->step_ms;
    g->first_ms = w->first_ms + g->step_ms;
    g->entities = calloc(g->steps + 1, sizeof(*g->entities));
    for (unsigned m = 0; m < w->used; m++)
        g->n_columns += w->lanes[m] != NULL;
    g->columns = calloc(g->n_columns + 1, sizeof(*g->columns));
    if (!g->entities || !g->columns) {
        km_grid_free(g);
        return -ENOMEM;
    }
    for (size_t c = 0; c < g->steps * per_step; c++) {
        if (w->entities[c] > g->entities[c / per_step])
            g->entities[c / per_step] = w->entities[c];
    }
    for (unsigned m = 0, n = 0; m < w->used; m++) {
        const struct lane *lane = w->lanes[m];
        struct km_grid_column *column = &g->columns[n];

        if (!lane)
            continue;
        n++;
        column->metric = (uint16_t)m;
        column->kind =
            m < KM_METRIC_COUNT && km_metric_is_counter(m) ? KM_COLUMN_RATE : KM_COLUMN_GAUGE;
        column->average = calloc(2 * g->steps + 1, sizeof(double));
        if (!column->average) {
            km_grid_free(g);
            return -ENOMEM;
        }
        column->max = column->average + g->steps;
        for (size_t s = 0; s < g->steps; s++) {
            double sum = 0, max = -INFINITY;
            size_t known = 0;

            for (size_t c = s * per_step; c < (s + 1) * per_step; c++) {
                if (!lane->known[c])
                    continue;
                known++;
                sum += lane->sum[c];
                max = fmax(max, lane->sum[c]);
            }
            column->average[s] = known ? sum / (double)known : NAN;
            column->max[s] = known ? max : NAN;
        }
    }
    *ret_grid = g;
    return 0;
}

static void work_done(struct grid_work *w)
{
    for (unsigned m = 0; w->lanes && m < w->used; m++)
        free(w->lanes[m]);
    free(w->lanes);
    free(w->entities);
    free(w->seen);
}

int km_grid_sum(const struct km_store *store, const struct km_ref *refs, size_t n_refs,
                const struct km_grid_query *query, struct km_grid **ret_grid)
{
    struct grid_work w = {.query = query, .store = store, .single = n_refs == 1};
    int64_t step = query->step_ms, first, last;
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
    w.first_ms = first;
    w.cells = (size_t)((last - first) / query->base_ms);
    w.lanes = calloc(METRICS, sizeof(struct lane *));
    w.entities = calloc(w.cells + 1, sizeof(*w.entities));
    w.seen = calloc(w.cells + 1, sizeof(*w.seen));
    r = w.lanes && w.entities && w.seen ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < n_refs; i++) {
        /* Rows up to one gap after the end still say what was true within. */
        km_store_scan(store, refs[i], first, last + 3 * query->interval_ms, add_row, &w);
        r = w.error;
        add_entity(&w);
    }
    if (r == 0)
        r = make_grid(&w, ret_grid);
    work_done(&w);
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
