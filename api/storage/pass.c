/* SPDX-License-Identifier: Apache-2.0 */
#include "pass.h"

#include <errno.h>
#include <stdlib.h>

#include "list_inside.h"

#define SOME   128 /* slots looked at before who waits for the shard's lock may have it */
#define PIECES 4   /* of them before whoever made the pass goes on */

/*
 * Entities whose name others have had too are set aside with their names: of those that are there
 * now only the newest of a name counts, and it may lie in another shard.
 */
struct km_pass {
    const struct km_store *store;
    struct km_filter filter;
    int64_t now_ms;
    enum km_pass_rows rows;
    unsigned shard; /* which is looked at next, from this slot on */
    uint32_t slot;
    struct km_findings twins;
    struct km_ref *refs; /* those to be met one by one: of twins the newest */
    size_t count, next;
    struct km_cursor cursor; /* in a namespace, whose names stand together */
    struct km_ref piece[KM_STORE_PIECE];
    struct km_row last, previous;
};

int km_pass_new(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                enum km_pass_rows rows, struct km_pass **ret_pass)
{
    struct km_pass *p = malloc(sizeof(*p));

    if (!p)
        return -ENOMEM;
    if (km_filter_copy(filter, &p->filter) < 0) {
        free(p);
        return -ENOMEM;
    }
    p->store = store;
    p->now_ms = now_ms;
    p->rows = rows;
    p->shard = 0;
    p->slot = 0;
    p->twins = (struct km_findings){0};
    p->refs = NULL;
    p->count = p->next = 0;
    p->cursor = KM_CURSOR_START;
    *ret_pass = p;
    return 0;
}

void km_pass_free(struct km_pass *pass)
{
    if (!pass)
        return;
    km_filter_done(&pass->filter);
    km_findings_done(&pass->twins);
    free(pass->refs);
    free(pass);
}

/* Calls each for an entity; one whose rows cannot be read is passed over. */
static int meet(struct km_pass *p, const struct km_entity *e, km_pass_each *each, void *arg)
{
    const char *const *text = e->facts.text;
    struct km_met met = {.ref = {e->slot, e->generation},
                         .deployment = text[KM_FACT_DEPLOYMENT],
                         .owner_kind = text[KM_FACT_OWNER_KIND],
                         .owner_name = text[KM_FACT_OWNER_NAME],
                         .workload_kind = text[KM_FACT_WORKLOAD_KIND],
                         .workload_name = text[KM_FACT_WORKLOAD_NAME],
                         .received_ms = e->received_ms};

    if (p->rows >= KM_PASS_NEWEST) {
        if (km_block_newest(e->blocks[e->n_blocks - 1], &p->last) < 0)
            return 0;
        met.last = &p->last;
    }
    if (p->rows == KM_PASS_BOTH && km_entity_previous(e, &p->previous) == 0)
        met.previous = &p->previous;
    km_order_name(e->kind, &e->facts, met.name);
    return each(arg, &met);
}

/*
 * The entities of the kind in SOME slots, with what will be looked at on its way from memory: asked
 * for pointer by pointer for all of them, so that the processor waits for all together.
 */
static size_t gather(const struct km_pass *p, const struct km_shard *shard,
                     struct km_entity **entity)
{
    uint32_t end = shard->n_slots - p->slot < SOME ? shard->n_slots : p->slot + SOME;
    size_t n = 0;

    for (uint32_t i = p->slot; i < end; i++)
        __builtin_prefetch(shard->slots[i]);
    for (uint32_t i = p->slot; i < end; i++) {
        struct km_entity *e = shard->slots[i];

        if (!e || e->kind != p->filter.kind || e->n_blocks == 0)
            continue;
        for (size_t at = 64; at < sizeof(*e); at += 64)
            __builtin_prefetch((const char *)e + at);
        if (p->rows >= KM_PASS_NEWEST)
            km_entity_fetch_newest(e);
        entity[n++] = e;
    }
    for (size_t i = 0; p->filter.contains && i < n; i++)
        km_entity_fetch_name(entity[i]);
    for (size_t i = 0; p->rows >= KM_PASS_NEWEST && i < n; i++)
        km_block_fetch(entity[i]->blocks[entity[i]->n_blocks - 1]);
    for (size_t i = 0; p->rows == KM_PASS_BOTH && i < n; i++)
        km_block_fetch_log(entity[i]->blocks[entity[i]->n_blocks - 1]);
    return n;
}

/* The next slots of the shard, whose lock is held. */
static int look_at_slots(struct km_pass *p, struct km_shard *shard, const struct km_matcher *m,
                         km_pass_each *each, void *arg)
{
    struct km_entity *entity[SOME];
    size_t n = gather(p, shard, entity);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        if (!km_matcher_fits(shard, m, entity[i]))
            continue;
        if (p->filter.current && atomic_load_explicit(&entity[i]->has_twin, memory_order_relaxed))
            r = km_findings_add(&p->twins, entity[i]);
        else
            r = meet(p, entity[i], each, arg);
    }
    p->slot += SOME;
    return r;
}

/* SOME of the shard, then the next shard. A shard that does not know the filter's texts has none.
 */
static int look_at_shard(struct km_pass *p, km_pass_each *each, void *arg)
{
    struct km_shard *shard = (struct km_shard *)&p->store->shard[p->shard];
    struct km_matcher m;
    int r = 0;

    pthread_mutex_lock(&shard->lock);
    if (p->slot < shard->n_slots && km_matcher_make(shard, &p->filter, p->now_ms, &m)) {
        r = look_at_slots(p, shard, &m, each, arg);
    } else {
        p->shard++;
        p->slot = 0;
    }
    pthread_mutex_unlock(&shard->lock);
    return r;
}

static int meet_refs(struct km_pass *p, const struct km_ref *refs, size_t count, km_pass_each *each,
                     void *arg)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        struct km_shard *shard = km_shard_of(p->store, refs[i]);
        const struct km_entity *e;

        pthread_mutex_lock(&shard->lock);
        e = km_index_get(shard, refs[i]);
        if (e && e->n_blocks > 0)
            r = meet(p, e, each, arg);
        pthread_mutex_unlock(&shard->lock);
    }
    return r;
}

static int next_of_shards(struct km_pass *p, km_pass_each *each, void *arg)
{
    int r = 0;

    for (int i = 0; r == 0 && i < PIECES && p->shard < KM_SHARDS; i++)
        r = look_at_shard(p, each, arg);
    if (r == 0 && p->shard == KM_SHARDS)
        r = km_findings_list(&p->twins, &p->filter, &p->refs, &p->count);
    return r;
}

static int next_of_namespace(struct km_pass *p, km_pass_each *each, void *arg)
{
    size_t count;
    bool going_on = km_store_next(p->store, &p->filter, p->now_ms, &p->cursor, p->piece, &count);
    int r = meet_refs(p, p->piece, count, each, arg);

    return r == 0 && going_on ? 1 : r;
}

int km_pass_next(struct km_pass *p, km_pass_each *each, void *arg)
{
    size_t count;
    int r;

    if (p->filter.kind != KM_ENTITY_NODE && p->filter.name_space && !p->filter.node)
        return next_of_namespace(p, each, arg);
    if (p->shard < KM_SHARDS) {
        r = next_of_shards(p, each, arg);
        return r == 0 && (p->shard < KM_SHARDS || p->count > 0) ? 1 : r;
    }
    count = p->count - p->next < SOME ? p->count - p->next : SOME;
    r = meet_refs(p, p->refs + p->next, count, each, arg);
    p->next += count;
    return r == 0 && p->next < p->count ? 1 : r;
}

int km_pass_all(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                enum km_pass_rows rows, km_pass_each *each, void *arg)
{
    struct km_pass *pass;
    int r = km_pass_new(store, filter, now_ms, rows, &pass);

    if (r < 0)
        return r;
    do
        r = km_pass_next(pass, each, arg);
    while (r == 1);
    km_pass_free(pass);
    return r;
}
