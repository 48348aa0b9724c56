/* SPDX-License-Identifier: Apache-2.0 */
/* Batches into the store: counted first, then stored, so that limits refuse all or nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "readings.h"
#include "store_inside.h"

/* A reading of the batch: what is known of its entity before the store is looked at, and after. */
struct taken {
    uint64_t key, facts; /* hashes: of the identity, of all facts */
    struct km_entity *entity;
};

/* What a batch may cost at most. */
struct need {
    uint32_t entities;
    size_t bytes;
    struct km_new_keys keys;
};

/* A batch on its way into the store. */
struct take {
    struct km_shard *shard;
    struct taken *taken; /* of each reading, in order */
    size_t count, place; /* readings; the one that comes next */
    int64_t received_ms;
    uint64_t n_removed; /* entities that were found may be gone since */
    struct need need;
    uint64_t position; /* in the journal, behind the batch */
};

/* Facts seldom change: their hash saves comparing a dozen texts that lie all over the memory. */
static int hash_facts(void *arg, const struct km_subject *s)
{
    struct take *take = arg;
    struct taken *taken = &take->taken[take->place++];

    taken->key = km_entity_key(s->kind, &s->facts);
    taken->facts = km_facts_hash(&s->facts);
    return 0;
}

/*
 * Asks for the memory that storing the batch will look at: pointer by pointer for all readings, so
 * that the processor waits for all of them together and not for one after the other.
 */
static void fetch(const struct km_shard *shard, struct take *take)
{
    struct taken *t = take->taken, *end = t + take->count;

    if (!shard->n_buckets)
        return;
    for (t = take->taken; t < end; t++)
        __builtin_prefetch(km_index_bucket(shard, t->key));
    for (t = take->taken; t < end; t++) {
        t->entity = *km_index_bucket(shard, t->key);
        __builtin_prefetch(t->entity);
        if (t->entity)
            __builtin_prefetch((const char *)t->entity + 64);
    }
    for (t = take->taken; t < end; t++) {
        if (t->entity)
            km_entity_fetch_newest(t->entity);
    }
    for (t = take->taken; t < end; t++) {
        if (t->entity && t->entity->n_blocks)
            km_block_fetch(t->entity->blocks[t->entity->n_blocks - 1]);
    }
    for (t = take->taken; t < end; t++) {
        if (t->entity && t->entity->n_blocks)
            km_block_fetch_log(t->entity->blocks[t->entity->n_blocks - 1]);
    }
}

/* What a reading may cost: its block's growth; when it is new, an entity and its texts on top. */
static int count_need(void *arg, const struct km_subject *s)
{
    struct take *take = arg;
    struct km_shard *shard = take->shard;
    struct taken *taken = &take->taken[take->place++];
    struct need *need = &take->need;
    size_t columns = s->reading->n_extra;

    for (unsigned w = 0; w < KM_SAMPLE_WORDS; w++)
        columns += km_bits_set(s->reading->sample.present[w]);
    if (columns > KM_ROW_MAX)
        return -ENOSPC;
    for (size_t i = 0; i < s->reading->n_extra; i++) {
        if (km_keys_need(shard->store, &s->reading->extra[i], &need->keys) < 0)
            return -ENOSPC;
    }
    taken->entity = km_index_find_unchanged(shard, taken->key, taken->facts);
    if (!taken->entity)
        taken->entity = km_index_find(shard, s->kind, &s->facts, taken->key);
    need->bytes += km_block_growth((unsigned)columns);
    if (!taken->entity) {
        need->entities++;
        need->bytes += sizeof(struct km_entity);
        for (int f = 0; f < KM_FACT_COUNT; f++)
            need->bytes += s->facts.text[f] ? strlen(s->facts.text[f]) + 32 : 0;
    }
    return 0;
}

static void make_row(const struct km_store *store, const struct km_reading *reading,
                     struct km_row *row)
{
    row->time_ms = reading->sample.time_ms;
    row->count = 0;
    for (unsigned w = 0; w < KM_SAMPLE_WORDS; w++) {
        for (uint64_t bits = reading->sample.present[w]; bits; bits &= bits - 1) {
            unsigned metric = w * 64 + (unsigned)__builtin_ctzll(bits);

            row->metric[row->count] = (uint16_t)metric;
            row->value[row->count++] = reading->sample.value[metric];
        }
    }
    for (size_t i = 0; i < reading->n_extra; i++) {
        const struct km_extra *extra = &reading->extra[i];
        int id = km_keys_find(store, extra);
        unsigned place = row->count;

        if (id < 0)
            continue;
        while (place > 0 && row->metric[place - 1] > id) {
            row->metric[place] = row->metric[place - 1];
            row->value[place] = row->value[place - 1];
            place--;
        }
        row->metric[place] = (uint16_t)id;
        row->value[place] = extra->value;
        row->count++;
    }
}

static int update_facts(struct km_shard *shard, struct km_entity *e, const struct km_facts *said,
                        uint64_t hash)
{
    int r;

    if (hash == e->facts_hash)
        return 0;
    r = km_facts_update(shard, e, said);
    if (r == 0)
        e->facts_hash = hash;
    return r;
}

static int store_one(void *arg, const struct km_subject *s)
{
    struct take *take = arg;
    struct km_shard *shard = take->shard;
    const struct taken *taken = &take->taken[take->place++];
    struct km_entity *e = taken->entity;
    struct km_row row;
    bool changed = !e;
    int64_t newest;
    int r;

    /* Not there before, but maybe by an earlier reading of the batch; or found, but gone since. */
    if (!e || shard->n_removed != take->n_removed) {
        changed = true;
        e = km_index_find(shard, s->kind, &s->facts, taken->key);
    }
    if (!e)
        e = km_index_add(shard, s->kind, &s->facts);
    if (!e)
        return -ENOMEM;
    make_row(shard->store, s->reading, &row);
    newest = km_entity_newest(e);
    r = km_entity_insert(e, &row, &shard->bytes);
    if (r == -EEXIST) {
        shard->counters.rows_duplicate++;
        r = 0;
    } else if (r == 0) {
        km_shard_note_row(shard, e, &row, row.time_ms < newest);
        if (row.time_ms > newest) {
            changed |= taken->facts != e->facts_hash;
            r = update_facts(shard, e, &s->facts, taken->facts);
        }
        if (row.time_ms <= e->saving_ms) /* its block, and those behind it, are to be saved again */
            e->saved_ms = e->saving_ms = row.time_ms - 1;
    }
    if (r == 0 && shard->store->journal)
        km_said_row(shard, e, changed ? &s->facts : NULL, &row);
    if (e->n_blocks == 0) {
        km_index_remove(shard, e);
        return r;
    }
    if (take->received_ms > e->received_ms)
        e->received_ms = take->received_ms;
    km_shard_note_node(e);
    return r;
}

/* Promises the batch what it needs. Returns 0, -ENOSPC, or -EAGAIN where memory must be freed. */
static int reserve(struct km_store *store, const struct need *need)
{
    size_t bytes = atomic_fetch_add(&store->reserved_bytes, need->bytes) + need->bytes;
    uint32_t entities =
        atomic_fetch_add(&store->reserved_entities, need->entities) + need->entities;

    if (entities + store->n_entities > store->config.max_entities)
        return -ENOSPC;
    return bytes + store->bytes > store->config.memory_limit ? -EAGAIN : 0;
}

static void release(struct km_store *store, const struct need *need)
{
    atomic_fetch_sub(&store->reserved_bytes, need->bytes);
    atomic_fetch_sub(&store->reserved_entities, need->entities);
}

/* Calls each with every reading of the batch. */
static int for_each(const struct km_batch *batch, int (*each)(void *, const struct km_subject *),
                    struct take *take)
{
    take->place = 0;
    return km_readings_each(batch, each, take);
}

/* The shard is locked; the facts are hashed. take->need is then what the batch needed. */
static int take_in(const struct km_batch *batch, struct take *take)
{
    struct km_shard *shard = take->shard;
    int r;

    take->n_removed = shard->n_removed;
    take->need.entities = take->need.keys.count = 0;
    take->need.bytes = 0;
    fetch(shard, take);
    r = for_each(batch, count_need, take);
    if (r < 0)
        return r;
    r = reserve(shard->store, &take->need);
    if (r == 0)
        r = km_keys_add(shard->store, &take->need.keys);
    if (r == 0) {
        km_said_begin(shard, take->received_ms);
        r = for_each(batch, store_one, take);
        r = km_said_end(shard, r, &take->position);
    }
    km_shard_show(shard);
    release(shard->store, &take->need);
    return r;
}

/* An interval's worth of history is dropped by the first batch of a shard in each interval. */
static void drop_if_due(struct km_shard *shard, int64_t received_ms)
{
    struct km_store *store = shard->store;

    if (received_ms < shard->next_expire_ms &&
        atomic_load_explicit(&shard->evicted_ms, memory_order_relaxed) >=
            atomic_load_explicit(&store->evict_ms, memory_order_relaxed))
        return;
    km_retention_drop(shard, received_ms);
    shard->next_expire_ms = received_ms + store->config.interval_ms;
}

#define TRIES 100 /* others may take the room that was made */

int km_store_append(struct km_store *store, const struct km_batch *batch, int64_t received_ms)
{
    struct km_shard *shard = km_shard_of_batch(store, batch);
    size_t count = km_readings_count(batch);
    km_auto_free struct taken *taken = malloc((count + 1) * sizeof(*taken));
    struct take take = {.shard = shard, .taken = taken, .count = count, .received_ms = received_ms};
    int r = -EAGAIN;

    if (!taken)
        return -ENOMEM;
    if (store->journal && km_journal_error(store->journal) < 0)
        return -EIO;
    for_each(batch, hash_facts, &take);
    km_retention_pace(store);
    for (int i = 0; i < TRIES && r == -EAGAIN; i++) {
        pthread_mutex_lock(&shard->lock);
        drop_if_due(shard, received_ms);
        r = take_in(batch, &take);
        pthread_mutex_unlock(&shard->lock);
        if (r == -EAGAIN && km_retention_room(store, take.need.bytes) < 0)
            return -ENOSPC;
    }
    if (r == 0)
        km_retention_room(store, 0); /* blocks that grew by more than was asked for are paid now */
    if (r == 0 && store->journal && km_journal_commit(store->journal, take.position) < 0)
        return -EIO;
    return r == -EAGAIN ? -ENOSPC : r;
}
