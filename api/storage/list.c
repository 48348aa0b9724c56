/* SPDX-License-Identifier: Apache-2.0 */
/* Which entities match a filter, in the order of their names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "store_inside.h"

/* When each node was heard of and its newest row: what "there now" of its pods is measured by. */
struct node_time {
    const char *node; /* interned: compares by address */
    int64_t newest_ms, received_ms;
};

struct node_times {
    struct node_time *table;
    size_t room; /* a power of two, more than twice the nodes */
};

static struct node_time *node_place(const struct node_times *times, const char *node)
{
    size_t i = (size_t)(((uintptr_t)node >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20);

    for (i &= times->room - 1; times->table[i].node && times->table[i].node != node;
         i = (i + 1) & (times->room - 1))
        ;
    return &times->table[i];
}

static int node_times_make(const struct km_store *store, struct node_times *ret_times)
{
    const struct km_order *nodes = &store->order[KM_ENTITY_NODE];
    struct node_times times = {.room = 16};

    while (times.room < nodes->count * 2 + 2)
        times.room *= 2;
    times.table = calloc(times.room, sizeof(*times.table));
    if (!times.table)
        return -ENOMEM;
    for (size_t i = 0; i < nodes->count; i++) {
        const struct km_entity *e = km_index_get(store, nodes->refs[i]);
        struct node_time *t;

        if (!e)
            continue;
        t = node_place(&times, e->facts.text[KM_FACT_NODE]);
        t->node = e->facts.text[KM_FACT_NODE];
        if (km_entity_newest(e) > t->newest_ms)
            t->newest_ms = km_entity_newest(e);
        if (e->received_ms > t->received_ms)
            t->received_ms = e->received_ms;
    }
    *ret_times = times;
    return 0;
}

static bool is_current(const struct km_store *store, const struct node_times *times,
                       const struct km_entity *e, int64_t now_ms)
{
    int64_t grace = 3 * store->config.interval_ms;
    const char *node = e->facts.text[KM_FACT_NODE];
    const struct node_time *t = node ? node_place(times, node) : NULL;

    if (e->kind == KM_ENTITY_NODE)
        return true;
    if (!t || !t->node)
        return now_ms - e->received_ms <= grace;
    return now_ms - t->received_ms <= grace && t->newest_ms - km_entity_newest(e) <= grace;
}

/* A filter with its texts interned, so that comparing is comparing addresses. */
struct matcher {
    const struct km_filter *filter;
    const char *text[KM_FACT_COUNT]; /* NULL: anything */
    bool nothing;                    /* a text that no entity has */
};

static struct matcher make_matcher(const struct km_store *store, const struct km_filter *filter)
{
    struct matcher m = {.filter = filter};

    m.text[KM_FACT_NODE] = filter->node;
    m.text[KM_FACT_NAMESPACE] = filter->name_space;
    m.text[KM_FACT_POD] = filter->pod;
    m.text[KM_FACT_UID] = filter->uid;
    m.text[KM_FACT_CONTAINER] = filter->container;
    m.text[KM_FACT_DEPLOYMENT] = filter->deployment;
    m.text[KM_FACT_OWNER_NAME] = filter->owner_name;
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        if (m.text[f] && !(m.text[f] = km_intern_find(&store->names, m.text[f])))
            m.nothing = true;
    }
    return m;
}

static bool matches(const struct matcher *m, const struct km_entity *e)
{
    const char *kind = e->facts.text[KM_FACT_OWNER_KIND];

    if (m->nothing || e->kind != m->filter->kind || e->n_blocks == 0)
        return false;
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        if (m->text[f] && m->text[f] != e->facts.text[f])
            return false;
    }
    return !m->filter->owner_kind || (kind && strcasecmp(kind, m->filter->owner_kind) == 0);
}

/* A list being made, in order. */
struct listing {
    struct km_store *store;
    const struct km_filter *filter;
    const struct node_times *times;
    int64_t now_ms;
    struct km_ref *refs; /* shrinks in place: what is kept stands before what is still to be read */
    int64_t *newest;     /* of each that is kept */
    size_t kept;
};

/*
 * Keeps the entity. Of one name the newest stands last, and where only current ones are wanted, it
 * stands alone.
 */
static void keep(struct listing *l, const struct km_entity *e)
{
    struct km_ref ref = {e->slot, e->generation};
    int64_t newest = km_entity_newest(e);
    size_t place = l->kept;

    while (place > 0 && l->newest[place - 1] > newest) {
        const struct km_entity *before = km_index_get(l->store, l->refs[place - 1]);

        if (!before || !km_order_same(before, e))
            break;
        if (l->filter->current)
            return;
        l->refs[place] = l->refs[place - 1];
        l->newest[place] = l->newest[place - 1];
        place--;
    }
    if (l->filter->current && place > 0) {
        const struct km_entity *before = km_index_get(l->store, l->refs[place - 1]);

        if (before && km_order_same(before, e)) {
            place--;
            l->kept--;
        }
    }
    l->refs[place] = ref;
    l->newest[place] = newest;
    l->kept++;
}

/* Looks at some references; the lock is held. */
static void read_some(struct listing *l, size_t begin, size_t end)
{
    /* Made anew each time the lock is taken: texts that nobody has any more are forgotten. */
    struct matcher m = make_matcher(l->store, l->filter);

    for (size_t i = begin; i < end; i++) {
        const struct km_entity *e = km_index_get(l->store, l->refs[i]);

        if (!e || !matches(&m, e))
            continue;
        if (l->filter->current ? is_current(l->store, l->times, e, l->now_ms)
                               : km_entity_newest(e) >= l->filter->since_ms &&
                                     km_block_first(e->blocks[0]) <= l->now_ms + KM_STORE_FUTURE_MS)
            keep(l, e);
    }
}

#define SOME 1024 /* entities looked at before who waits for the lock may have it */

int km_store_list(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                  struct km_ref **ret_refs, size_t *ret_count)
{
    struct km_store *s = (struct km_store *)store;
    struct node_times times = {0};
    struct listing l = {s, filter, &times, now_ms, NULL, NULL, 0};
    size_t n = 0;
    int r = km_order_copy(s, filter->kind, &l.refs, &n);

    if (r < 0)
        return r;
    pthread_rwlock_rdlock(&s->lock);
    r = node_times_make(s, &times);
    pthread_rwlock_unlock(&s->lock);
    l.newest = malloc((n + 1) * sizeof(*l.newest));
    if (!l.newest)
        r = -ENOMEM;
    for (size_t i = 0; r == 0 && i < n; i += SOME) {
        pthread_rwlock_rdlock(&s->lock);
        read_some(&l, i, i + SOME < n ? i + SOME : n);
        pthread_rwlock_unlock(&s->lock);
    }
    free(l.newest);
    free(times.table);
    if (r < 0 || l.kept == 0) {
        free(l.refs);
        l.refs = NULL;
    }
    if (r < 0)
        return r;
    *ret_refs = l.refs;
    *ret_count = l.kept;
    return 0;
}
