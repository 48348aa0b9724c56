/* SPDX-License-Identifier: Apache-2.0 */
/* A block's figures, and rows added at its end. */
#include "block.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "block_inside.h"
#include "codec_log.h"

/* Records for which room is made at once. */
#define RECORDS_AHEAD 8

void km_block_free(struct km_block *block)
{
    free(block);
}

size_t km_block_size(const struct km_block *block)
{
    return malloc_usable_size((void *)block) + sizeof(size_t);
}

size_t km_block_growth(unsigned columns)
{
    size_t new_block = sizeof(struct km_block) + columns * (sizeof(int64_t) + sizeof(uint16_t));
    size_t record = 8 + columns * (size_t)4; /* more is met, and paid for, but seldom */

    return new_block + columns / 4 + record * RECORDS_AHEAD;
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

struct km_block *km_block_new(const struct km_row *row)
{
    struct km_block *b = km_block_make(row->count, false, 0, 0);

    if (!b)
        return NULL;
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

/* Room in the log for `size` bytes: for this record and a few like it. */
static int make_room(struct km_block **block, size_t size)
{
    struct km_block *b = *block;
    unsigned left = KM_BLOCK_LOG_ROWS - log_records(b);
    size_t room = b->log_size + size * (left < RECORDS_AHEAD ? left : RECORDS_AHEAD);
    size_t before = (size_t)(km_block_log(b) - (uint8_t *)b);

    if (b->log_size + size <= b->log_room)
        return 0;
    b = realloc(b, before + room);
    if (!b)
        return -ENOMEM;
    b->log_room = (uint32_t)room;
    *block = b;
    return 0;
}

/* All rows into the frame; the log begins anew with room for records of `size` bytes. */
static int empty_log(struct km_block **block, size_t size)
{
    struct km_block *old = *block, *b;
    struct km_unpacked *all;
    unsigned left = KM_BLOCK_ROWS - old->rows;
    int r = km_block_unpack(old, &all);

    if (r < 0)
        return r;
    b = km_block_pack(all, false, old->rows, size * (left < RECORDS_AHEAD ? left : RECORDS_AHEAD));
    km_unpacked_free(all);
    if (!b)
        return -ENOMEM;
    memcpy(km_block_value(b), km_block_value(old), old->columns * sizeof(int64_t));
    memcpy(km_block_present(b), km_block_present(old), 2 * km_block_bitmap(old));
    free(old);
    *block = b;
    return 0;
}

static int append(struct km_block **block, const struct km_row *row, const struct fitted *fitted)
{
    uint8_t record[KM_LOG_RECORD_MAX], *present;
    struct km_block *b = *block;
    size_t size = km_log_put(km_block_value(b), fitted->value, fitted->present, b->columns,
                             row->time_ms - b->last, record);
    bool full = log_records(b) == KM_BLOCK_LOG_ROWS;
    int r = full ? empty_log(block, size) : make_room(block, size);

    if (r < 0)
        return r;
    b = *block;
    memcpy(km_block_log(b) + b->log_size, record, size);
    b->last_record = b->log_size;
    b->log_size += (uint32_t)size;
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
    const struct km_block *b = *block;
    struct fitted fitted;

    if (row->time_ms == b->last)
        return -EEXIST;
    if (row->time_ms < b->last || b->sealed)
        return km_block_rewrite(block, row);
    if (b->rows == KM_BLOCK_ROWS)
        return -ENOSPC;
    if (!fit(b, row, &fitted))
        return km_block_rewrite(block, row);
    return append(block, row, &fitted);
}
