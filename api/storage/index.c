/* SPDX-License-Identifier: Apache-2.0 */
/* Entities by identity and by slot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"

#define NO_SLOT UINT32_MAX

struct km_entity *km_index_find(const struct km_store *store, enum km_entity_kind kind,
                                const struct km_facts *facts)
{
    uint64_t key = km_entity_key(kind, facts);
    struct km_entity *e;

    if (!store->n_buckets)
        return NULL;
    for (e = store->buckets[key & (store->n_buckets - 1)]; e; e = e->next) {
        if (e->key == key && km_entity_is(e, kind, facts))
            return e;
    }
    return NULL;
}

static int grow_slots(struct km_store *store)
{
    uint32_t room = store->room_slots ? store->room_slots * 2 : 64;
    struct km_entity **slots = realloc(store->slots, room * sizeof(struct km_entity *));
    uint32_t *generations;
    bool *unsorted;

    if (!slots)
        return -ENOMEM;
    store->slots = slots;
    generations = realloc(store->generations, room * sizeof(*generations));
    if (!generations)
        return -ENOMEM;
    store->generations = generations;
    memset(generations + store->room_slots, 0, (room - store->room_slots) * sizeof(*generations));
    unsorted = realloc(store->unsorted, room * sizeof(*unsorted));
    if (!unsorted)
        return -ENOMEM;
    store->unsorted = unsorted;
    memset(unsorted + store->room_slots, 0, (room - store->room_slots) * sizeof(*unsorted));
    store->bytes += (room - store->room_slots) *
                    (sizeof(struct km_entity *) + sizeof(*generations) + sizeof(*unsorted));
    store->room_slots = room;
    return 0;
}

/* One bucket an entity or more, so that chains stay short. */
static int grow_buckets(struct km_store *store)
{
    size_t count = store->n_buckets ? store->n_buckets * 2 : 64;
    struct km_entity **buckets = calloc(count, sizeof(struct km_entity *));

    if (!buckets)
        return -ENOMEM;
    for (uint32_t i = 0; i < store->n_slots; i++) {
        struct km_entity *e = store->slots[i];

        if (e) {
            e->next = buckets[e->key & (count - 1)];
            buckets[e->key & (count - 1)] = e;
        }
    }
    free(store->buckets);
    store->bytes += (count - store->n_buckets) * sizeof(struct km_entity *);
    store->buckets = buckets;
    store->n_buckets = count;
    return 0;
}

/* A free slot: the first one from first_free on, so that the table stays dense. */
static uint32_t take_slot(struct km_store *store)
{
    uint32_t slot = store->first_free;

    while (slot < store->n_slots && store->slots[slot])
        slot++;
    if (slot == store->n_slots) {
        if (store->n_slots == store->room_slots && grow_slots(store) < 0)
            return NO_SLOT;
        store->n_slots++;
    }
    store->first_free = slot + 1;
    return slot;
}

struct km_entity *km_index_add(struct km_store *store, enum km_entity_kind kind,
                               const struct km_facts *facts)
{
    struct km_entity *e;
    uint32_t slot;

    if (store->n_entities >= store->n_buckets && grow_buckets(store) < 0)
        return NULL;
    e = calloc(1, sizeof(*e));
    if (!e)
        return NULL;
    slot = take_slot(store);
    e->kind = kind;
    e->slot = slot;
    e->generation = slot == NO_SLOT ? 0 : ++store->generations[slot];
    if (slot == NO_SLOT || km_facts_update(&store->names, &e->facts, facts) < 0 ||
        km_order_add(store, e) < 0) {
        if (slot != NO_SLOT)
            store->first_free = slot;
        km_facts_done(&store->names, &e->facts);
        free(e);
        return NULL;
    }
    e->key = km_entity_key(kind, facts);
    e->next = store->buckets[e->key & (store->n_buckets - 1)];
    store->buckets[e->key & (store->n_buckets - 1)] = e;
    store->slots[slot] = e;
    store->n_entities++;
    store->bytes += sizeof(*e) + sizeof(size_t);
    return e;
}

void km_index_remove(struct km_store *store, struct km_entity *entity)
{
    struct km_entity **link = &store->buckets[entity->key & (store->n_buckets - 1)];

    while (*link != entity)
        link = &(*link)->next;
    *link = entity->next;
    store->slots[entity->slot] = NULL;
    store->unsorted[entity->slot] = false;
    if (entity->slot < store->first_free)
        store->first_free = entity->slot;
    store->n_entities--;
    store->n_removed++;
    store->bytes -= sizeof(*entity) + sizeof(size_t);
    store->bytes -= entity->room_blocks * sizeof(struct km_block *);
    km_facts_done(&store->names, &entity->facts);
    free(entity->blocks);
    free(entity);
}

struct km_entity *km_index_get(const struct km_store *store, struct km_ref ref)
{
    struct km_entity *e = ref.slot < store->n_slots ? store->slots[ref.slot] : NULL;

    return e && e->generation == ref.generation ? e : NULL;
}

uint64_t km_facts_hash(const struct km_facts *facts)
{
    const int64_t numbers[] = {facts->created_ms, facts->started_ms, facts->restarts,
                               facts->host_network};
    uint64_t hash = km_hash(KM_HASH_SEED, numbers, sizeof(numbers));

    for (int f = 0; f < KM_FACT_COUNT; f++) {
        if (facts->text[f])
            hash = km_hash(hash + (uint64_t)f, facts->text[f], strlen(facts->text[f]));
    }
    return hash;
}

int km_facts_update(struct km_intern *names, struct km_facts *known, const struct km_facts *said)
{
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        const char *copy;

        if (!said->text[f] || (known->text[f] && strcmp(known->text[f], said->text[f]) == 0))
            continue;
        copy = km_intern_get(names, said->text[f]);
        if (!copy)
            return -ENOMEM;
        km_intern_put(names, known->text[f]);
        known->text[f] = copy;
    }
    if (said->created_ms)
        known->created_ms = said->created_ms;
    if (said->started_ms)
        known->started_ms = said->started_ms;
    known->restarts = said->restarts;
    known->host_network = said->host_network;
    return 0;
}

void km_facts_done(struct km_intern *names, struct km_facts *facts)
{
    for (int f = 0; f < KM_FACT_COUNT; f++)
        km_intern_put(names, facts->text[f]);
}
