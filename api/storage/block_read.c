/* SPDX-License-Identifier: Apache-2.0 */
/* Rows out of a block. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "block_inside.h"
#include "clean.h"
#include "codec_log.h"

#define NOT_WANTED UINT16_MAX
#define LOG_ROOM   2048 /* most logs' bytes */

/* For each column of the block its place among the wanted ones. Returns how far to look. */
static unsigned find_wanted(const struct km_block *b, const uint16_t *metric, unsigned count,
                            uint16_t *place)
{
    const uint16_t *ours = km_block_metric(b);
    unsigned w = 0, until = 0;

    for (unsigned c = 0; c < b->columns; c++) {
        while (w < count && metric[w] < ours[c])
            w++;
        place[c] = w < count && metric[w] == ours[c] ? (uint16_t)w : NOT_WANTED;
        if (place[c] != NOT_WANTED)
            until = c + 1;
    }
    return until;
}

static int read_frame(const struct km_block *b, const uint16_t *place, unsigned until,
                      struct km_rows *rows)
{
    struct km_frame frame;
    int r = km_frame_open(&frame, km_block_frame(b), b->frame_size, b->columns, rows->time);

    if (r == 0 && frame.rows != b->frame_rows)
        r = -EBADMSG;
    for (unsigned c = 0; r == 0 && c < until; c++) {
        if (place[c] == NOT_WANTED)
            r = km_frame_next(&frame, NULL, NULL);
        else
            r = km_frame_next(&frame, rows->value + (size_t)place[c] * KM_FRAME_ROWS,
                              &rows->present[place[c]]);
    }
    return r;
}

/* The differences of the log's rows in the places of the values. */
static int read_differences(const struct km_block *b, const uint16_t *place, unsigned until,
                            struct km_rows *rows)
{
    uint8_t room[LOG_ROOM];
    km_auto_free uint8_t *more = NULL;
    const uint8_t *at = km_block_log(b, 0, room, sizeof(room), &more);
    const uint8_t *end = at + km_block_open(b)->log_size;
    unsigned row = b->frame_rows;

    if (!at)
        return -ENOMEM;
    if (row == 0)
        rows->time[row++] = b->first;
    for (; row < b->rows; row++) {
        struct km_log_record record;
        unsigned c;
        uint64_t difference;
        int r = km_log_next(&at, end, b->columns, &record);

        if (r < 0)
            return r;
        rows->time[row] = rows->time[row - 1] + record.elapsed;
        while (km_log_change(&record, &c, &difference) && c < until) {
            if (place[c] != NOT_WANTED)
                rows->value[(size_t)place[c] * KM_FRAME_ROWS + row] = (int64_t)difference;
        }
        for (c = 0; record.present && c < until; c++) {
            if (place[c] != NOT_WANTED && !km_bit(record.present, c))
                km_set_present(&rows->present[place[c]], row, false);
        }
    }
    return 0;
}

static int read_log(const struct km_block *b, const uint16_t *place, unsigned until,
                    struct km_rows *rows)
{
    struct km_presence all = km_presence_first(b->rows), framed = km_presence_first(b->frame_rows);
    int r;

    for (unsigned c = 0; c < until; c++) {
        struct km_presence *p;

        if (place[c] == NOT_WANTED)
            continue;
        p = &rows->present[place[c]];
        for (unsigned w = 0; w < KM_FRAME_ROWS / 64; w++)
            p->word[w] = (b->frame_rows ? p->word[w] : 0) | (all.word[w] & ~framed.word[w]);
        memset(rows->value + (size_t)place[c] * KM_FRAME_ROWS + b->frame_rows, 0,
               (b->rows - b->frame_rows) * sizeof(int64_t));
    }
    r = read_differences(b, place, until, rows);
    if (r < 0)
        return r;
    for (unsigned c = 0; c < until; c++) {
        uint64_t v = (uint64_t)km_block_value(b)[c];
        int64_t *value;

        if (place[c] == NOT_WANTED)
            continue;
        value = rows->value + (size_t)place[c] * KM_FRAME_ROWS;
        for (unsigned row = b->rows; row-- > b->frame_rows;) {
            uint64_t difference = (uint64_t)value[row];

            value[row] = (int64_t)v;
            v -= difference;
        }
    }
    return 0;
}

int km_block_columns(const struct km_block *block, const uint16_t *metric, unsigned count,
                     struct km_rows *ret_rows)
{
    uint16_t place[KM_ROW_MAX];
    unsigned until = find_wanted(block, metric, count, place);
    int r = 0;

    ret_rows->rows = block->rows;
    ret_rows->columns = count;
    memset(ret_rows->present, 0, count * sizeof(*ret_rows->present));
    if (block->frame_rows > 0)
        r = read_frame(block, place, until, ret_rows);
    if (r == 0 && !block->sealed)
        r = read_log(block, place, until, ret_rows);
    return r;
}

struct km_unpacked *km_unpacked_init(void *memory, unsigned columns)
{
    struct km_unpacked *u = memory;

    u->rows.columns = columns;
    u->rows.rows = 0;
    u->rows.time = (int64_t *)(u + 1);
    u->rows.value = u->rows.time + KM_BLOCK_ROWS;
    u->rows.present = (struct km_presence *)(u->rows.value + (size_t)columns * KM_BLOCK_ROWS);
    return u;
}

struct km_unpacked *km_unpacked_new(unsigned columns)
{
    void *memory = malloc(km_unpacked_size(columns));

    return memory ? km_unpacked_init(memory, columns) : NULL;
}

void km_unpacked_free(struct km_unpacked *rows)
{
    free(rows);
}

int km_block_unpack_into(const struct km_block *block, struct km_unpacked *ret_rows)
{
    memcpy(ret_rows->metric, km_block_metric(block), block->columns * sizeof(uint16_t));
    return km_block_columns(block, ret_rows->metric, block->columns, &ret_rows->rows);
}

int km_block_unpack(const struct km_block *block, struct km_unpacked **ret_rows)
{
    struct km_unpacked *u = km_unpacked_new(block->columns);
    int r;

    if (!u)
        return -ENOMEM;
    r = km_block_unpack_into(block, u);
    if (r < 0) {
        km_unpacked_free(u);
        return r;
    }
    *ret_rows = u;
    return 0;
}

unsigned km_unpacked_find(const struct km_unpacked *rows, int64_t time_ms)
{
    unsigned low = 0, high = rows->rows.rows;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (rows->rows.time[middle] < time_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void km_unpacked_read(const struct km_unpacked *rows, unsigned place, struct km_row *ret_row)
{
    uint16_t count = 0;

    ret_row->time_ms = rows->rows.time[place];
    for (unsigned c = 0; c < rows->rows.columns; c++) {
        if (!km_present(&rows->rows.present[c], place))
            continue;
        ret_row->metric[count] = rows->metric[c];
        ret_row->value[count++] = rows->rows.value[(size_t)c * KM_FRAME_ROWS + place];
    }
    ret_row->count = count;
}

static int read_one(const struct km_block *block, unsigned place, struct km_row *ret_row)
{
    struct km_unpacked *u;
    int r = km_block_unpack(block, &u);

    if (r < 0)
        return r;
    km_unpacked_read(u, place, ret_row);
    km_unpacked_free(u);
    return 0;
}

static bool are_all_set(const uint8_t *bits, unsigned count)
{
    for (; count >= 8; count -= 8) {
        if (*bits++ != 0xff)
            return false;
    }
    return count == 0 || (*bits & ((1u << count) - 1)) == (1u << count) - 1;
}

/* value may be the row's own. Nearly every row has all metrics of its block. */
static void fill_row(const struct km_block *b, int64_t time_ms, const int64_t *value,
                     const uint8_t *present, struct km_row *ret_row)
{
    const uint16_t *metric = km_block_metric(b);
    uint16_t count = 0;

    ret_row->time_ms = time_ms;
    if (are_all_set(present, b->columns)) {
        memcpy(ret_row->metric, metric, b->columns * sizeof(*metric));
        if (value != ret_row->value)
            memcpy(ret_row->value, value, b->columns * sizeof(*value));
        ret_row->count = b->columns;
        return;
    }
    for (unsigned c = 0; c < b->columns; c++) {
        if (!km_bit(present, c))
            continue;
        ret_row->metric[count] = metric[c];
        ret_row->value[count++] = value[c];
    }
    ret_row->count = count;
}

int km_block_newest(const struct km_block *block, struct km_row *ret_row)
{
    if (block->sealed)
        return read_one(block, block->rows - 1u, ret_row);
    fill_row(block, block->last, km_block_value(block), km_block_present(block), ret_row);
    return 0;
}

int km_block_previous(const struct km_block *block, struct km_row *ret_row)
{
    uint8_t room[LOG_ROOM];
    km_auto_free uint8_t *more = NULL;
    const struct km_open *open = km_block_open(block);
    const uint8_t *at;
    int64_t *value = ret_row->value;
    struct km_log_record record;
    uint64_t difference;
    unsigned c;
    int r;

    if (block->rows == 1)
        return -ENOENT;
    if (block->sealed || open->log_size == 0)
        return read_one(block, block->rows - 2u, ret_row);
    at = km_block_log(block, open->last_record, room, sizeof(room), &more);
    if (!at)
        return -ENOMEM;
    r = km_log_next(&at, at + (open->log_size - open->last_record), block->columns, &record);
    if (r < 0)
        return r;
    memcpy(value, km_block_value(block), block->columns * sizeof(*value));
    while (km_log_change(&record, &c, &difference))
        value[c] = (int64_t)((uint64_t)value[c] - difference);
    fill_row(block, block->last - record.elapsed, value,
             km_block_present(block) + km_block_bitmap(block), ret_row);
    return 0;
}
