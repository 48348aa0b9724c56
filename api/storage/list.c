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
    struct node_times times = {.room = 16};
    size_t nodes = 0;

    for (uint32_t i = 0; i < store->n_slots; i++)
        nodes += store->slots[i] && store->slots[i]->kind == KM_ENTITY_NODE;
    while (times.room < nodes * 2 + 2)
        times.room *= 2;
    times.table = calloc(times.room, sizeof(*times.table));
    if (!times.table)
        return -ENOMEM;
    for (uint32_t i = 0; i < store->n_slots; i++) {
        const struct km_entity *e = store->slots[i];
        struct node_time *t;

        if (!e || e->kind != KM_ENTITY_NODE)
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

static int compare_text(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a ? a : "", b ? b : "");
}

/* By name; of one name the newest last. */
static int compare(const void *left, const void *right)
{
    static const uint8_t order[] = {KM_FACT_NAMESPACE, KM_FACT_POD, KM_FACT_CONTAINER};
    const struct km_entity *a = *(struct km_entity *const *)left;
    const struct km_entity *b = *(struct km_entity *const *)right;
    int r = a->kind == KM_ENTITY_NODE
                ? compare_text(a->facts.text[KM_FACT_NODE], b->facts.text[KM_FACT_NODE])
                : 0;

    for (size_t i = 0; r == 0 && i < sizeof(order); i++)
        r = compare_text(a->facts.text[order[i]], b->facts.text[order[i]]);
    if (r == 0)
        r = (km_entity_newest(a) > km_entity_newest(b)) -
            (km_entity_newest(a) < km_entity_newest(b));
    return r ? r : (a->slot > b->slot) - (a->slot < b->slot);
}

static bool same_name(const struct km_entity *a, const struct km_entity *b)
{
    static const uint8_t names[] = {KM_FACT_NAMESPACE, KM_FACT_POD, KM_FACT_CONTAINER};

    if (a->kind == KM_ENTITY_NODE)
        return a->facts.text[KM_FACT_NODE] == b->facts.text[KM_FACT_NODE];
    for (size_t i = 0; i < sizeof(names); i++) {
        if (a->facts.text[names[i]] != b->facts.text[names[i]])
            return false;
    }
    /* A container without a name yet is known by its id alone. */
    return a->kind == KM_ENTITY_POD || a->facts.text[KM_FACT_CONTAINER];
}

static size_t select_entities(const struct km_store *s, const struct km_filter *filter,
                              const struct node_times *times, int64_t now_ms,
                              struct km_entity **ret_found)
{
    struct matcher m = make_matcher(s, filter);
    size_t n = 0, kept = 0;

    for (uint32_t i = 0; i < s->n_slots; i++) {
        struct km_entity *e = s->slots[i];

        if (!e || !matches(&m, e))
            continue;
        if (filter->current ? is_current(s, times, e, now_ms)
                            : km_entity_newest(e) >= filter->since_ms &&
                                  km_block_first(e->blocks[0]) <= now_ms + KM_STORE_FUTURE_MS)
            ret_found[n++] = e;
    }
    qsort(ret_found, n, sizeof(struct km_entity *), compare);
    if (!filter->current)
        return n;
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && same_name(ret_found[i], ret_found[i + 1]))
            continue;
        ret_found[kept++] = ret_found[i];
    }
    return kept;
}

int km_store_list(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                  struct km_ref **ret_refs, size_t *ret_count)
{
    struct km_store *s = (struct km_store *)store;
    struct km_entity **found = NULL;
    struct km_ref *refs = NULL;
    struct node_times times = {0};
    size_t n = 0;
    int r;

    pthread_rwlock_rdlock(&s->lock);
    r = node_times_make(s, &times);
    found = malloc((s->n_entities + 1) * sizeof(struct km_entity *));
    if (r == 0 && !found)
        r = -ENOMEM;
    if (r == 0)
        n = select_entities(s, filter, &times, now_ms, found);
    if (n > 0) {
        refs = malloc(n * sizeof(*refs));
        if (!refs)
            r = -ENOMEM;
        for (size_t i = 0; refs && i < n; i++)
            refs[i] = (struct km_ref){found[i]->slot, found[i]->generation};
    }
    pthread_rwlock_unlock(&s->lock);
    free(found);
    free(times.table);
    if (r < 0)
        return r;
    *ret_refs = refs;
    *ret_count = n;
    return 0;
}
