/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"
#include "trim.h"

static void shard_init(struct km_shard *shard, struct km_store *store, unsigned number)
{
    pthread_mutex_init(&shard->lock, NULL);
    shard->store = store;
    shard->number = number;
    atomic_init(&shard->oldest_ms, INT64_MAX);
    atomic_init(&shard->newest_ms, INT64_MIN);
    atomic_init(&shard->due_ms, INT64_MAX);
    atomic_init(&shard->evicted_ms, INT64_MIN);
}

int km_store_new(const struct km_store_config *config, struct km_store **ret_store)
{
    struct km_store *s;

    if (config->retention_ms <= 0 || config->interval_ms <= 0 || config->max_entities == 0 ||
        config->max_entities > UINT32_MAX / KM_SHARDS ||
        config->max_keys > UINT16_MAX - KM_METRIC_COUNT)
        return -EINVAL;
    s = aligned_alloc(_Alignof(struct km_store), sizeof(*s));
    if (!s)
        return -ENOMEM;
    memset(s, 0, sizeof(*s));
    s->config = *config;
    s->keys = calloc(config->max_keys + 1, sizeof(*s->keys));
    if (!s->keys) {
        free(s);
        return -ENOMEM;
    }
    atomic_init(&s->bytes, sizeof(*s) + (config->max_keys + 1) * sizeof(*s->keys));
    atomic_init(&s->evict_ms, INT64_MIN);
    pthread_mutex_init(&s->keys_lock, NULL);
    pthread_mutex_init(&s->evict_lock, NULL);
    for (unsigned i = 0; i < KM_SHARDS; i++)
        shard_init(&s->shard[i], s, i);
    for (int kind = 0; kind < KM_ENTITY_KINDS; kind++)
        km_order_init(&s->order[kind]);
    *ret_store = s;
    return 0;
}

/* Nobody else uses the store any more, so no order needs to be kept. */
static void shard_done(struct km_shard *shard)
{
    for (uint32_t i = 0; i < shard->n_slots; i++) {
        struct km_entity *e = shard->slots[i];

        if (!e)
            continue;
        e->ordered = false;
        while (e->n_blocks > 0)
            km_entity_drop_oldest(e, &shard->bytes);
        km_index_remove(shard, e);
    }
    km_buf_done(&shard->said);
    free(shard->slots);
    free(shard->generations);
    free(shard->buckets);
    km_intern_done(&shard->names);
    pthread_mutex_destroy(&shard->lock);
}

void km_store_free(struct km_store *store)
{
    if (!store)
        return;
    for (unsigned i = 0; i < KM_SHARDS; i++)
        shard_done(&store->shard[i]);
    for (int kind = 0; kind < KM_ENTITY_KINDS; kind++)
        km_order_done(&store->order[kind]);
    for (uint32_t i = 0; i < store->n_keys; i++)
        free((char *)store->keys[i].key);
    free(store->keys);
    pthread_mutex_destroy(&store->keys_lock);
    pthread_mutex_destroy(&store->evict_lock);
    free(store);
}

struct km_shard *km_shard_of_batch(struct km_store *store, const struct km_batch *batch)
{
    const struct km_pod *pod = batch->n_pods ? &batch->pods[0] : NULL;
    const char *node = batch->node ? batch->node : pod ? pod->node : NULL;
    uint64_t hash = KM_HASH_SEED;

    if (node) {
        hash = km_hash(hash, node, strlen(node));
    } else if (pod) {
        hash = km_hash(hash, pod->name_space, pod->name_space ? strlen(pod->name_space) : 0);
        hash = km_hash(hash, pod->name, strlen(pod->name));
    }
    return &store->shard[hash % KM_SHARDS];
}

void km_shard_show(struct km_shard *shard)
{
    struct km_store *store = shard->store;
    size_t bytes = shard->bytes + shard->names.bytes;

    /* Unsigned numbers: what is less now is added as what makes it so. */
    if (bytes != shard->shown_bytes)
        atomic_fetch_add_explicit(&store->bytes, bytes - shard->shown_bytes, memory_order_relaxed);
    if (shard->n_entities != shard->shown_entities)
        atomic_fetch_add_explicit(&store->n_entities, shard->n_entities - shard->shown_entities,
                                  memory_order_relaxed);
    shard->shown_bytes = bytes;
    shard->shown_entities = shard->n_entities;
}

int km_store_accepts(const struct km_store *store, int64_t time_ms, int64_t now_ms)
{
    if (time_ms > now_ms + KM_STORE_FUTURE_MS)
        return -ERANGE;
    return time_ms <= now_ms - store->config.retention_ms ? -ETIME : 0;
}

/*
 * The allocator keeps what it is given back for who asks next. When an eighth of the memory has
 * gone for good, and not only made room for what comes, the kernel is to have it.
 */
#define LEAST_TO_GIVE_BACK ((size_t)4 << 20)

static void give_memory_back(struct km_store *store)
{
    size_t bytes = store->bytes, most = store->most_bytes;

    if (bytes > most || (most - bytes > most / 8 && most - bytes > LEAST_TO_GIVE_BACK)) {
        store->most_bytes = bytes;
        if (bytes < most)
            km_trim();
    }
}

void km_store_expire(struct km_store *store, int64_t now_ms)
{
    for (unsigned i = 0; i < KM_SHARDS; i++) {
        struct km_shard *shard = &store->shard[i];

        pthread_mutex_lock(&shard->lock);
        km_retention_drop(shard, now_ms);
        pthread_mutex_unlock(&shard->lock);
    }
    give_memory_back(store);
}

int km_store_metric(const struct km_store *store, unsigned metric, int *ret_group,
                    const char **ret_key)
{
    if (metric < KM_METRIC_COUNT) {
        *ret_group = km_metrics[metric].group;
        *ret_key = km_metrics[metric].key;
        return 0;
    }
    /* A key is complete before the number says that it is there. */
    if (metric - KM_METRIC_COUNT >= atomic_load_explicit(&store->n_keys, memory_order_acquire))
        return -ENOENT;
    *ret_group = store->keys[metric - KM_METRIC_COUNT].group;
    *ret_key = store->keys[metric - KM_METRIC_COUNT].key;
    return 0;
}

static void add_shard(struct km_store_status *sum, struct km_shard *shard)
{
    struct km_store_status one;

    pthread_mutex_lock(&shard->lock);
    one = shard->counters;
    pthread_mutex_unlock(&shard->lock);
    sum->nodes += one.nodes;
    sum->pods += one.pods;
    sum->containers += one.containers;
    sum->rows += one.rows;
    sum->samples += one.samples;
    sum->rows_appended += one.rows_appended;
    sum->rows_duplicate += one.rows_duplicate;
    sum->rows_late += one.rows_late;
    sum->rows_evicted += one.rows_evicted;
    sum->rows_expired += one.rows_expired;
}

void km_store_get_status(const struct km_store *store, struct km_store_status *ret_status)
{
    struct km_store_status sum = {.oldest_ms = INT64_MAX, .newest_ms = 0};

    for (unsigned i = 0; i < KM_SHARDS; i++) {
        struct km_shard *shard = (struct km_shard *)&store->shard[i];

        add_shard(&sum, shard);
        if (shard->oldest_ms < sum.oldest_ms)
            sum.oldest_ms = shard->oldest_ms;
        if (shard->newest_ms > sum.newest_ms)
            sum.newest_ms = shard->newest_ms;
    }
    sum.memory_used = store->bytes;
    sum.memory_limit = store->config.memory_limit;
    if (sum.rows == 0)
        sum.oldest_ms = sum.newest_ms = 0;
    *ret_status = sum;
}
