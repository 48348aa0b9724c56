/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of an entity beside its rows. */
#include <errno.h>
#include <string.h>

#include "store_inside.h"

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

static int update_texts(struct km_intern *names, struct km_facts *known,
                        const struct km_facts *said)
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
    return 0;
}

int km_facts_update(struct km_shard *shard, struct km_entity *entity, const struct km_facts *said)
{
    struct km_order *order = &shard->store->order[entity->kind];
    struct km_facts *known = &entity->facts;
    size_t bytes = 0;
    int r;

    /* A name is changed only while nobody can find the entity by it. */
    if (km_order_renames(entity, said))
        shard->bytes -= km_order_remove(order, entity);
    r = update_texts(&shard->names, known, said);
    if (!entity->ordered && km_order_add(order, entity, &bytes) < 0)
        r = -ENOMEM;
    shard->bytes += bytes;
    if (r == 0)
        r = km_node_follow(shard, entity);
    if (r < 0)
        return r;
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
