/* SPDX-License-Identifier: Apache-2.0 */
#include "block.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define PRESENT_WORDS (KM_BLOCK_ROWS / 64)

struct column {
    uint64_t present[PRESENT_WORDS];
    uint16_t metric;
};

struct km_block {
    uint16_t rows, room, columns;
    struct column *column; /* ascending by metric */
    int64_t *time;
    int64_t *value;   /* of column c, row r: value[c * room + r] */
    int64_t memory[]; /* time, then values, then columns */
};

static struct km_block *make(unsigned room, unsigned columns)
{
    size_t values = (size_t)room * columns;
    struct km_block *b =
        malloc(sizeof(*b) + (room + values) * sizeof(int64_t) + columns * sizeof(struct column));

    if (!b)
        return NULL;
    b->rows = 0;
    b->room = (uint16_t)room;
    b->columns = (uint16_t)columns;
    b->time = b->memory;
    b->value = b->time + room;
    b->column = (struct column *)(b->value + values);
    return b;
}

struct km_block *km_block_new(void)
{
    return make(0, 0);
}

void km_block_free(struct km_block *block)
{
    free(block);
}

size_t km_block_size(const struct km_block *block)
{
    return malloc_usable_size((void *)block) + sizeof(size_t);
}

unsigned km_block_rows(const struct km_block *block)
{
    return block->rows;
}

int64_t km_block_first(const struct km_block *block)
{
    return block->time[0];
}

int64_t km_block_last(const struct km_block *block)
{
    return block->time[block->rows - 1];
}

uint64_t km_block_samples(const struct km_block *block)
{
    uint64_t samples = 0;

    for (unsigned c = 0; c < block->columns; c++) {
        for (unsigned w = 0; w < PRESENT_WORDS; w++)
            samples += (uint64_t)__builtin_popcountll(block->column[c].present[w]);
    }
    return samples;
}

unsigned km_block_find(const struct km_block *block, int64_t time_ms)
{
    unsigned low = 0, high = block->rows;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (block->time[middle] < time_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_present(const struct column *column, unsigned row)
{
    return column->present[row / 64] >> (row % 64) & 1;
}

static void set_present(struct column *column, unsigned row, bool present)
{
    uint64_t bit = UINT64_C(1) << (row % 64);

    if (present)
        column->present[row / 64] |= bit;
    else
        column->present[row / 64] &= ~bit;
}

/* How many columns block and row have together. */
static unsigned columns_together(const struct km_block *block, const struct km_row *row)
{
    unsigned c = 0, r = 0, count = 0;

    while (c < block->columns || r < row->count) {
        bool ours =
            c < block->columns && (r == row->count || block->column[c].metric <= row->metric[r]);
        bool theirs =
            r < row->count && (c == block->columns || row->metric[r] <= block->column[c].metric);

        c += ours;
        r += theirs;
        count++;
    }
    return count;
}

/* The same rows with more room, and a column for every metric of row. */
static struct km_block *remake(const struct km_block *old, unsigned room, const struct km_row *row)
{
    struct km_block *b = make(room, columns_together(old, row));
    unsigned c = 0, r = 0;

    if (!b)
        return NULL;
    b->rows = old->rows;
    memcpy(b->time, old->time, old->rows * sizeof(int64_t));
    for (unsigned n = 0; n < b->columns; n++) {
        bool ours =
            c < old->columns && (r == row->count || old->column[c].metric <= row->metric[r]);

        if (ours) {
            if (r < row->count && row->metric[r] == old->column[c].metric)
                r++;
            b->column[n] = old->column[c];
            memcpy(b->value + (size_t)n * room, old->value + (size_t)c * old->room,
                   old->rows * sizeof(int64_t));
            c++;
        } else {
            b->column[n] = (struct column){.metric = row->metric[r]};
            r++;
        }
    }
    return b;
}

static unsigned more_room(unsigned room)
{
    if (room == 0)
        return 4;
    return room == 64 ? KM_BLOCK_ROWS : room * 4;
}

int km_block_insert(struct km_block **block, const struct km_row *row)
{
    struct km_block *b = *block;
    unsigned place = km_block_find(b, row->time_ms);
    unsigned behind, r = 0;

    if (place < b->rows && b->time[place] == row->time_ms)
        return -EEXIST;
    if (b->rows == KM_BLOCK_ROWS)
        return -ENOSPC;
    if (b->rows == b->room || columns_together(b, row) != b->columns) {
        b = remake(b, b->rows == b->room ? more_room(b->room) : b->room, row);
        if (!b)
            return -ENOMEM;
        free(*block);
        *block = b;
    }
    behind = b->rows - place;
    memmove(b->time + place + 1, b->time + place, behind * sizeof(int64_t));
    b->time[place] = row->time_ms;
    for (unsigned c = 0; c < b->columns; c++) {
        int64_t *value = b->value + (size_t)c * b->room;
        bool present = r < row->count && row->metric[r] == b->column[c].metric;

        memmove(value + place + 1, value + place, behind * sizeof(int64_t));
        for (unsigned i = b->rows; i > place; i--)
            set_present(&b->column[c], i, is_present(&b->column[c], i - 1));
        set_present(&b->column[c], place, present);
        value[place] = present ? row->value[r++] : 0;
    }
    b->rows++;
    return 0;
}

struct km_block *km_block_split(struct km_block *block)
{
    struct km_block *newer = make(KM_BLOCK_ROWS, block->columns);
    unsigned keep = block->rows / 2, moved = block->rows - keep;

    if (!newer)
        return NULL;
    newer->rows = (uint16_t)moved;
    memcpy(newer->time, block->time + keep, moved * sizeof(int64_t));
    for (unsigned c = 0; c < block->columns; c++) {
        newer->column[c] = (struct column){.metric = block->column[c].metric};
        for (unsigned r = 0; r < moved; r++) {
            set_present(&newer->column[c], r, is_present(&block->column[c], keep + r));
            set_present(&block->column[c], keep + r, false);
        }
        memcpy(newer->value + (size_t)c * newer->room,
               block->value + (size_t)c * block->room + keep, moved * sizeof(int64_t));
    }
    block->rows = (uint16_t)keep;
    return newer;
}

void km_block_read(const struct km_block *block, unsigned place, struct km_row *ret_row)
{
    uint16_t count = 0;

    ret_row->time_ms = block->time[place];
    for (unsigned c = 0; c < block->columns; c++) {
        if (!is_present(&block->column[c], place))
            continue;
        ret_row->metric[count] = block->column[c].metric;
        ret_row->value[count++] = block->value[(size_t)c * block->room + place];
    }
    ret_row->count = count;
}
