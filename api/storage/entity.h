/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_ENTITY_H
#define KM_API_STORAGE_ENTITY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block.h"
#include "intern.h"
#include "store.h"

/* One identity and its rows. Inside the store; its shard's lock guards all of it. */

/* Texts known of an entity, each interned or NULL. The first ones are its identity. */
enum km_fact {
    KM_FACT_NODE,
    KM_FACT_BOOT_ID, /* node */
    KM_FACT_NAMESPACE,
    KM_FACT_POD,
    KM_FACT_UID,
    KM_FACT_CONTAINER,
    KM_FACT_CONTAINER_ID,
    KM_FACT_STATE,
    KM_FACT_PHASE,
    KM_FACT_OWNER_KIND,
    KM_FACT_OWNER_NAME,
    KM_FACT_DEPLOYMENT,
    KM_FACT_WORKLOAD_KIND,
    KM_FACT_WORKLOAD_NAME,
    KM_FACT_COUNT
};

struct km_facts {
    const char *text[KM_FACT_COUNT];
    int64_t created_ms, started_ms;
    int32_t restarts;
    int8_t host_network;
};

#define KM_ENTITY_KINDS 3 /* of enum km_entity_kind */

struct km_entity {
    /* What every row looks at comes first. */
    uint64_t key;             /* hash of the identity */
    struct km_entity *next;   /* of the same bucket of the index */
    uint64_t facts_hash;      /* of what was said last: km_facts_hash() */
    struct km_block **blocks; /* oldest first; their times do not overlap */
    uint32_t n_blocks, room_blocks;
    int64_t newest_ms; /* time of the newest row; 0 without rows */
    int64_t received_ms;
    enum km_entity_kind kind;
    uint32_t slot, generation; /* as in a struct km_ref */
    bool ordered;              /* it is in the order of its kind */
    _Atomic bool has_twin; /* another one had its name at some time; set under the order's lock */
    /*
     * Of what a checkpoint has written: sealed blocks that end by saved_ms are in files, those that
     * end by saving_ms too if the checkpoint that is going on ends well.
     */
    int64_t saved_ms, saving_ms;
    struct km_node_time *node; /* of its node, where it has one; the shard's */
    struct km_facts facts;
};

/*
 * The hash of an identity: kind and those facts that make it. A pod or container is known by its
 * UID or id alone; without one by its names.
 */
uint64_t km_entity_key(enum km_entity_kind kind, const struct km_facts *facts);

/* True if facts name the entity's identity. */
bool km_entity_is(const struct km_entity *entity, enum km_entity_kind kind,
                  const struct km_facts *facts);

/* Asks for the memory that is looked at to find the entity's newest block. */
static inline void km_entity_fetch_newest(const struct km_entity *entity)
{
    if (entity->n_blocks)
        __builtin_prefetch(&entity->blocks[entity->n_blocks - 1]);
}

/* Asks for the memory of its name, once facts is here. */
static inline void km_entity_fetch_name(const struct km_entity *entity)
{
    __builtin_prefetch(entity->facts.text[KM_FACT_NODE]);
    __builtin_prefetch(entity->facts.text[KM_FACT_NAMESPACE]);
    __builtin_prefetch(entity->facts.text[KM_FACT_POD]);
    __builtin_prefetch(entity->facts.text[KM_FACT_CONTAINER]);
}

/* The row before the newest one. Returns 0, -ENOENT if there is none, -ENOMEM or -EBADMSG. */
int km_entity_previous(const struct km_entity *entity, struct km_row *ret_row);

static inline int64_t km_entity_newest(const struct km_entity *entity)
{
    return entity->newest_ms;
}

/*
 * Puts a row among the blocks. *bytes follows the memory that blocks take. Returns 0, -EEXIST or
 * -ENOMEM; then nothing has changed.
 */
int km_entity_insert(struct km_entity *entity, const struct km_row *row, size_t *bytes);

/* Puts a block in its place in time. Returns 0 (it is the entity's now), -EEXIST where its time
 * overlaps with another one's, or -ENOMEM. */
int km_entity_add_block(struct km_entity *entity, struct km_block *block, size_t *bytes);

/* Frees the oldest block; *bytes follows. There must be one. */
void km_entity_drop_oldest(struct km_entity *entity, size_t *bytes);

#endif
