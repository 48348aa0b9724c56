/* SPDX-License-Identifier: Apache-2.0 */
/* Batches into the store: counted first, then stored, so that limits refuse all or nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"

/* What one reading is of. */
struct subject {
    enum km_entity_kind kind;
    struct km_facts facts;
    const struct km_reading *reading;
};

/* Calls each with every reading of the batch; stops at the first that is not 0. */
static int for_each(const struct km_batch *batch,
                    int (*each)(struct km_store *, const struct subject *, void *),
                    struct km_store *store, void *arg)
{
    struct subject s;
    int r;

    if (batch->has_node) {
        s = (struct subject){KM_ENTITY_NODE, {.restarts = -1, .host_network = -1}, &batch->reading};
        s.facts.text[KM_FACT_NODE] = batch->node;
        s.facts.text[KM_FACT_BOOT_ID] = batch->boot_id;
        r = each(store, &s, arg);
        if (r < 0)
            return r;
    }
    for (size_t p = 0; p < batch->n_pods; p++) {
        const struct km_pod *pod = &batch->pods[p];

        s = (struct subject){KM_ENTITY_POD, {.created_ms = pod->created_ms}, &pod->reading};
        s.facts.restarts = pod->restarts;
        s.facts.host_network = pod->host_network;
        s.facts.text[KM_FACT_NODE] = pod->node ? pod->node : batch->node;
        s.facts.text[KM_FACT_NAMESPACE] = pod->name_space ? pod->name_space : "";
        s.facts.text[KM_FACT_POD] = pod->name;
        s.facts.text[KM_FACT_UID] = pod->uid;
        s.facts.text[KM_FACT_PHASE] = pod->phase;
        s.facts.text[KM_FACT_OWNER_KIND] = pod->owner_kind;
        s.facts.text[KM_FACT_OWNER_NAME] = pod->owner_name;
        s.facts.text[KM_FACT_DEPLOYMENT] = pod->deployment;
        r = each(store, &s, arg);
        if (r < 0)
            return r;
        s.kind = KM_ENTITY_CONTAINER;
        for (size_t c = 0; c < pod->n_containers; c++) {
            const struct km_container *container = &pod->containers[c];

            s.reading = &container->reading;
            s.facts.text[KM_FACT_PHASE] = NULL;
            s.facts.text[KM_FACT_OWNER_KIND] = NULL;
            s.facts.text[KM_FACT_OWNER_NAME] = NULL;
            s.facts.text[KM_FACT_DEPLOYMENT] = NULL;
            s.facts.text[KM_FACT_CONTAINER] = container->name;
            s.facts.text[KM_FACT_CONTAINER_ID] = container->id;
            s.facts.text[KM_FACT_STATE] = container->state;
            s.facts.started_ms = container->started_ms;
            s.facts.restarts = container->restarts;
            r = each(store, &s, arg);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* The id of a member outside the catalogue, or -1. */
static int key_find(const struct km_store *store, const struct km_extra *extra)
{
    for (uint32_t i = 0; i < store->n_keys; i++) {
        const struct km_key *k = &store->keys[i];

        if (k->group == extra->group && strncmp(k->key, extra->key, extra->key_len) == 0 &&
            k->key[extra->key_len] == '\0')
            return (int)(KM_METRIC_COUNT + i);
    }
    return -1;
}

static int key_add(struct km_store *store, const struct km_extra *extra)
{
    char text[256];
    const char *copy;

    if (extra->key_len >= sizeof(text))
        return -ENOSPC;
    memcpy(text, extra->key, extra->key_len);
    text[extra->key_len] = '\0';
    copy = km_intern_get(&store->names, text);
    if (!copy)
        return -ENOMEM;
    store->keys[store->n_keys] = (struct km_key){copy, extra->group};
    return (int)(KM_METRIC_COUNT + store->n_keys++);
}

struct need {
    uint32_t entities, keys;
    size_t bytes;
};

/* Keeps what was found for the reading, so that storing it need not look again. */
static int remember(struct km_store *store, struct km_entity *entity)
{
    if (store->n_found == store->room_found) {
        uint32_t room = store->room_found ? store->room_found * 2 : 256;
        struct km_entity **found = realloc(store->found, room * sizeof(struct km_entity *));

        if (!found)
            return -ENOMEM;
        store->bytes += (room - store->room_found) * sizeof(struct km_entity *);
        store->found = found;
        store->room_found = room;
    }
    store->found[store->n_found++] = entity;
    return 0;
}

/* What a reading may cost: its block's growth; when it is new, an entity and its texts on top. */
static int count_need(struct km_store *store, const struct subject *s, void *arg)
{
    struct need *need = arg;
    struct km_entity *e;
    size_t columns = s->reading->n_extra;

    for (unsigned w = 0; w < KM_SAMPLE_WORDS; w++)
        columns += (size_t)__builtin_popcountll(s->reading->sample.present[w]);
    if (columns > KM_ROW_MAX)
        return -ENOSPC;
    for (size_t i = 0; i < s->reading->n_extra; i++)
        need->keys += key_find(store, &s->reading->extra[i]) < 0;
    e = km_index_find(store, s->kind, &s->facts);
    if (remember(store, e) < 0)
        return -ENOMEM;
    if (e) {
        need->bytes += km_block_growth((unsigned)columns);
    } else {
        need->entities++;
        need->bytes += sizeof(struct km_entity) + km_block_growth((unsigned)columns);
        for (int f = 0; f < KM_FACT_COUNT; f++)
            need->bytes += s->facts.text[f] ? strlen(s->facts.text[f]) + 32 : 0;
    }
    return 0;
}

static void make_row(struct km_store *store, const struct km_reading *reading, struct km_row *row)
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
        int id = key_find(store, extra);
        unsigned place = row->count;

        if (id < 0)
            id = key_add(store, extra);
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

/* Storing a batch: the place in store->found, and whether what stands there can be trusted. */
struct take {
    int64_t received_ms;
    uint32_t place;
    uint64_t n_removed;
};

/* Facts seldom change: their hash saves comparing a dozen texts that lie all over the memory. */
static int update_facts(struct km_store *store, struct km_entity *e, const struct km_facts *said)
{
    uint64_t hash = km_facts_hash(said);
    struct km_entity before;
    int r;

    if (hash == e->facts_hash)
        return 0;
    before = *e;
    r = km_facts_update(&store->names, &e->facts, said);
    if (r == 0)
        e->facts_hash = hash;
    if (!km_order_same(&before, e) && km_order_rename(store, e) < 0)
        r = -ENOMEM;
    return r;
}

static int store_one(struct km_store *store, const struct subject *s, void *arg)
{
    struct take *take = arg;
    struct km_entity *e = store->found[take->place++];
    struct km_row row;
    int64_t newest;
    int r;

    /* Not there before, but maybe by an earlier reading of the batch; or found, but gone since. */
    if (!e || store->n_removed != take->n_removed)
        e = km_index_find(store, s->kind, &s->facts);
    if (!e)
        e = km_index_add(store, s->kind, &s->facts);
    if (!e)
        return -ENOMEM;
    make_row(store, s->reading, &row);
    newest = km_entity_newest(e);
    r = km_entity_insert(e, &row, &store->bytes);
    if (r == -EEXIST) {
        store->counters.rows_duplicate++;
        r = 0;
    } else if (r == 0) {
        store->counters.rows++;
        store->counters.samples += row.count;
        store->counters.rows_appended++;
        store->counters.rows_late += row.time_ms < newest;
        if (row.time_ms > newest)
            r = update_facts(store, e, &s->facts);
    }
    if (e->n_blocks == 0)
        km_index_remove(store, e);
    else if (take->received_ms > e->received_ms)
        e->received_ms = take->received_ms;
    return r;
}

int km_store_append(struct km_store *store, const struct km_batch *batch, int64_t received_ms)
{
    struct need need = {0};
    struct take take = {.received_ms = received_ms};
    int r;

    pthread_rwlock_wrlock(&store->lock);
    if (received_ms >= store->next_expire_ms) {
        km_retention_drop(store, received_ms - store->config.retention_ms);
        store->next_expire_ms = received_ms + store->config.interval_ms;
    }
    store->n_found = 0;
    take.n_removed = store->n_removed;
    r = for_each(batch, count_need, store, &need);
    if (r == 0 && (store->n_entities + need.entities > store->config.max_entities ||
                   store->n_keys + need.keys > store->config.max_keys))
        r = -ENOSPC;
    if (r == 0)
        r = km_retention_room(store, need.bytes);
    if (r == 0)
        r = for_each(batch, store_one, store, &take);
    if (r == 0)
        km_retention_room(store,
                          0); /* blocks that grew by more than the average are paid for now */
    pthread_rwlock_unlock(&store->lock);
    return r;
}
