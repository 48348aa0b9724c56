/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the store: by age, and by the memory limit. */
#include <errno.h>

#include "store_inside.h"

/* Drops the entity's blocks up to until_ms; its newest block only if `all`. */
static uint64_t drop_blocks(struct km_store *store, struct km_entity *e, int64_t until_ms, bool all)
{
    uint64_t rows = 0;

    while (e->n_blocks > (all ? 0 : 1) && km_block_last(e->blocks[0]) <= until_ms) {
        rows += km_block_rows(e->blocks[0]);
        store->counters.samples -= km_block_samples(e->blocks[0]);
        km_entity_drop_oldest(e, &store->bytes);
    }
    store->counters.rows -= rows;
    return rows;
}

static uint64_t drop_everywhere(struct km_store *store, int64_t until_ms)
{
    uint64_t rows = 0;

    for (uint32_t i = 0; i < store->n_slots; i++) {
        struct km_entity *e = store->slots[i];

        if (!e)
            continue;
        rows += drop_blocks(store, e, until_ms, true);
        if (e->n_blocks == 0)
            km_index_remove(store, e);
    }
    return rows;
}

void km_retention_drop(struct km_store *store, int64_t until_ms)
{
    store->counters.rows_expired += drop_everywhere(store, until_ms);
}

/* The oldest row of all, and the newest. False if there is none. */
static bool history(const struct km_store *store, int64_t *ret_oldest, int64_t *ret_newest)
{
    *ret_oldest = INT64_MAX;
    *ret_newest = INT64_MIN;
    for (uint32_t i = 0; i < store->n_slots; i++) {
        const struct km_entity *e = store->slots[i];

        if (!e || e->n_blocks == 0)
            continue;
        if (km_block_first(e->blocks[0]) < *ret_oldest)
            *ret_oldest = km_block_first(e->blocks[0]);
        if (km_entity_newest(e) > *ret_newest)
            *ret_newest = km_entity_newest(e);
    }
    return *ret_oldest <= *ret_newest;
}

int km_retention_room(struct km_store *store, size_t more)
{
    size_t limit = store->config.memory_limit;
    int64_t oldest, newest;

    if (km_store_bytes(store) + more <= limit)
        return 0;
    if (more > limit || !history(store, &oldest, &newest))
        return -ENOSPC;
    /*
     * The same span of the oldest history goes everywhere, in steps of 1/32 of all there is, until
     * 1/32 of the limit is free: so one look over all entities serves many batches.
     */
    for (int step = 1; step <= 32; step++) {
        store->counters.rows_evicted +=
            drop_everywhere(store, oldest + (newest - oldest) / 32 * step + (step == 32 ? 31 : 0));
        if (km_store_bytes(store) + more <= limit - limit / 32)
            return 0;
    }
    return km_store_bytes(store) + more <= limit ? 0 : -ENOSPC;
}
