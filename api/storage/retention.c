/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the store: by age, and by the memory limit. */
#include <errno.h>

#include "store_inside.h"

static int64_t get(const _Atomic int64_t *number)
{
    return atomic_load_explicit(number, memory_order_relaxed);
}

static void set(_Atomic int64_t *number, int64_t value)
{
    atomic_store_explicit(number, value, memory_order_relaxed);
}

/* Drops the entity's blocks that end at or before either time. */
static void drop_blocks(struct km_shard *shard, struct km_entity *e, int64_t expire_ms,
                        int64_t evict_ms)
{
    struct km_store_status *c = &shard->counters;

    while (e->n_blocks > 0) {
        const struct km_block *oldest = e->blocks[0];
        unsigned rows = km_block_rows(oldest);

        if (km_block_last(oldest) <= expire_ms)
            c->rows_expired += rows;
        else if (km_block_last(oldest) <= evict_ms)
            c->rows_evicted += rows;
        else
            return;
        c->rows -= rows;
        c->samples -= km_block_samples(oldest);
        km_entity_drop_oldest(e, &shard->bytes);
    }
}

static void drop(struct km_shard *shard, int64_t expire_ms)
{
    int64_t evict_ms = get(&shard->store->evict_ms);
    int64_t oldest_ms = INT64_MAX, due_ms = INT64_MAX;

    set(&shard->evicted_ms, evict_ms);
    if (get(&shard->due_ms) > (expire_ms > evict_ms ? expire_ms : evict_ms))
        return;
    for (uint32_t i = 0; i < shard->n_slots; i++) {
        struct km_entity *e = shard->slots[i];

        if (!e)
            continue;
        drop_blocks(shard, e, expire_ms, evict_ms);
        if (e->n_blocks == 0) {
            km_index_remove(shard, e);
            continue;
        }
        if (km_block_first(e->blocks[0]) < oldest_ms)
            oldest_ms = km_block_first(e->blocks[0]);
        if (km_block_last(e->blocks[0]) < due_ms)
            due_ms = km_block_last(e->blocks[0]);
    }
    set(&shard->oldest_ms, oldest_ms);
    set(&shard->due_ms, due_ms);
    km_shard_show(shard);
}

void km_retention_drop(struct km_shard *shard, int64_t now_ms)
{
    drop(shard, now_ms - shard->store->config.retention_ms);
}

static size_t free_bytes(const struct km_store *store)
{
    size_t limit = store->config.memory_limit;
    size_t used = atomic_load_explicit(&store->bytes, memory_order_relaxed) +
                  atomic_load_explicit(&store->reserved_bytes, memory_order_relaxed);

    return used < limit ? limit - used : 0;
}

/* True if the shard has not yet dropped what is to go. */
static bool is_behind(const struct km_shard *shard, int64_t evict_ms)
{
    return get(&shard->evicted_ms) < evict_ms && get(&shard->due_ms) <= evict_ms;
}

/*
 * When all shards have followed: one step further. A step is 1/32 of all the history there is,
 * from where the block that ends first ends. Returns false where nothing is left.
 */
static bool step(struct km_store *store)
{
    int64_t evict_ms = get(&store->evict_ms), due_ms = INT64_MAX, newest_ms = INT64_MIN, next;

    for (unsigned i = 0; i < KM_SHARDS; i++) {
        const struct km_shard *shard = &store->shard[i];

        if (is_behind(shard, evict_ms))
            return true;
        if (get(&shard->due_ms) < due_ms)
            due_ms = get(&shard->due_ms);
        if (get(&shard->newest_ms) > newest_ms)
            newest_ms = get(&shard->newest_ms);
    }
    if (due_ms == INT64_MAX)
        return false;
    if (due_ms < evict_ms)
        due_ms = evict_ms;
    next = due_ms + (newest_ms > due_ms ? (newest_ms - due_ms) / 32 : 0);
    /* Several threads may come to the same: one of them is enough. */
    atomic_compare_exchange_strong(&store->evict_ms, &evict_ms, next > evict_ms ? next : next + 1);
    return true;
}

void km_retention_pace(struct km_store *store)
{
    if (free_bytes(store) < store->config.memory_limit / 32)
        step(store);
}

int km_retention_room(struct km_store *store, size_t more)
{
    int r = 0;

    if (more > store->config.memory_limit)
        return -ENOSPC;
    pthread_mutex_lock(&store->evict_lock);
    while (r == 0 && free_bytes(store) < more) {
        if (!step(store))
            r = -ENOSPC;
        for (unsigned i = 0; i < KM_SHARDS && free_bytes(store) < more; i++) {
            struct km_shard *shard = &store->shard[i];

            if (!is_behind(shard, get(&store->evict_ms)))
                continue;
            pthread_mutex_lock(&shard->lock);
            drop(shard, INT64_MIN);
            pthread_mutex_unlock(&shard->lock);
        }
    }
    pthread_mutex_unlock(&store->evict_lock);
    return r;
}
