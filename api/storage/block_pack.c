/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacked rows into a block, and changes that need all rows unpacked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "block_inside.h"
#include "clean.h"
#include "codec_log.h"

struct km_block *km_block_make(unsigned columns)
{
    struct km_block *b = malloc(km_block_open_size(columns));

    if (!b)
        return NULL;
    *b = (struct km_block){.columns = (uint16_t)columns, .limit = KM_BLOCK_ROWS};
    *km_block_open(b) = (struct km_open){0};
    return b;
}

uint8_t *km_block_pack(const struct km_unpacked *u, unsigned rows, size_t before, size_t *ret_size)
{
    struct km_rows framed = u->rows;
    km_auto_free uint8_t *bytes = malloc(km_frame_bound(u->rows.columns));
    uint8_t *frame;
    size_t size;

    if (!bytes)
        return NULL;
    framed.rows = rows;
    size = km_frame_pack(&framed, bytes);
    frame = malloc(before + size);
    if (!frame)
        return NULL;
    memcpy(frame + before, bytes, size);
    *ret_size = size;
    return frame;
}

/*
 * Rows are unpacked and packed again on the stack: as pieces from the heap, 50 KB that come and go
 * with every block would make the allocator join and cut its free memory each time.
 */
#define STACK_COLUMNS 40
#define STACK_BYTES   (50 << 10)

int km_block_repack(const struct km_block *b, size_t before, uint8_t **ret_memory, size_t *ret_size)
{
    uint64_t rows[STACK_BYTES / sizeof(uint64_t)], frame[STACK_BYTES / sizeof(uint64_t)];
    km_auto_free void *more_rows = NULL, *more_frame = NULL;
    size_t size, bound = km_frame_bound(b->columns);
    struct km_unpacked *u;
    uint8_t *memory, *bytes = (uint8_t *)frame;
    int r;

    if (km_unpacked_size(b->columns) > sizeof(rows))
        more_rows = malloc(km_unpacked_size(b->columns));
    if (bound > sizeof(frame))
        bytes = more_frame = malloc(bound);
    if (!bytes || (km_unpacked_size(b->columns) > sizeof(rows) && !more_rows))
        return -ENOMEM;
    u = km_unpacked_init(more_rows ? more_rows : rows, b->columns);
    r = km_block_unpack_into(b, u);
    if (r < 0)
        return r;
    size = km_frame_pack(&u->rows, bytes);
    memory = malloc(before + size);
    if (!memory)
        return -ENOMEM;
    memcpy(memory + before, bytes, size);
    *ret_memory = memory;
    *ret_size = size;
    return 0;
}

static uint32_t count_samples(const struct km_unpacked *u)
{
    uint32_t samples = 0;

    for (unsigned c = 0; c < u->rows.columns; c++)
        samples += km_presence_count(&u->rows.present[c]);
    return samples;
}

static struct km_block *pack_sealed(const struct km_unpacked *u)
{
    size_t ids = u->rows.columns * sizeof(uint16_t), size;
    uint8_t *memory = km_block_pack(u, u->rows.rows, sizeof(struct km_block) + ids, &size);
    struct km_block *b = (struct km_block *)(void *)memory;

    if (!b)
        return NULL;
    *b = (struct km_block){.sealed = true,
                           .columns = (uint16_t)u->rows.columns,
                           .rows = (uint8_t)u->rows.rows,
                           .frame_rows = (uint8_t)u->rows.rows,
                           .frame_size = (uint32_t)size,
                           .samples = count_samples(u),
                           .first = u->rows.time[0],
                           .last = u->rows.time[u->rows.rows - 1]};
    memcpy(km_block_metric(b), u->metric, ids);
    return b;
}

/* An open block: all rows but the last in the frame, the last as it is with its record. */
static struct km_block *pack_open(const struct km_unpacked *u)
{
    unsigned rows = u->rows.rows, columns = u->rows.columns;
    uint8_t record[KM_LOG_RECORD_MAX],
        present[KM_FRAME_COLUMNS / 8] = {0}, previous[KM_FRAME_COLUMNS / 8] = {0};
    int64_t before[KM_ROW_MAX], after[KM_ROW_MAX];
    bool gaps = false;
    struct km_block *b;
    size_t size, frame_size;

    for (unsigned c = 0; c < columns; c++) {
        const int64_t *value = u->rows.value + (size_t)c * KM_FRAME_ROWS;
        bool has = km_present(&u->rows.present[c], rows - 1);
        bool had = km_present(&u->rows.present[c], rows - 2);

        before[c] = had ? value[rows - 2] : has ? value[rows - 1] : 0;
        after[c] = has ? value[rows - 1] : before[c];
        gaps |= !has;
        if (has)
            km_set_bit(present, c);
        if (had)
            km_set_bit(previous, c);
    }
    size = km_log_put(before, after, gaps ? present : NULL, columns,
                      u->rows.time[rows - 1] - u->rows.time[rows - 2], record);
    b = km_block_make(columns);
    if (!b)
        return NULL;
    km_block_open(b)->frame = km_block_pack(u, rows - 1, 0, &frame_size);
    if (!km_block_open(b)->frame || km_block_log_add(b, record, size) < 0) {
        km_block_free(b);
        return NULL;
    }
    b->frame_size = (uint32_t)frame_size;
    b->frame_rows = (uint8_t)(rows - 1);
    b->rows = (uint8_t)rows;
    b->samples = count_samples(u);
    b->first = u->rows.time[0];
    b->last = u->rows.time[rows - 1];
    memcpy(km_block_value(b), after, columns * sizeof(*after));
    memcpy(km_block_metric(b), u->metric, columns * sizeof(*u->metric));
    memcpy(km_block_present(b), present, km_block_bitmap(b));
    memcpy(km_block_present(b) + km_block_bitmap(b), previous, km_block_bitmap(b));
    return b;
}

static struct km_block *pack(const struct km_unpacked *u, bool sealed)
{
    return sealed ? pack_sealed(u) : pack_open(u);
}

/* Copies the bits of `count` rows from `from` on to the place `to` of p. */
static void copy_presence(const struct km_presence *source, unsigned from, unsigned count,
                          unsigned to, struct km_presence *p)
{
    for (unsigned i = 0; i < count; i++)
        km_set_present(p, to + i, km_present(source, from + i));
}

/* Some rows of u, without the columns that none of them has. */
static struct km_unpacked *copy_rows(const struct km_unpacked *u, unsigned first, unsigned count)
{
    struct km_unpacked *some = km_unpacked_new(u->rows.columns);
    unsigned n = 0;

    if (!some)
        return NULL;
    some->rows.rows = count;
    memcpy(some->rows.time, u->rows.time + first, count * sizeof(int64_t));
    for (unsigned c = 0; c < u->rows.columns; c++) {
        some->rows.present[n] = (struct km_presence){{0}};
        copy_presence(&u->rows.present[c], first, count, 0, &some->rows.present[n]);
        if (km_presence_none(&some->rows.present[n]))
            continue;
        some->metric[n] = u->metric[c];
        memcpy(some->rows.value + (size_t)n++ * KM_FRAME_ROWS,
               u->rows.value + (size_t)c * KM_FRAME_ROWS + first, count * sizeof(int64_t));
    }
    some->rows.columns = n;
    return some;
}

int km_block_split(struct km_block **block, struct km_block **ret_newer)
{
    struct km_unpacked *all, *half[2] = {NULL, NULL};
    struct km_block *packed[2] = {NULL, NULL};
    unsigned keep = (*block)->rows / 2u;
    int r = km_block_unpack(*block, &all);

    if (r < 0)
        return r;
    half[0] = copy_rows(all, 0, keep);
    half[1] = copy_rows(all, keep, all->rows.rows - keep);
    for (int i = 0; i < 2; i++)
        packed[i] = half[i] ? pack(half[i], i == 0 || (*block)->sealed) : NULL;
    km_unpacked_free(all);
    km_unpacked_free(half[0]);
    km_unpacked_free(half[1]);
    if (!packed[0] || !packed[1]) {
        km_block_free(packed[0]);
        km_block_free(packed[1]);
        return -ENOMEM;
    }
    km_block_free(*block);
    *block = packed[0];
    *ret_newer = packed[1];
    return 0;
}

int km_block_seal(struct km_block **block)
{
    struct km_block *open = *block, *b;
    size_t ids = open->columns * sizeof(uint16_t), size;
    uint8_t *memory;
    int r;

    if (open->sealed)
        return 0;
    r = km_block_repack(open, sizeof(*b) + ids, &memory, &size);
    if (r < 0)
        return r;
    b = (struct km_block *)(void *)memory;
    *b = (struct km_block){.sealed = true,
                           .columns = open->columns,
                           .rows = open->rows,
                           .frame_rows = open->rows,
                           .frame_size = (uint32_t)size,
                           .samples = open->samples,
                           .first = open->first,
                           .last = open->last};
    memcpy(km_block_metric(b), km_block_metric(open), ids);
    km_block_free(open);
    *block = b;
    return 0;
}

/* The metrics of both, rising; returns how many. */
static unsigned join(const struct km_unpacked *u, const struct km_row *row, uint16_t *ret_metric)
{
    unsigned c = 0, r = 0, n = 0;

    while ((c < u->rows.columns || r < row->count) && n < KM_ROW_MAX) {
        bool ours = c < u->rows.columns && (r == row->count || u->metric[c] <= row->metric[r]);
        bool theirs = r < row->count && (c == u->rows.columns || row->metric[r] <= u->metric[c]);

        ret_metric[n++] = ours ? u->metric[c] : row->metric[r];
        c += ours;
        r += theirs;
    }
    return c < u->rows.columns || r < row->count ? KM_ROW_MAX + 1 : n;
}

/* u with a row put in at a place. */
static struct km_unpacked *with_row(const struct km_unpacked *u, const struct km_row *row,
                                    unsigned place)
{
    uint16_t metric[KM_ROW_MAX];
    unsigned columns = join(u, row, metric), behind = u->rows.rows - place, old = 0, r = 0;
    struct km_unpacked *n = km_unpacked_new(columns);

    if (!n)
        return NULL;
    n->rows.rows = u->rows.rows + 1;
    memcpy(n->metric, metric, columns * sizeof(*metric));
    memcpy(n->rows.time, u->rows.time, place * sizeof(int64_t));
    n->rows.time[place] = row->time_ms;
    memcpy(n->rows.time + place + 1, u->rows.time + place, behind * sizeof(int64_t));
    for (unsigned c = 0; c < columns; c++) {
        int64_t *value = n->rows.value + (size_t)c * KM_FRAME_ROWS;
        struct km_presence *p = &n->rows.present[c];

        *p = (struct km_presence){{0}};
        memset(value, 0, KM_FRAME_ROWS * sizeof(*value));
        if (old < u->rows.columns && u->metric[old] == metric[c]) {
            const int64_t *from = u->rows.value + (size_t)old * KM_FRAME_ROWS;

            memcpy(value, from, place * sizeof(*value));
            memcpy(value + place + 1, from + place, behind * sizeof(*value));
            copy_presence(&u->rows.present[old], 0, place, 0, p);
            copy_presence(&u->rows.present[old], place, behind, place + 1, p);
            old++;
        }
        if (r < row->count && row->metric[r] == metric[c]) {
            value[place] = row->value[r++];
            km_set_present(p, place, true);
        }
    }
    return n;
}

int km_block_rewrite(struct km_block **block, const struct km_row *row)
{
    struct km_unpacked *u, *more = NULL;
    uint16_t metric[KM_ROW_MAX];
    struct km_block *b = NULL;
    unsigned place;
    int r = km_block_unpack(*block, &u);

    if (r < 0)
        return r;
    place = km_unpacked_find(u, row->time_ms);
    if (place < u->rows.rows && u->rows.time[place] == row->time_ms)
        r = -EEXIST;
    else if (u->rows.rows == KM_BLOCK_ROWS || join(u, row, metric) > KM_ROW_MAX)
        r = -ENOSPC;
    else if (!(more = with_row(u, row, place)) || !(b = pack(more, (*block)->sealed)))
        r = -ENOMEM;
    km_unpacked_free(u);
    km_unpacked_free(more);
    if (r < 0)
        return r;
    km_block_free(*block);
    *block = b;
    return 0;
}
