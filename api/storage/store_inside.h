/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_STORE_INSIDE_H
#define KM_API_STORAGE_STORE_INSIDE_H

/* What the files of the store share; nobody else includes it. */

#include <pthread.h>
#include <stdatomic.h>

#include "entity.h"
#include "entry.h"
#include "intern.h"
#include "journal.h"
#include "order.h"
#include "store.h"

/*
 * Locks. The store is cut into shards, and all that a batch touches lies in one of them: that of
 * its node's name, or for a pod of no node that of its namespace and name. What guards what:
 *
 * shard->lock: the shard's slots, index, entities, names, blocks, counters. A batch is taken in
 * under it, so readers see rows whole and a batch's rows together. A reader holds it to look at a
 * few entities or to copy rows out of one: sealed blocks are counted (km_block_take()) and
 * unpacked without any lock.
 *
 * order.lock: the order of names of one kind, of all shards. Taken where an entity comes, goes or
 * gets another name, and for a piece of a list; not for a row. The texts that make an entity's name
 * change only while it is out of the order, so whoever holds this lock may compare any names in it.
 *
 * keys_lock: adding a key outside the catalogue. Reading takes none: keys stay.
 *
 * evict_lock: held by who makes room under the memory limit where others' shards must give.
 *
 * Order: evict_lock, then one shard's lock, then keys_lock or an order's. Nobody holds two shards.
 * What a batch changes for all (bytes, entities) is added to an atomic number once a batch.
 */
#define KM_SHARDS 64 /* many more than threads, and few enough to look at all of them at once */

struct km_key {
    const char *key; /* lives as long as the store */
    uint8_t group;
};

/* When a node was heard of, which says whether its pods are still there. Its shard's lock. */
#define KM_NODE_BUCKETS 64

struct km_node_time {
    struct km_node_time *next;
    const char *node; /* interned by the shard */
    uint32_t users;   /* entities that point here */
    uint32_t nodes;   /* those of them that are nodes; 0: the times below say nothing */
    int64_t newest_ms, received_ms;
};

struct km_shard {
    pthread_mutex_t lock;
    struct km_store *store;
    unsigned number;

    struct km_entity **slots; /* NULL where free */
    uint32_t *generations;    /* of each slot: one more each time it is taken */
    uint32_t n_slots, room_slots, n_entities, first_free;
    uint64_t n_removed;         /* entities taken out so far: pointers found before may be stale */
    struct km_entity **buckets; /* index by identity; a power of two of them */
    size_t n_buckets;
    struct km_intern names;
    struct km_node_time *nodes[KM_NODE_BUCKETS]; /* by the hash of the name */

    struct km_buf said; /* the batch that is taken in, for the journal: a piece */
    struct km_entry_state said_state;
    bool say_facts;             /* some went unsaid: the facts of all until the next checkpoint */
    size_t bytes;               /* of slots, index, entities and blocks; names count theirs */
    size_t shown_bytes;         /* what of them the store's number has: km_shard_show() */
    uint32_t shown_entities;    /* the same */
    int64_t next_expire_ms;     /* by the clock of who sends batches */
    _Atomic int64_t oldest_ms;  /* first row of all; INT64_MAX: none. Read without the lock, as: */
    _Atomic int64_t newest_ms;  /* newest row ever */
    _Atomic int64_t due_ms;     /* no block ends before this: until then nothing can be dropped */
    _Atomic int64_t evicted_ms; /* how far the store's evict_ms has been followed */
    struct km_store_status counters; /* rows, samples, entities by kind and what happened */
} __attribute__((aligned(64)));

struct km_store {
    struct km_store_config config;
    struct km_shard shard[KM_SHARDS];
    struct km_order order[KM_ENTITY_KINDS];

    pthread_mutex_t keys_lock;
    struct km_key *keys; /* of metric ids KM_METRIC_COUNT + i; max_keys of them */
    _Atomic uint32_t n_keys;

    _Atomic size_t bytes, reserved_bytes; /* in use; promised to batches that are being taken in */
    _Atomic size_t most_bytes;            /* in use since memory was given back last */
    _Atomic uint32_t n_entities, reserved_entities;
    struct km_journal *journal; /* NULL: nothing is written; set before anybody else knows us */
    pthread_mutex_t evict_lock;
    _Atomic int64_t evict_ms; /* blocks that end by then are to go for the memory limit's sake */
};

static inline struct km_shard *km_shard_of(const struct km_store *store, struct km_ref ref)
{
    return (struct km_shard *)&store->shard[ref.slot % KM_SHARDS];
}

/* The shard whose lock a batch needs. */
struct km_shard *km_shard_of_batch(struct km_store *store, const struct km_batch *batch);

/* Tells the store what the shard's memory and entities have changed by since the last time. */
void km_shard_show(struct km_shard *shard);

/* The id of a member outside the catalogue, or -1. No lock is wanted. */
int km_keys_find(const struct km_store *store, const struct km_extra *extra);

/* The different keys of a batch that are not known yet. */
struct km_new_keys {
    uint32_t count;
    const struct km_extra *key[KM_ROW_MAX];
};

/* Counts a key in if it is new. Returns 0, or -ENOSPC if there are more new ones than have room. */
int km_keys_need(const struct km_store *store, const struct km_extra *extra,
                 struct km_new_keys *keys);

/* Adds new keys, all or none. Returns 0, -ENOSPC where max_keys would be passed, or -ENOMEM. */
int km_keys_add(struct km_store *store, const struct km_new_keys *keys);

/* Unless said otherwise the functions below want the shard's lock held. */

/* Where the entities begin whose km_entity_key() may be key; there must be buckets. */
static inline struct km_entity *const *km_index_bucket(const struct km_shard *shard, uint64_t key)
{
    return &shard->buckets[key & (shard->n_buckets - 1)];
}

/* Counts a row or a block that was added to an entity; late: not behind all others. */
void km_shard_note_row(struct km_shard *shard, const struct km_entity *entity,
                       const struct km_row *row, bool late);
void km_shard_note_block(struct km_shard *shard, const struct km_entity *entity,
                         const struct km_block *block);

/* A batch for the journal, where there is one (said.c): begun, then each row (facts NULL: as they
 * were), then ended: with r 0 it is handed over, and *ret_position is what to commit. Returns r,
 * or -ENOMEM. */
void km_said_begin(struct km_shard *shard, int64_t received_ms);
void km_said_row(struct km_shard *shard, const struct km_entity *entity,
                 const struct km_facts *facts, const struct km_row *row);
int km_said_end(struct km_shard *shard, int r, uint64_t *ret_position);

/* Appends the keys of those metrics that are not of the catalogue. */
void km_said_keys(const struct km_store *store, struct km_buf *out, const uint16_t *metric,
                  unsigned count);

/* Lets a node's pods know when it was heard of. */
void km_shard_note_node(struct km_entity *entity);

/* Finds an entity by identity, whose km_entity_key() is key; NULL if there is none. */
struct km_entity *km_index_find(const struct km_shard *shard, enum km_entity_kind kind,
                                const struct km_facts *facts, uint64_t key);

/*
 * The entity of whom all facts were said before: both its key and the hash of its facts are the
 * same, which spares a look at the texts. NULL if there is none.
 */
static inline struct km_entity *km_index_find_unchanged(const struct km_shard *shard, uint64_t key,
                                                        uint64_t facts_hash)
{
    struct km_entity *e = shard->n_buckets ? *km_index_bucket(shard, key) : NULL;

    while (e && (e->key != key || e->facts_hash != facts_hash))
        e = e->next;
    return e;
}

/* Adds an entity for facts (its texts are interned). Returns NULL when memory runs out. */
struct km_entity *km_index_add(struct km_shard *shard, enum km_entity_kind kind,
                               const struct km_facts *facts);

/* Takes an entity without blocks out and frees it. */
void km_index_remove(struct km_shard *shard, struct km_entity *entity);

/* The entity of a reference into this shard, or NULL if it is gone. */
struct km_entity *km_index_get(const struct km_shard *shard, struct km_ref ref);

/* Tells facts apart: of equal ones it is equal. */
uint64_t km_facts_hash(const struct km_facts *facts);

/*
 * Interns facts that have changed, and keeps the entity's place in the order and its node right.
 * Returns 0 or -ENOMEM (then some may be the old ones).
 */
int km_facts_update(struct km_shard *shard, struct km_entity *entity, const struct km_facts *said);

void km_facts_done(struct km_intern *names, struct km_facts *facts);

/* The times of the entity's node; NULL where that has not reported itself. */
const struct km_node_time *km_node_heard(const struct km_entity *entity);

/* Points the entity to the times of its node. Returns 0 or -ENOMEM. */
int km_node_follow(struct km_shard *shard, struct km_entity *entity);
void km_node_leave(struct km_shard *shard, struct km_entity *entity);

/* True if the entity is there now: struct km_filter says what that is. */
bool km_entity_is_current(const struct km_shard *shard, const struct km_entity *entity,
                          int64_t now_ms);

/* Drops rows beyond retention, and what the memory limit no longer holds. */
void km_retention_drop(struct km_shard *shard, int64_t now_ms);

/*
 * Makes room for `more` bytes within the memory limit: the same span of the oldest history goes
 * everywhere. No lock is held. Returns 0 or -ENOSPC.
 */
int km_retention_room(struct km_store *store, size_t more);

/*
 * Near the limit, when all shards have followed the last step: says how far the next one goes. Each
 * shard follows with its next batch, so that no batch pays for all.
 */
void km_retention_pace(struct km_store *store);

#endif
