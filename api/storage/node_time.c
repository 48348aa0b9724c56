/* SPDX-License-Identifier: Apache-2.0 */
/* When nodes were heard of, one for each node's name in a shard. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"

static struct km_node_time **bucket_of(struct km_shard *shard, const char *node)
{
    return &shard->nodes[km_hash(KM_HASH_SEED, node, strlen(node)) % KM_NODE_BUCKETS];
}

static struct km_node_time *find(struct km_shard *shard, const char *node)
{
    struct km_node_time *t = *bucket_of(shard, node);

    while (t && t->node != node)
        t = t->next;
    return t;
}

static struct km_node_time *find_or_make(struct km_shard *shard, const char *node)
{
    struct km_node_time *t = find(shard, node), **bucket = bucket_of(shard, node);

    if (t)
        return t;
    t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    t->node = km_intern_get(&shard->names, node);
    if (!t->node) {
        free(t);
        return NULL;
    }
    t->next = *bucket;
    *bucket = t;
    shard->bytes += sizeof(*t) + sizeof(size_t);
    return t;
}

void km_node_leave(struct km_shard *shard, struct km_entity *entity)
{
    struct km_node_time *t = entity->node, **link;

    if (!t)
        return;
    entity->node = NULL;
    if (entity->kind == KM_ENTITY_NODE && --t->nodes == 0)
        t->newest_ms = t->received_ms = 0;
    if (--t->users > 0)
        return;
    for (link = bucket_of(shard, t->node); *link != t; link = &(*link)->next)
        ;
    *link = t->next;
    km_intern_put(&shard->names, t->node);
    shard->bytes -= sizeof(*t) + sizeof(size_t);
    free(t);
}

int km_node_follow(struct km_shard *shard, struct km_entity *entity)
{
    const char *node = entity->facts.text[KM_FACT_NODE];
    struct km_node_time *t;

    if (entity->node ? entity->node->node == node : !node)
        return 0;
    t = node ? find_or_make(shard, node) : NULL;
    if (node && !t)
        return -ENOMEM;
    km_node_leave(shard, entity);
    entity->node = t;
    if (t) {
        t->users++;
        t->nodes += entity->kind == KM_ENTITY_NODE;
    }
    return 0;
}

const struct km_node_time *km_node_heard(const struct km_entity *entity)
{
    return entity->node && entity->node->nodes > 0 ? entity->node : NULL;
}
