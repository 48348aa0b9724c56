/* SPDX-License-Identifier: Apache-2.0 */
#include "window_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Parts of a block: each row begins one, and each end of a cell cuts one in two. */
static size_t most_parts(size_t cells)
{
    return cells + 2 * KM_FRAME_ROWS;
}

int km_window_rows_init(struct km_window_rows *rows, const struct km_grid_query *query,
                        int64_t first_ms, size_t cells, bool single)
{
    *rows = (struct km_window_rows){
        .query = query, .first_ms = first_ms, .cells = cells, .single = single};
    rows->entities = calloc(cells + 1, sizeof(*rows->entities));
    rows->seen_by = calloc(cells + 1, sizeof(*rows->seen_by));
    rows->gauge.other = malloc(most_parts(cells) * sizeof(struct km_part));
    rows->counter.other = malloc(most_parts(cells) * sizeof(struct km_part));
    rows->part = malloc(most_parts(cells) * sizeof(struct km_part));
    return rows->part && rows->entities && rows->seen_by && rows->gauge.other && rows->counter.other
               ? 0
               : -ENOMEM;
}

void km_window_rows_done(struct km_window_rows *rows)
{
    free(rows->entities);
    free(rows->seen_by);
    free(rows->gauge.other);
    free(rows->counter.other);
    free(rows->part);
}

void km_window_rows_next_entity(struct km_window_rows *rows, struct km_lane *lanes, unsigned count)
{
    rows->entity++;
    rows->has_before = false;
    for (unsigned i = 0; i < count; i++)
        lanes[i].has_before = false;
}

/* The cell that a time in the grid lies in: mostly the one where the row before ended. */
static size_t cell_of(const struct km_window_rows *w, int64_t time)
{
    int64_t base = w->query->base_ms, begin = w->first_ms + (int64_t)w->cell * base;

    return time >= begin && time < begin + base ? w->cell : (size_t)((time - w->first_ms) / base);
}

/* Cuts (from, to] at the ends of cells; what lies outside the grid is left out. */
static size_t cut(struct km_window_rows *w, int64_t from, int64_t to, unsigned row,
                  struct km_part *parts)
{
    int64_t base = w->query->base_ms, grid_end = w->first_ms + (int64_t)w->cells * base;
    int64_t begin = from > w->first_ms ? from : w->first_ms, end = to < grid_end ? to : grid_end;
    double per_second = 1000 / (double)(to - from);
    size_t n = 0, cell;

    if (begin >= end)
        return 0;
    for (cell = cell_of(w, begin); begin < end; cell++) {
        int64_t cell_end = w->first_ms + (int64_t)(cell + 1) * base;
        int64_t until = cell_end < end ? cell_end : end;
        double ms = (double)(until - begin);

        parts[n++] = (struct km_part){(uint32_t)cell, (uint16_t)row, ms, ms * per_second};
        begin = until;
    }
    w->cell = cell - 1;
    return n;
}

/* Puts a row's parts into the even run, or begins it with them; false where they do not fit. */
static bool fits_run(struct km_parts *to, const struct km_part *part, size_t count, size_t cells)
{
    size_t place;

    if (to->rows == 0) {
        if (part->cell + 1 >= cells)
            return false;
        to->first = part->row;
        to->cell = part->cell;
        to->whole = true;
    }
    place = part->row - to->first;
    if (count > 2 || part->cell != to->cell + place)
        return false;
    to->whole = to->whole && place == to->rows;
    for (; to->rows <= place; to->rows++) {
        for (int i = 0; i < 2; i++)
            to->ms[i][to->rows] = to->rate[i][to->rows] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        to->ms[i][place] = part[i].ms;
        to->rate[i][place] = part[i].rate;
    }
    return true;
}

/* The entity is counted once in each cell that a row covers some of. */
static void count_entity(struct km_window_rows *w, const struct km_part *part, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t cell = part[i].cell;

        w->entities[cell] += w->seen_by[cell] != w->entity;
        w->seen_by[cell] = w->entity;
    }
}

/* Keeps a row's parts. One that the grid's beginning cuts off is not in step with the others. */
static void keep_parts(struct km_parts *to, const struct km_part *part, size_t count, size_t cells,
                       bool cut_off)
{
    if (count == 0 || (!cut_off && fits_run(to, part, count, cells)))
        return;
    memcpy(to->other + to->n_other, part, count * sizeof(*part));
    to->n_other += count;
}

/* The parts of rows begin … end - 1. */
static void make_parts(struct km_window_rows *w, const int64_t *time, unsigned begin, unsigned end)
{
    int64_t interval = w->query->interval_ms;

    w->gauge.rows = w->counter.rows = 0;
    w->gauge.n_other = w->counter.n_other = 0;
    for (unsigned r = begin; r < end; r++) {
        bool follows = w->has_before && time[r] - w->before_ms <= 3 * interval;
        int64_t since = follows ? w->before_ms : time[r] - interval;
        size_t count = cut(w, since, time[r], r, w->part);

        count_entity(w, w->part, count);
        keep_parts(&w->gauge, w->part, count, w->cells, since < w->first_ms);
        if (w->has_before && !follows)
            count = cut(w, w->before_ms, time[r], r, w->part);
        if (w->has_before)
            keep_parts(&w->counter, w->part, count, w->cells, w->before_ms < w->first_ms);
        w->before_ms = time[r];
        w->has_before = true;
    }
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

/* A gauge's values as they are to be added; those that are absent are not looked at. */
static void gauge_values(const struct km_lane *lane, const int64_t *value, unsigned begin,
                         unsigned end, double *ret_value)
{
    if (km_metrics[lane->metric].kind == KM_KIND_GAUGE) {
        for (unsigned r = begin; r < end; r++)
            ret_value[r] = (double)value[r];
        return;
    }
    for (unsigned r = begin; r < end; r++)
        ret_value[r] = gauge_value(lane->metric, value[r]);
}

/* Where all rows have the counter, and the one before: false if it went down somewhere. */
static bool steady_growth(const struct km_lane *lane, const int64_t *value, unsigned begin,
                          unsigned end, double *ret_value)
{
    int64_t before = lane->before, down = 0;

    for (unsigned r = begin; r < end; r++) {
        int64_t growth = (int64_t)((uint64_t)value[r] - (uint64_t)before);

        ret_value[r] = (double)growth;
        down |= growth;
        before = value[r];
    }
    return down >= 0;
}

/*
 * What a counter grew by since the row before. Where that does not have it, or it went down, the
 * pair says nothing: the row is taken out of present.
 */
static void counter_values(struct km_lane *lane, const int64_t *value, unsigned begin, unsigned end,
                           double *ret_value, struct km_presence *present)
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

static bool all_present(const struct km_presence *present, unsigned begin, unsigned end)
{
    struct km_presence before = km_presence_first(begin), all = km_presence_first(end);

    for (unsigned i = 0; i < KM_FRAME_ROWS / 64; i++) {
        if (~present->word[i] & all.word[i] & ~before.word[i])
            return false;
    }
    return true;
}

static void add_product(double *restrict to, const double *restrict value,
                        const double *restrict weight, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to[i] += value[i] * weight[i];
}

static void add_array(double *restrict to, const double *restrict what, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        to[i] += what[i];
}

/* ms covered by the even run, in all of its cells; those of a sum that have some need no more. */
static void cover_run(struct km_lane *lane, const struct km_parts *parts, bool single)
{
    size_t begin = parts->cell, end = begin + parts->rows;

    if (!single && lane->known_first <= begin && end <= lane->known_end) {
        lane->covered[end] += parts->ms[1][parts->rows - 1];
        return;
    }
    add_array(lane->covered + begin, parts->ms[0], parts->rows);
    add_array(lane->covered + begin + 1, parts->ms[1], parts->rows);
    if (!parts->whole)
        return;
    if (lane->known_end < begin || end < lane->known_first) {
        lane->known_first = begin;
        lane->known_end = end;
        return;
    }
    lane->known_first = begin < lane->known_first ? begin : lane->known_first;
    lane->known_end = end > lane->known_end ? end : lane->known_end;
}

/* The even run; every row of it has a value. */
static void add_run(struct km_lane *lane, const struct km_parts *parts, const double *value,
                    bool single)
{
    const double(*weight)[KM_FRAME_ROWS] = lane->counter ? parts->rate : parts->ms;

    if (parts->rows == 0)
        return;
    for (unsigned i = 0; i < 2; i++)
        add_product(lane->sum + parts->cell + i, value + parts->first, weight[i], parts->rows);
    cover_run(lane, parts, single);
}

static void add_part(struct km_lane *lane, size_t cell, double value, double weight, double ms)
{
    lane->sum[cell] += value * weight;
    lane->covered[cell] += ms;
}

/* The even run, where some rows have no value. */
static void add_run_with_gaps(struct km_lane *lane, const struct km_parts *parts,
                              const double *value, const struct km_presence *present)
{
    for (unsigned place = 0; place < parts->rows; place++) {
        unsigned row = parts->first + place;

        for (unsigned i = 0; i < 2 && km_present(present, row); i++)
            add_part(lane, parts->cell + place + i, value[row],
                     lane->counter ? parts->rate[i][place] : parts->ms[i][place],
                     parts->ms[i][place]);
    }
}

static void add_column(struct km_lane *lane, const struct km_parts *parts, const double *value,
                       const struct km_presence *present, bool all, bool single)
{
    if (all)
        add_run(lane, parts, value, single);
    else
        add_run_with_gaps(lane, parts, value, present);
    for (size_t i = 0; i < parts->n_other; i++) {
        const struct km_part *p = &parts->other[i];

        if (km_present(present, p->row))
            add_part(lane, p->cell, value[p->row], lane->counter ? p->rate : p->ms, p->ms);
    }
}

void km_window_rows_add(struct km_window_rows *w, const struct km_rows *block, int64_t to_ms,
                        struct km_lane *lanes)
{
    double value[KM_FRAME_ROWS];
    unsigned begin = 0, end = block->rows;
    bool is_first;

    while (end > 0 && block->time[end - 1] > to_ms)
        end--;
    /* Of those before the grid only the last one matters. */
    while (begin + 1 < end && block->time[begin + 1] <= w->first_ms)
        begin++;
    if (begin == end)
        return;
    is_first = !w->has_before;
    make_parts(w, block->time, begin, end);
    for (unsigned c = 0; c < block->columns; c++) {
        struct km_presence present = block->present[c];
        struct km_lane *lane = &lanes[c];
        const int64_t *column = block->value + (size_t)c * KM_FRAME_ROWS;

        bool all = all_present(&present, begin, end);

        if (!all && km_presence_count(&present) == 0) {
            lane->has_before = false;
            continue;
        }
        /* An entity's first row has no part of a counter: what it grew by is not looked at. */
        if (is_first && all) {
            lane->has_before = true;
            lane->before = column[begin];
        }
        if (!lane->counter) {
            gauge_values(lane, column, begin, end, value);
        } else if (all && lane->has_before && steady_growth(lane, column, begin, end, value)) {
            lane->before = column[end - 1];
        } else {
            counter_values(lane, column, begin, end, value, &present);
            all = all_present(&present, begin, end);
        }
        add_column(lane, lane->counter ? &w->counter : &w->gauge, value, &present, all, w->single);
    }
}
