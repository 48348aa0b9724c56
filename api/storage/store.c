/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"

int km_store_new(const struct km_store_config *config, struct km_store **ret_store)
{
    struct km_store *s;
    pthread_rwlockattr_t attr;

    if (config->retention_ms <= 0 || config->interval_ms <= 0 || config->max_entities == 0 ||
        config->max_keys > UINT16_MAX - KM_METRIC_COUNT)
        return -EINVAL;
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->config = *config;
    s->keys = calloc(config->max_keys + 1, sizeof(*s->keys));
    if (!s->keys) {
        free(s);
        return -ENOMEM;
    }
    s->bytes = (config->max_keys + 1) * sizeof(*s->keys);
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&s->lock, &attr);
    pthread_rwlockattr_destroy(&attr);
    *ret_store = s;
    return 0;
}

void km_store_free(struct km_store *store)
{
    if (!store)
        return;
    km_retention_drop(store, INT64_MAX);
    free(store->slots);
    free(store->found);
    free(store->generations);
    free(store->unsorted);
    for (int kind = 0; kind < KM_ENTITY_KINDS; kind++)
        km_order_done(&store->order[kind]);
    free(store->buckets);
    free(store->keys);
    km_intern_done(&store->names);
    pthread_rwlock_destroy(&store->lock);
    free(store);
}

int km_store_accepts(const struct km_store *store, int64_t time_ms, int64_t now_ms)
{
    if (time_ms > now_ms + KM_STORE_FUTURE_MS)
        return -ERANGE;
    return time_ms <= now_ms - store->config.retention_ms ? -ETIME : 0;
}

void km_store_expire(struct km_store *store, int64_t now_ms)
{
    pthread_rwlock_wrlock(&store->lock);
    km_retention_drop(store, now_ms - store->config.retention_ms);
    pthread_rwlock_unlock(&store->lock);
}

int km_store_metric(const struct km_store *store, unsigned metric, int *ret_group,
                    const char **ret_key)
{
    struct km_store *s = (struct km_store *)store;
    int r = -ENOENT;

    if (metric < KM_METRIC_COUNT) {
        *ret_group = km_metrics[metric].group;
        *ret_key = km_metrics[metric].key;
        return 0;
    }
    pthread_rwlock_rdlock(&s->lock);
    if (metric - KM_METRIC_COUNT < s->n_keys) {
        *ret_group = s->keys[metric - KM_METRIC_COUNT].group;
        *ret_key = s->keys[metric - KM_METRIC_COUNT].key;
        r = 0;
    }
    pthread_rwlock_unlock(&s->lock);
    return r;
}

void km_store_get_status(const struct km_store *store, struct km_store_status *ret_status)
{
    struct km_store *s = (struct km_store *)store;
    struct km_store_status status;

    pthread_rwlock_rdlock(&s->lock);
    status = s->counters;
    status.memory_used = km_store_bytes(s);
    status.memory_limit = s->config.memory_limit;
    for (uint32_t i = 0; i < s->n_slots; i++) {
        const struct km_entity *e = s->slots[i];

        if (!e || e->n_blocks == 0)
            continue;
        status.nodes += e->kind == KM_ENTITY_NODE;
        status.pods += e->kind == KM_ENTITY_POD;
        status.containers += e->kind == KM_ENTITY_CONTAINER;
        if (status.oldest_ms == 0 || km_block_first(e->blocks[0]) < status.oldest_ms)
            status.oldest_ms = km_block_first(e->blocks[0]);
        if (km_entity_newest(e) > status.newest_ms)
            status.newest_ms = km_entity_newest(e);
    }
    pthread_rwlock_unlock(&s->lock);
    *ret_status = status;
}
