/* SPDX-License-Identifier: Apache-2.0 */
/* Entities by identity and by slot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"

#define NO_SLOT UINT32_MAX

struct km_entity *km_index_find(const struct km_shard *shard, enum km_entity_kind kind,
                                const struct km_facts *facts, uint64_t key)
{
    struct km_entity *e;

    if (!shard->n_buckets)
        return NULL;
    for (e = *km_index_bucket(shard, key); e; e = e->next) {
        if (e->key == key && km_entity_is(e, kind, facts))
            return e;
    }
    return NULL;
}

static int grow_slots(struct km_shard *shard)
{
    uint32_t room = shard->room_slots ? shard->room_slots * 2 : 64;
    struct km_entity **slots = realloc(shard->slots, room * sizeof(struct km_entity *));
    uint32_t *generations;

    if (!slots)
        return -ENOMEM;
    shard->slots = slots;
    generations = realloc(shard->generations, room * sizeof(*generations));
    if (!generations)
        return -ENOMEM;
    shard->generations = generations;
    memset(generations + shard->room_slots, 0, (room - shard->room_slots) * sizeof(*generations));
    shard->bytes +=
        (room - shard->room_slots) * (sizeof(struct km_entity *) + sizeof(*generations));
    shard->room_slots = room;
    return 0;
}

/* One bucket an entity or more, so that chains stay short. */
static int grow_buckets(struct km_shard *shard)
{
    size_t count = shard->n_buckets ? shard->n_buckets * 2 : 64;
    struct km_entity **buckets = calloc(count, sizeof(struct km_entity *));

    if (!buckets)
        return -ENOMEM;
    for (uint32_t i = 0; i < shard->n_slots; i++) {
        struct km_entity *e = shard->slots[i];

        if (e) {
            e->next = buckets[e->key & (count - 1)];
            buckets[e->key & (count - 1)] = e;
        }
    }
    free(shard->buckets);
    shard->bytes += (count - shard->n_buckets) * sizeof(struct km_entity *);
    shard->buckets = buckets;
    shard->n_buckets = count;
    return 0;
}

/* A free slot: the first one from first_free on, so that the table stays dense. */
static uint32_t take_slot(struct km_shard *shard)
{
    uint32_t slot = shard->first_free;

    while (slot < shard->n_slots && shard->slots[slot])
        slot++;
    if (slot == shard->n_slots) {
        if (shard->n_slots == shard->room_slots && grow_slots(shard) < 0)
            return NO_SLOT;
        shard->n_slots++;
    }
    shard->first_free = slot + 1;
    return slot;
}

static uint64_t *kind_counter(struct km_shard *shard, enum km_entity_kind kind)
{
    struct km_store_status *c = &shard->counters;

    return kind == KM_ENTITY_NODE ? &c->nodes : kind == KM_ENTITY_POD ? &c->pods : &c->containers;
}

/* Undoes what km_index_add() has done so far. */
static void discard(struct km_shard *shard, struct km_entity *e)
{
    shard->slots[e->slot / KM_SHARDS] = NULL;
    if (e->slot / KM_SHARDS < shard->first_free)
        shard->first_free = e->slot / KM_SHARDS;
    shard->bytes -= km_order_remove(&shard->store->order[e->kind], e);
    km_node_leave(shard, e);
    km_facts_done(&shard->names, &e->facts);
    free(e);
}

struct km_entity *km_index_add(struct km_shard *shard, enum km_entity_kind kind,
                               const struct km_facts *facts)
{
    struct km_entity *e;
    uint32_t slot;

    if (shard->n_entities >= shard->n_buckets && grow_buckets(shard) < 0)
        return NULL;
    slot = take_slot(shard);
    if (slot == NO_SLOT)
        return NULL;
    e = calloc(1, sizeof(*e));
    if (!e) {
        shard->first_free = slot;
        return NULL;
    }
    shard->slots[slot] = e;
    e->kind = kind;
    e->slot = slot * KM_SHARDS + shard->number;
    e->generation = ++shard->generations[slot];
    if (km_facts_update(shard, e, facts) < 0 || !e->ordered) {
        discard(shard, e);
        return NULL;
    }
    e->key = km_entity_key(kind, facts);
    e->next = shard->buckets[e->key & (shard->n_buckets - 1)];
    shard->buckets[e->key & (shard->n_buckets - 1)] = e;
    shard->n_entities++;
    shard->bytes += sizeof(*e) + sizeof(size_t);
    ++*kind_counter(shard, kind);
    return e;
}

void km_index_remove(struct km_shard *shard, struct km_entity *entity)
{
    struct km_entity **link = &shard->buckets[entity->key & (shard->n_buckets - 1)];

    while (*link != entity)
        link = &(*link)->next;
    *link = entity->next;
    shard->n_entities--;
    shard->n_removed++;
    shard->bytes -= sizeof(*entity) + sizeof(size_t);
    shard->bytes -= entity->room_blocks * sizeof(struct km_block *);
    --*kind_counter(shard, entity->kind);
    free(entity->blocks);
    discard(shard, entity);
}

struct km_entity *km_index_get(const struct km_shard *shard, struct km_ref ref)
{
    uint32_t slot = ref.slot / KM_SHARDS;
    struct km_entity *e = slot < shard->n_slots ? shard->slots[slot] : NULL;

    return e && e->generation == ref.generation ? e : NULL;
}
