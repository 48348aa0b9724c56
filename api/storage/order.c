/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "store_inside.h"

static const uint8_t node_names[] = {KM_FACT_NODE, KM_FACT_COUNT};
static const uint8_t pod_names[] = {KM_FACT_NAMESPACE, KM_FACT_POD, KM_FACT_CONTAINER,
                                    KM_FACT_COUNT};

static const uint8_t *names_of(const struct km_entity *e)
{
    return e->kind == KM_ENTITY_NODE ? node_names : pod_names;
}

bool km_order_same(const struct km_entity *a, const struct km_entity *b)
{
    /* Texts are interned: equal ones are one. */
    for (const uint8_t *f = names_of(a); *f != KM_FACT_COUNT; f++) {
        if (a->facts.text[*f] != b->facts.text[*f])
            return false;
    }
    /* A container without a name yet is known by its id alone. */
    return a->kind != KM_ENTITY_CONTAINER || a->facts.text[KM_FACT_CONTAINER];
}

static int compare(const struct km_entity *a, const struct km_entity *b)
{
    for (const uint8_t *f = names_of(a); *f != KM_FACT_COUNT; f++) {
        const char *left = a->facts.text[*f], *right = b->facts.text[*f];
        int r = left == right ? 0 : strcmp(left ? left : "", right ? right : "");

        if (r != 0)
            return r;
    }
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static int compare_pointers(const void *left, const void *right)
{
    return compare(*(struct km_entity *const *)left, *(struct km_entity *const *)right);
}

void km_order_done(struct km_order *order)
{
    free(order->refs);
}

int km_order_add(struct km_store *store, const struct km_entity *entity)
{
    struct km_order *o = &store->order[entity->kind];

    if (o->count == o->room) {
        size_t room = o->room ? o->room * 2 : 64;
        struct km_ref *refs = realloc(o->refs, room * sizeof(*refs));

        if (!refs)
            return -ENOMEM;
        store->bytes += (room - o->room) * sizeof(*refs);
        o->refs = refs;
        o->room = room;
    }
    o->refs[o->count++] = (struct km_ref){entity->slot, entity->generation};
    store->unsorted[entity->slot] = true;
    return 0;
}

int km_order_rename(struct km_store *store, const struct km_entity *entity)
{
    if (store->unsorted[entity->slot])
        return 0; /* at the tail, where names do not matter yet */
    store->order[entity->kind].renamed = true;
    return km_order_add(store, entity);
}

static bool is_there(const struct km_store *store, struct km_ref ref)
{
    return store->generations[ref.slot] == ref.generation && store->slots[ref.slot];
}

/* Closes the gaps of those that are gone, or have a new name and stand at the tail. */
static void drop_gone(struct km_store *store, struct km_order *o)
{
    size_t kept = 0;

    for (size_t i = 0; i < o->sorted; i++) {
        if (is_there(store, o->refs[i]) && !store->unsorted[o->refs[i].slot])
            o->refs[kept++] = o->refs[i];
    }
    memmove(o->refs + kept, o->refs + o->sorted, (o->count - o->sorted) * sizeof(*o->refs));
    o->count -= o->sorted - kept;
    o->sorted = kept;
    o->renamed = false;
    o->n_removed = store->n_removed;
}

/* How many of the first n sorted ones stand before the entity. */
static size_t place_of(const struct km_store *store, const struct km_order *o, size_t n,
                       const struct km_entity *e)
{
    size_t low = 0;

    while (low < n) {
        size_t middle = (low + n) / 2;

        if (compare(store->slots[o->refs[middle].slot], e) < 0)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* Sorts the tail in, the greatest first: each sorted one moves once. */
static int sort_in(struct km_store *store, struct km_order *o)
{
    size_t n = 0, end = o->sorted;
    km_auto_free struct km_entity **tail =
        malloc((o->count - o->sorted + 1) * sizeof(struct km_entity *));

    if (!tail)
        return -ENOMEM;
    for (size_t i = o->sorted; i < o->count; i++) {
        if (is_there(store, o->refs[i]))
            tail[n++] = store->slots[o->refs[i].slot];
    }
    qsort(tail, n, sizeof(struct km_entity *), compare_pointers);
    o->count = o->sorted + n;
    for (size_t left = n; left > 0; left--) {
        const struct km_entity *e = tail[left - 1];
        size_t place = place_of(store, o, end, e);

        memmove(o->refs + place + left, o->refs + place, (end - place) * sizeof(*o->refs));
        o->refs[place + left - 1] = (struct km_ref){e->slot, e->generation};
        store->unsorted[e->slot] = false;
        end = place;
    }
    o->sorted = o->count;
    return 0;
}

/* Gone ones are skipped by whoever reads: only many of them are worth a pass. */
static bool is_tidy(const struct km_store *store, const struct km_order *o)
{
    return o->count == o->sorted && store->n_removed - o->n_removed <= o->count / 8;
}

static int copy(const struct km_order *o, struct km_ref **ret_refs, size_t *ret_count)
{
    struct km_ref *refs = o->count ? malloc(o->count * sizeof(*refs)) : NULL;

    if (o->count && !refs)
        return -ENOMEM;
    if (refs)
        memcpy(refs, o->refs, o->count * sizeof(*refs));
    *ret_refs = refs;
    *ret_count = o->count;
    return 0;
}

int km_order_copy(struct km_store *store, enum km_entity_kind kind, struct km_ref **ret_refs,
                  size_t *ret_count)
{
    struct km_order *o = &store->order[kind];
    bool tidy;
    int r = 0;

    pthread_rwlock_rdlock(&store->lock);
    tidy = is_tidy(store, o);
    if (tidy)
        r = copy(o, ret_refs, ret_count);
    pthread_rwlock_unlock(&store->lock);
    if (tidy)
        return r;
    pthread_rwlock_wrlock(&store->lock);
    /* The tail's names are compared with those of entities: all of them must be there. */
    if (o->renamed || store->n_removed != o->n_removed)
        drop_gone(store, o);
    r = sort_in(store, o);
    if (r == 0)
        r = copy(o, ret_refs, ret_count);
    pthread_rwlock_unlock(&store->lock);
    return r;
}
