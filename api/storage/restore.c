/* SPDX-License-Identifier: Apache-2.0 */
#include "restore.h"

#include <errno.h>

struct km_entity *km_restore_entity(struct km_shard *shard, enum km_entity_kind kind,
                                    const struct km_facts *facts, int64_t received_ms)
{
    uint64_t key = km_entity_key(kind, facts), hash = km_facts_hash(facts);
    struct km_entity *e = km_index_find(shard, kind, facts, key);

    if (!e) {
        e = km_index_add(shard, kind, facts);
        if (!e)
            return NULL;
    } else if (received_ms < e->received_ms || hash == e->facts_hash) {
        hash = e->facts_hash;
    } else if (km_facts_update(shard, e, facts) < 0) {
        return NULL;
    }
    e->facts_hash = hash;
    if (received_ms > e->received_ms)
        e->received_ms = received_ms;
    return e;
}

struct km_entity *km_restore_known(const struct km_shard *shard, uint64_t key)
{
    struct km_entity *e = shard->n_buckets ? *km_index_bucket(shard, key) : NULL;

    while (e && e->key != key)
        e = e->next;
    return e;
}

int km_restore_row(struct km_shard *shard, struct km_entity *e, const struct km_row *row,
                   int64_t received_ms)
{
    int64_t newest = km_entity_newest(e);
    int r = km_entity_insert(e, row, &shard->bytes);

    if (r == 0) {
        km_shard_note_row(shard, e, row, row->time_ms < newest);
        shard->counters.rows_appended--; /* not by a client of this process */
        if (row->time_ms <= e->saving_ms)
            e->saved_ms = e->saving_ms = row->time_ms - 1;
    }
    if (received_ms > e->received_ms)
        e->received_ms = received_ms;
    km_shard_note_node(e);
    return r == -EEXIST ? 0 : r;
}

/* A block among others' times: what of it is not there yet. */
static int merge(struct km_shard *shard, struct km_entity *e, const struct km_block *block)
{
    struct km_unpacked *all;
    struct km_row row;
    int r = km_block_unpack(block, &all);

    if (r < 0)
        return r;
    for (unsigned i = 0; r == 0 && i < all->rows.rows; i++) {
        km_unpacked_read(all, i, &row);
        r = km_restore_row(shard, e, &row, 0);
    }
    km_unpacked_free(all);
    return r;
}

int km_restore_block(struct km_shard *shard, struct km_entity *e, struct km_block *block)
{
    int r = km_entity_add_block(e, block, &shard->bytes);

    if (r == 0) {
        km_shard_note_block(shard, e, block);
        km_shard_note_node(e);
        return 0;
    }
    if (r == -EEXIST)
        r = merge(shard, e, block);
    km_block_free(block);
    return r;
}

void km_restore_end(struct km_shard *shard)
{
    for (uint32_t i = 0; i < shard->n_slots; i++) {
        struct km_entity *e = shard->slots[i];

        if (e && e->n_blocks == 0)
            km_index_remove(shard, e);
    }
    km_shard_show(shard);
}
