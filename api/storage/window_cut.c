/* SPDX-License-Identifier: Apache-2.0 */
#include "window_cut.h"

#include <errno.h>
#include <stdlib.h>

#include "processor.h"

/* Parts of a block: each row begins one, and each end of a cell cuts one in two. */
static size_t most_parts(size_t cells)
{
    return cells + 2 * KM_FRAME_ROWS;
}

int km_cut_init(struct km_cut *cut, const struct km_grid_query *query, int64_t first_ms,
                size_t cells)
{
    cut->query = query;
    cut->first_ms = first_ms;
    cut->cells = cells;
    cut->entity = 0;
    cut->cell = 0;
    cut->entities = calloc(cells + 1, sizeof(*cut->entities));
    cut->seen_by = calloc(cells + 1, sizeof(*cut->seen_by));
    cut->gauge.part = malloc(most_parts(cells) * sizeof(struct km_part));
    cut->counter.part = malloc(most_parts(cells) * sizeof(struct km_part));
    return cut->entities && cut->seen_by && cut->gauge.part && cut->counter.part ? 0 : -ENOMEM;
}

void km_cut_done(struct km_cut *cut)
{
    free(cut->entities);
    free(cut->seen_by);
    free(cut->gauge.part);
    free(cut->counter.part);
}

void km_cut_next_entity(struct km_cut *cut)
{
    cut->entity++;
    cut->has_before = false;
}

/* Where a cell begins, and the one before it ends. */
static int64_t cell_begin(const struct km_cut *cut, size_t cell)
{
    return cut->first_ms + (int64_t)cell * cut->query->base_ms;
}

/* The cell that a time in the grid lies in: mostly the one where the row before ended. */
static size_t cell_of(const struct km_cut *cut, int64_t time)
{
    int64_t base = cut->query->base_ms, begin = cell_begin(cut, cut->cell);

    return time >= begin && time < begin + base ? cut->cell
                                                : (size_t)((time - cut->first_ms) / base);
}

/* Cuts (from, to] of a row at the ends of cells; what lies outside the grid is left out. */
static void add_row(struct km_cut *cut, int64_t from, int64_t to, unsigned row,
                    struct km_parts *parts)
{
    int64_t grid_end = cell_begin(cut, cut->cells);
    int64_t begin = from > cut->first_ms ? from : cut->first_ms,
            end = to < grid_end ? to : grid_end;
    double per_second = 1000 / (double)(to - from);

    if (begin >= end)
        return;
    for (size_t cell = cell_of(cut, begin); begin < end; cell++) {
        int64_t cell_end = cell_begin(cut, cell + 1), until = cell_end < end ? cell_end : end;
        double ms = (double)(until - begin);

        parts->part[parts->count++] =
            (struct km_part){(uint32_t)cell, (uint16_t)row, ms, ms * per_second};
        begin = until;
        cut->cell = cell;
    }
}

/* The entity is counted once in each cell of which some is covered: in those of a row or run. */
static void count_entity(uint32_t *restrict entities, uint32_t *restrict seen_by, uint32_t entity,
                         size_t cells)
{
    for (size_t i = 0; i < cells; i++) {
        entities[i] += seen_by[i] != entity;
        seen_by[i] = entity;
    }
}

static void cut_row(struct km_cut *cut, int64_t time, unsigned row)
{
    int64_t interval = cut->query->interval_ms;
    bool follows = cut->has_before && time - cut->before_ms <= 3 * interval;
    size_t old = cut->gauge.count;

    add_row(cut, follows ? cut->before_ms : time - interval, time, row, &cut->gauge);
    if (cut->gauge.count > old) {
        size_t cell = cut->gauge.part[old].cell;

        count_entity(cut->entities + cell, cut->seen_by + cell, cut->entity,
                     cut->gauge.count - old);
    }
    if (cut->has_before)
        add_row(cut, cut->before_ms, time, row, &cut->counter);
    cut->before_ms = time;
    cut->has_before = true;
}

/*
 * What an even run's rows cover. end_ms: where each ends, counted from the beginning of the run's
 * first cell, and before them where the row before ended. False if they are no such run.
 */
static bool weigh(struct km_even_run *run, const int32_t *end_ms, unsigned rows, int32_t base,
                  int32_t most_ms)
{
    int32_t wrong = 0; /* below 0 if any of them is */

    for (int32_t i = 0; i < (int32_t)rows; i++) {
        int32_t from = end_ms[i], to = end_ms[i + 1], cell_end = (i + 1) * base;

        wrong |= (from - cell_end + base) | (cell_end - 1 - from) | (cell_end + base - to) |
                 (most_ms - (to - from));
    }
    if (wrong < 0)
        return false;
    for (int32_t i = 0; i < (int32_t)rows; i++) {
        int32_t ms = end_ms[i + 1] - end_ms[i], cell_end = (i + 1) * base;
        int32_t behind = end_ms[i + 1] > cell_end ? end_ms[i + 1] - cell_end : 0;
        double per_second = 1000.0 / ms;

        run->ms[0][i] = ms - behind;
        run->ms[1][i] = behind;
        run->rate[0][i] = run->ms[0][i] * per_second;
        run->rate[1][i] = run->ms[1][i] * per_second;
    }
    run->covered[0] = run->ms[0][0];
    for (unsigned i = 1; i < rows; i++)
        run->covered[i] = run->ms[1][i - 1] + run->ms[0][i];
    run->covered[rows] = run->ms[1][rows - 1];
    return true;
}

/* Takes `rows` rows from `first` on as an even run; false if they are none. */
static bool take_even(struct km_cut *cut, const int64_t *time, unsigned first, unsigned rows)
{
    size_t cell = cell_of(cut, cut->before_ms);
    int64_t begin = cell_begin(cut, cell), base = cut->query->base_ms;
    int64_t most_ms = 3 * cut->query->interval_ms;
    int32_t end_ms[KM_FRAME_ROWS + 1];

    if (most_ms > INT32_MAX / 2 || base > INT32_MAX / 2 / (KM_FRAME_ROWS + 1) ||
        time[first + rows - 1] - begin > INT32_MAX / 2)
        return false;
    end_ms[0] = (int32_t)(cut->before_ms - begin);
    for (unsigned i = 0; i < rows; i++)
        end_ms[i + 1] = (int32_t)((uint32_t)time[first + i] - (uint32_t)begin);
    if (!weigh(&cut->even, end_ms, rows, (int32_t)base, (int32_t)most_ms))
        return false;
    cut->even.first = first;
    cut->even.rows = rows;
    cut->even.cell = cell;
    cut->cell = cell + rows - 1;
    cut->cell += cut->even.covered[rows] > 0;
    count_entity(cut->entities + cell, cut->seen_by + cell, cut->entity, cut->cell + 1 - cell);
    cut->before_ms = time[first + rows - 1];
    return true;
}

KM_FOR_THIS_PROCESSOR
void km_cut_rows(struct km_cut *cut, const int64_t *time, unsigned begin, unsigned end)
{
    int64_t grid_end = cell_begin(cut, cut->cells);
    unsigned row = begin, rows = 0;

    cut->even.rows = 0;
    cut->gauge.count = cut->counter.count = 0;
    /* A first row has no rate, and one that the grid's beginning cuts off is in no step. */
    while (row < end && !(cut->has_before && cut->before_ms >= cut->first_ms)) {
        cut_row(cut, time[row], row);
        row++;
    }
    while (row + rows < end && time[row + rows] <= grid_end)
        rows++;
    if (rows > 0 && take_even(cut, time, row, rows))
        row += rows;
    for (; row < end; row++)
        cut_row(cut, time[row], row);
}
