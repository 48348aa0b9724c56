/* SPDX-License-Identifier: Apache-2.0 */
#include "block_scan.h"

#include <errno.h>
#include <stdlib.h>

static void give_back(struct km_scan *scan)
{
    for (size_t i = 0; i < scan->count; i++)
        km_block_free(scan->blocks[i]);
    scan->count = 0;
}

void km_scan_done(struct km_scan *scan)
{
    give_back(scan);
    free(scan->blocks);
    free(scan->rows.time);
    *scan = (struct km_scan){0};
}

/* The shard is locked. */
static int take_from(struct km_scan *scan, const struct km_entity *e, int64_t from_ms,
                     int64_t to_ms)
{
    size_t b = 0;

    /* The row before the first one may be the last of the block before. */
    while (b + 1 < e->n_blocks && km_block_first(e->blocks[b + 1]) < from_ms)
        b++;
    if (e->n_blocks - b > scan->room) {
        size_t room = e->n_blocks - b + 8;
        struct km_block **blocks = realloc(scan->blocks, room * sizeof(struct km_block *));

        if (!blocks)
            return -ENOMEM;
        scan->blocks = blocks;
        scan->room = room;
    }
    for (; b < e->n_blocks && km_block_first(e->blocks[b]) <= to_ms; b++) {
        struct km_block *block = km_block_take(e->blocks[b]);

        if (!block)
            return -ENOMEM;
        scan->blocks[scan->count++] = block;
    }
    return 0;
}

int km_scan_take(struct km_scan *scan, const struct km_store *store, struct km_ref ref,
                 int64_t from_ms, int64_t to_ms)
{
    struct km_shard *shard = km_shard_of(store, ref);
    const struct km_entity *e;
    int r;

    give_back(scan);
    pthread_mutex_lock(&shard->lock);
    e = km_index_get(shard, ref);
    r = e ? take_from(scan, e, from_ms, to_ms) : -ENOENT;
    pthread_mutex_unlock(&shard->lock);
    return r;
}

/* Room for so many columns; times, values and presence are one piece. */
static int make_room(struct km_scan *scan, unsigned columns)
{
    struct km_rows *rows = &scan->rows;
    size_t values = (size_t)columns * KM_FRAME_ROWS;

    if (rows->time && columns <= scan->columns)
        return 0;
    free(rows->time);
    rows->time =
        malloc((KM_FRAME_ROWS + values) * sizeof(int64_t) + columns * sizeof(struct km_presence));
    if (!rows->time)
        return -ENOMEM;
    rows->value = rows->time + KM_FRAME_ROWS;
    rows->present = (struct km_presence *)(void *)(rows->value + values);
    scan->columns = columns;
    return 0;
}

int km_scan_read(struct km_scan *scan, size_t i, const uint16_t *metric, unsigned count)
{
    int r = make_room(scan, count);

    return r < 0 ? r : km_block_columns(scan->blocks[i], metric, count, &scan->rows);
}
