/* SPDX-License-Identifier: Apache-2.0 */
/* A block's figures, and rows added at its end. */
#include "block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "block_inside.h"
#include "codec_log.h"

void km_block_free(struct km_block *block)
{
    if (!block)
        return;
    /* The last one to let go frees it, and sees all that the others did before. */
    if (block->sealed && atomic_fetch_sub_explicit(&block->others, 1, memory_order_acq_rel) > 0)
        return;
    if (!block->sealed && !block->copied) {
        free(km_block_open(block)->frame);
        km_block_log_clear(block);
    }
    free(block);
}

static struct km_block *copy_open(const struct km_block *b)
{
    size_t own = km_block_open_size(b->columns), frame_size = b->frame_rows ? b->frame_size : 0;
    size_t log_size = km_block_open(b)->log_size;
    struct km_block *copy = malloc(own + frame_size + log_size);
    struct km_open *open;
    uint8_t *more;

    if (!copy)
        return NULL;
    memcpy(copy, b, own);
    copy->copied = true;
    copy->frame_size = (uint32_t)frame_size;
    open = km_block_open(copy);
    open->frame = (uint8_t *)copy + own;
    open->cells = open->last_cell = open->record_cell = NULL;
    if (frame_size)
        memcpy(open->frame, km_block_frame(b), frame_size);
    km_block_log(b, 0, open->frame + frame_size, log_size, &more); /* it has the room */
    return copy;
}

struct km_block *km_block_take(struct km_block *block)
{
    if (!block->sealed)
        return copy_open(block);
    atomic_fetch_add_explicit(&block->others, 1, memory_order_relaxed);
    return block;
}

size_t km_block_size(const struct km_block *b)
{
    if (b->sealed)
        return km_heap_size(sizeof(*b) + b->columns * sizeof(uint16_t) + b->frame_size);
    return km_heap_size(km_block_open_size(b->columns)) + km_block_log_heap(b) +
           (b->frame_rows > 0 ? km_heap_size(b->frame_size) : 0);
}

void km_block_fetch(const struct km_block *block)
{
    const char *at = (const char *)block;

    for (unsigned i = 0; i < 6; i++) /* about 30 columns; more follow in line */
        __builtin_prefetch(at + 64 * i);
}

void km_block_fetch_log(const struct km_block *block)
{
    const struct km_cell *cell = block->sealed ? NULL : km_block_open(block)->last_cell;

    if (!cell)
        return;
    __builtin_prefetch(cell);
    __builtin_prefetch((const char *)cell + 64);
}

size_t km_block_growth(unsigned columns)
{
    size_t record = 8 + columns * (size_t)4; /* more is met, and paid for, but seldom */

    return km_heap_size(km_block_open_size(columns)) +
           (record / sizeof(struct km_cell) + 1) * km_heap_size(sizeof(struct km_cell));
}

unsigned km_block_rows(const struct km_block *block)
{
    return block->rows;
}

int64_t km_block_first(const struct km_block *block)
{
    return block->first;
}

int64_t km_block_last(const struct km_block *block)
{
    return block->last;
}

const uint16_t *km_block_metrics(const struct km_block *block, unsigned *ret_count)
{
    *ret_count = block->columns;
    return km_block_metric(block);
}

bool km_block_is_sealed(const struct km_block *block)
{
    return block->sealed;
}

uint64_t km_block_samples(const struct km_block *block)
{
    return block->samples;
}

static void set_all(uint8_t *bits, unsigned count)
{
    memset(bits, 0, (count + 7) / 8);
    for (unsigned i = 0; i < count; i++)
        km_set_bit(bits, i);
}

struct km_block *km_block_new(const struct km_row *row, unsigned limit)
{
    struct km_block *b = km_block_make(row->count);

    if (!b)
        return NULL;
    b->limit = (uint8_t)limit;
    b->rows = 1;
    b->first = b->last = row->time_ms;
    b->samples = row->count;
    memcpy(km_block_value(b), row->value, row->count * sizeof(int64_t));
    memcpy(km_block_metric(b), row->metric, row->count * sizeof(uint16_t));
    set_all(km_block_present(b), row->count);
    return b;
}

/* A row in the block's columns. */
struct fitted {
    const int64_t *value;
    const uint8_t *present; /* NULL: all */
    int64_t values[KM_ROW_MAX];
    uint8_t bits[KM_FRAME_COLUMNS / 8];
};

/* False if the row has a metric that the block does not have. */
static bool fit(const struct km_block *b, const struct km_row *row, struct fitted *ret_fitted)
{
    const uint16_t *metric = km_block_metric(b);
    unsigned r = 0;

    ret_fitted->value = row->value;
    ret_fitted->present = NULL;
    if (row->count == b->columns && memcmp(metric, row->metric, row->count * sizeof(*metric)) == 0)
        return true;
    memset(ret_fitted->bits, 0, km_block_bitmap(b));
    memcpy(ret_fitted->values, km_block_value(b), b->columns * sizeof(int64_t));
    for (unsigned c = 0; c < b->columns && r < row->count; c++) {
        if (row->metric[r] != metric[c])
            continue;
        ret_fitted->values[c] = row->value[r++];
        km_set_bit(ret_fitted->bits, c);
    }
    ret_fitted->value = ret_fitted->values;
    ret_fitted->present = ret_fitted->bits;
    return r == row->count;
}

static unsigned log_records(const struct km_block *b)
{
    return b->rows - b->frame_rows - (b->frame_rows == 0);
}

/* All rows into the frame; the log begins anew. */
static int empty_log(struct km_block *b)
{
    uint8_t *frame;
    size_t size;
    int r = km_block_repack(b, 0, &frame, &size);

    if (r < 0)
        return r;
    free(km_block_open(b)->frame);
    km_block_open(b)->frame = frame;
    b->frame_size = (uint32_t)size;
    b->frame_rows = b->rows;
    km_block_log_clear(b);
    return 0;
}

static int append(struct km_block *b, const struct km_row *row, const struct fitted *fitted)
{
    uint8_t record[KM_LOG_RECORD_MAX], *present;
    size_t size = km_log_put(km_block_value(b), fitted->value, fitted->present, b->columns,
                             row->time_ms - b->last, record);
    int r = 0;

    if (log_records(b) >= b->limit / 2u)
        r = empty_log(b);
    if (r == 0)
        r = km_block_log_add(b, record, size);
    if (r < 0)
        return r;
    memcpy(km_block_value(b), fitted->value, b->columns * sizeof(int64_t));
    present = km_block_present(b);
    memcpy(present + km_block_bitmap(b), present, km_block_bitmap(b));
    if (fitted->present)
        memcpy(present, fitted->present, km_block_bitmap(b));
    else
        set_all(present, b->columns);
    b->rows++;
    b->samples += row->count;
    b->last = row->time_ms;
    return 0;
}

int km_block_insert(struct km_block **block, const struct km_row *row)
{
    struct km_block *b = *block;
    struct fitted fitted;

    if (row->time_ms == b->last)
        return -EEXIST;
    if (row->time_ms < b->last || b->sealed)
        return km_block_rewrite(block, row);
    if (b->rows >= b->limit)
        return -ENOSPC;
    if (!fit(b, row, &fitted))
        return km_block_rewrite(block, row);
    return append(b, row, &fitted);
}
