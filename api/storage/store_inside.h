/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_STORE_INSIDE_H
#define KM_API_STORAGE_STORE_INSIDE_H

/* What the files of the store share; nobody else includes it. */

#include <pthread.h>

#include "entity.h"
#include "intern.h"
#include "order.h"
#include "store.h"

struct km_key {
    const char *key; /* interned */
    uint8_t group;
};

struct km_store {
    struct km_store_config config;
    pthread_rwlock_t lock; /* guards all below; writers go first */

    struct km_entity **slots; /* NULL where free */
    uint32_t *generations;    /* of each slot: one more each time it is taken */
    bool *unsorted;           /* of each slot: its entity is at the tail of its order */
    struct km_order order[KM_ENTITY_KINDS];
    uint32_t n_slots, room_slots, n_entities, first_free;
    uint64_t n_removed;         /* entities taken out so far: pointers found before may be stale */
    struct km_entity **buckets; /* index by identity; a power of two of them */
    size_t n_buckets;
    struct km_intern names;
    struct km_key *keys; /* of metric ids KM_METRIC_COUNT + i */
    uint32_t n_keys;

    struct km_entity **found; /* of a batch's readings, in order, while it is taken in */
    uint32_t n_found, room_found;

    size_t bytes; /* of slots, index, entities and blocks; names count theirs */
    int64_t next_expire_ms;
    struct km_store_status counters; /* rows, samples and what happened; the rest is filled late */
};

/* Finds an entity by identity; NULL if there is none. */
struct km_entity *km_index_find(const struct km_store *store, enum km_entity_kind kind,
                                const struct km_facts *facts);

/* Adds an entity for facts (its texts are interned). Returns NULL when memory runs out. */
struct km_entity *km_index_add(struct km_store *store, enum km_entity_kind kind,
                               const struct km_facts *facts);

/* Takes an entity without blocks out and frees it. */
void km_index_remove(struct km_store *store, struct km_entity *entity);

/* The entity of a reference, or NULL if it is gone. */
struct km_entity *km_index_get(const struct km_store *store, struct km_ref ref);

/* Tells facts apart: of equal ones it is equal. */
uint64_t km_facts_hash(const struct km_facts *facts);

/* Interns facts that have changed. Returns 0 or -ENOMEM (then some may be the old ones). */
int km_facts_update(struct km_intern *names, struct km_facts *known, const struct km_facts *said);
void km_facts_done(struct km_intern *names, struct km_facts *facts);

/* Drops every block whose newest row is at or before until_ms, and entities left without rows. */
void km_retention_drop(struct km_store *store, int64_t until_ms);

/* Makes room for `more` bytes within the memory limit. Returns 0 or -ENOSPC. */
int km_retention_room(struct km_store *store, size_t more);

/* Memory in use. */
static inline size_t km_store_bytes(const struct km_store *store)
{
    return store->bytes + store->names.bytes;
}

#endif
