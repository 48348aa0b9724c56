/* SPDX-License-Identifier: Apache-2.0 */
#include "window_rows.h"

#include <string.h>

#include "processor.h"

int km_window_rows_init(struct km_window_rows *rows, const struct km_grid_query *query,
                        int64_t first_ms, size_t cells, bool single)
{
    *rows = (struct km_window_rows){.single = single};
    return km_cut_init(&rows->cut, query, first_ms, cells);
}

void km_window_rows_done(struct km_window_rows *rows)
{
    km_cut_done(&rows->cut);
}

void km_window_rows_next_entity(struct km_window_rows *rows, struct km_lane *lanes, unsigned count)
{
    km_cut_next_entity(&rows->cut);
    for (unsigned i = 0; i < count; i++)
        lanes[i].has_before = false;
}

static double gauge_value(unsigned metric, int64_t value)
{
    double exact;

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

static bool all_equal(const int64_t *value, unsigned begin, unsigned end)
{
    int64_t different = 0;

    for (unsigned r = begin; r < end; r++)
        different |= value[r] ^ value[begin];
    return different == 0;
}

static void fill(double *to, unsigned begin, unsigned end, double value)
{
    for (unsigned r = begin; r < end; r++)
        to[r] = value;
}

/*
 * Whole numbers below 2^51, as nearly all are, are made floating ones some at a time: added to the
 * bits of 1.5 * 2^52, they stand in its lowest places.
 */
static void to_double(const int64_t *value, unsigned begin, unsigned end, double *ret_value)
{
    const uint64_t below = UINT64_C(1) << 51, bits = UINT64_C(0x4338000000000000);
    uint64_t high = 0;

    for (unsigned r = begin; r < end; r++)
        high |= (uint64_t)value[r] + below;
    if (high >= 2 * below) {
        for (unsigned r = begin; r < end; r++)
            ret_value[r] = (double)value[r];
        return;
    }
    for (unsigned r = begin; r < end; r++) {
        uint64_t sum = (uint64_t)value[r] + bits;
        double moved;

        memcpy(&moved, &sum, sizeof(moved));
        ret_value[r] = moved - 0x1.8p52;
    }
}

/* A gauge's values as they are to be added; those that are absent are not looked at. True if all
 * are one. */
static bool gauge_values(const struct km_lane *lane, const int64_t *value, unsigned begin,
                         unsigned end, double *ret_value)
{
    enum km_metric_kind kind = km_metrics[lane->metric].kind;

    if (all_equal(value, begin, end)) {
        fill(ret_value, begin, end, gauge_value(lane->metric, value[begin]));
        return true;
    }
    if (kind == KM_KIND_EXACT) {
        memcpy(ret_value + begin, value + begin, (end - begin) * sizeof(*ret_value));
        return false;
    }
    to_double(value, begin, end, ret_value);
    for (unsigned r = begin; kind == KM_KIND_MILLI && r < end; r++)
        ret_value[r] /= 1000;
    return false;
}

/* What a counter grew by, where all rows have it and so has the one before. False if it went down
 * somewhere. */
static bool steady_growth(const struct km_lane *lane, const int64_t *value, unsigned begin,
                          unsigned end, double *ret_value)
{
    int64_t growth[KM_FRAME_ROWS], any;

    any = growth[begin] = (int64_t)((uint64_t)value[begin] - (uint64_t)lane->before);
    for (unsigned r = begin + 1; r < end; r++)
        any |= growth[r] = (int64_t)((uint64_t)value[r] - (uint64_t)value[r - 1]);
    to_double(growth, begin, end, ret_value);
    return any >= 0;
}

/* The same in any case. Where the row before does not have the counter, or it went down, the pair
 * says nothing: the row is taken out of present. */
static void growth_of_pairs(struct km_lane *lane, const int64_t *value, unsigned begin,
                            unsigned end, double *ret_value, struct km_presence *present)
{
    for (unsigned r = begin; r < end; r++) {
        bool has = km_present(present, r);

        if (!has || !lane->has_before || value[r] < lane->before)
            km_set_present(present, r, false);
        else
            ret_value[r] = (double)((uint64_t)value[r] - (uint64_t)lane->before);
        lane->has_before = has;
        lane->before = value[r];
    }
}

/* True if it never grew. */
static bool counter_values(struct km_lane *lane, const int64_t *value, unsigned begin, unsigned end,
                           double *ret_value, struct km_presence *present, bool all)
{
    if (all && lane->has_before && lane->before == value[begin] && all_equal(value, begin, end)) {
        fill(ret_value, begin, end, 0);
        return true;
    }
    if (all && lane->has_before && steady_growth(lane, value, begin, end, ret_value))
        lane->before = value[end - 1];
    else
        growth_of_pairs(lane, value, begin, end, ret_value, present);
    return false;
}

/* ms covered by the even run, in all of its cells; those of a sum that have some need no more. */
static void cover_run(struct km_lane *lane, const struct km_even_run *run, bool single)
{
    size_t begin = run->cell, end = begin + run->rows;

    if (!single && lane->known_first <= begin && end <= lane->known_end) {
        lane->covered[end] += run->covered[run->rows];
        return;
    }
    for (unsigned i = 0; i <= run->rows; i++)
        lane->covered[begin + i] += run->covered[i];
    if (lane->known_end < begin || end < lane->known_first) {
        lane->known_first = begin;
        lane->known_end = end;
        return;
    }
    lane->known_first = begin < lane->known_first ? begin : lane->known_first;
    lane->known_end = end > lane->known_end ? end : lane->known_end;
}

/* Row i's value is part of cell i and of cell i + 1. */
static void add_products(double *restrict sum, const double *restrict value,
                         const double *restrict weight, const double *restrict weight_behind,
                         unsigned rows)
{
    sum[0] += value[0] * weight[0];
    for (unsigned i = 1; i < rows; i++)
        sum[i] += value[i - 1] * weight_behind[i - 1] + value[i] * weight[i];
    sum[rows] += value[rows - 1] * weight_behind[rows - 1];
}

/* The even run; every row of it has a value. */
static void add_run(struct km_lane *lane, const struct km_even_run *run, const double *value,
                    bool single)
{
    const double(*weight)[KM_FRAME_ROWS] = lane->counter ? run->rate : run->ms;

    add_products(lane->sum + run->cell, value + run->first, weight[0], weight[1], run->rows);
    cover_run(lane, run, single);
}

/* The same of a gauge that does not change, or of a counter that does not grow. */
static void add_steady_run(struct km_lane *lane, const struct km_even_run *run, double value,
                           bool single)
{
    double *sum = lane->sum + run->cell;

    for (unsigned i = 0; value != 0 && i <= run->rows; i++)
        sum[i] += value * run->covered[i];
    cover_run(lane, run, single);
}

static void add_part(struct km_lane *lane, size_t cell, double value, double weight, double ms)
{
    lane->sum[cell] += value * weight;
    lane->covered[cell] += ms;
}

/* The even run, where some rows have no value. */
static void add_run_with_gaps(struct km_lane *lane, const struct km_even_run *run,
                              const double *value, const struct km_presence *present)
{
    for (unsigned place = 0; place < run->rows; place++) {
        unsigned row = run->first + place;

        for (unsigned i = 0; i < 2 && km_present(present, row); i++)
            add_part(lane, run->cell + place + i, value[row],
                     lane->counter ? run->rate[i][place] : run->ms[i][place], run->ms[i][place]);
    }
}

/* Rows that are not in the even run. */
static void add_parts(struct km_lane *lane, const struct km_parts *parts, const double *value,
                      const struct km_presence *present)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct km_part *p = &parts->part[i];

        if (km_present(present, p->row))
            add_part(lane, p->cell, value[p->row], lane->counter ? p->rate : p->ms, p->ms);
    }
}

/* A column's values in the rows that have one; steady: all of them the same one. */
static void add_column(struct km_lane *lane, const struct km_window_rows *w, const double *value,
                       const struct km_presence *present, bool all, bool steady)
{
    const struct km_even_run *run = &w->cut.even;

    if (run->rows > 0 && all && steady)
        add_steady_run(lane, run, value[run->first], w->single);
    else if (run->rows > 0 && all)
        add_run(lane, run, value, w->single);
    else
        add_run_with_gaps(lane, run, value, present);
    add_parts(lane, lane->counter ? &w->cut.counter : &w->cut.gauge, value, present);
}

KM_FOR_THIS_PROCESSOR
void km_window_rows_add(struct km_window_rows *w, const struct km_rows *block, int64_t to_ms,
                        struct km_lane *lanes)
{
    struct km_presence before, rows;
    double value[KM_FRAME_ROWS];
    unsigned begin = 0, end = block->rows;
    bool is_first = !w->cut.has_before;

    while (end > 0 && block->time[end - 1] > to_ms)
        end--;
    /* Of those before the grid only the last one matters. */
    while (begin + 1 < end && block->time[begin + 1] <= w->cut.first_ms)
        begin++;
    if (begin == end)
        return;
    km_cut_rows(&w->cut, block->time, begin, end);
    before = km_presence_first(begin);
    rows = km_presence_first(end);
    for (unsigned i = 0; i < KM_FRAME_ROWS / 64; i++)
        rows.word[i] &= ~before.word[i];
    for (unsigned c = 0; c < block->columns; c++) {
        struct km_presence present = block->present[c];
        struct km_lane *lane = &lanes[c];
        const int64_t *column = block->value + (size_t)c * KM_FRAME_ROWS;
        bool all = km_presence_has(&present, &rows), steady;

        if (!all && km_presence_none(&present)) {
            lane->has_before = false;
            continue;
        }
        /* An entity's first row has no part of a counter: what it grew by is not looked at. */
        if (is_first && all) {
            lane->has_before = true;
            lane->before = column[begin];
        }
        steady = lane->counter ? counter_values(lane, column, begin, end, value, &present, all)
                               : gauge_values(lane, column, begin, end, value);
        all = km_presence_has(&present, &rows);
        add_column(lane, w, value, &present, all, steady);
    }
}
