/* SPDX-License-Identifier: Apache-2.0 */
/* What a shard knows of all its rows together. */
#include "store_inside.h"

/* Times of the shard that others look at without its lock; written under it. */
static void note_time(_Atomic int64_t *known, int64_t time_ms, bool is_later)
{
    int64_t old = atomic_load_explicit(known, memory_order_relaxed);

    if (is_later ? time_ms > old : time_ms < old)
        atomic_store_explicit(known, time_ms, memory_order_relaxed);
}

void km_shard_note_row(struct km_shard *shard, const struct km_entity *e, const struct km_row *row,
                       bool late)
{
    struct km_store_status *c = &shard->counters;

    c->rows++;
    c->samples += row->count;
    c->rows_appended++;
    c->rows_late += late;
    note_time(&shard->oldest_ms, row->time_ms, false);
    note_time(&shard->newest_ms, row->time_ms, true);
    /* Where the oldest block may end earlier than before: one of its own, or cut in two. */
    if (late || e->n_blocks == 1)
        note_time(&shard->due_ms, km_block_last(e->blocks[0]), false);
}

void km_shard_note_block(struct km_shard *shard, const struct km_entity *e,
                         const struct km_block *block)
{
    shard->counters.rows += km_block_rows(block);
    shard->counters.samples += km_block_samples(block);
    note_time(&shard->oldest_ms, km_block_first(block), false);
    note_time(&shard->newest_ms, km_block_last(block), true);
    note_time(&shard->due_ms, km_block_last(e->blocks[0]), false);
}

void km_shard_note_node(struct km_entity *e)
{
    if (e->kind != KM_ENTITY_NODE || !e->node)
        return;
    if (km_entity_newest(e) > e->node->newest_ms)
        e->node->newest_ms = km_entity_newest(e);
    if (e->received_ms > e->node->received_ms)
        e->node->received_ms = e->received_ms;
}
