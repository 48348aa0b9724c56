/* SPDX-License-Identifier: Apache-2.0 */
/* Which entities match a filter, in the order of their names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "list_inside.h"

void km_listing_keep(struct km_listing *l, struct km_ref ref, int64_t newest, bool same)
{
    size_t place = l->kept;

    if (l->current && same) {
        if (l->newest[place - 1] > newest)
            return;
        l->refs[place - 1] = ref;
        l->newest[place - 1] = newest;
        return;
    }
    l->same[place] = same;
    while (l->same[place] && l->newest[place - 1] > newest) {
        l->refs[place] = l->refs[place - 1];
        l->newest[place] = l->newest[place - 1];
        place--;
    }
    l->refs[place] = ref;
    l->newest[place] = newest;
    l->kept++;
}

/* The parts of a name that the filter fixes, from the first on. */
static void fixed_parts(const struct km_filter *filter, const char *ret_part[KM_NAME_PARTS])
{
    memset(ret_part, 0, KM_NAME_PARTS * sizeof(*ret_part));
    if (filter->kind == KM_ENTITY_NODE) {
        ret_part[0] = filter->node;
        return;
    }
    ret_part[0] = filter->name_space;
    ret_part[1] = filter->name_space ? filter->pod : NULL;
    if (ret_part[1] && filter->kind == KM_ENTITY_CONTAINER)
        ret_part[2] = filter->container;
}

#define NONE UINT16_MAX

/* The entities of a piece that stand in one shard, as a chain through next. */
struct same_shard {
    uint16_t first[KM_SHARDS];
    uint16_t next[KM_ORDER_PIECE];
};

static void sort_by_shard(const struct km_order_piece *piece, struct same_shard *ret_chains)
{
    memset(ret_chains->first, 0xff, sizeof(ret_chains->first));
    for (size_t i = piece->count; i-- > 0;) {
        unsigned shard = piece->ref[i].slot % KM_SHARDS;

        ret_chains->next[i] = ret_chains->first[shard];
        ret_chains->first[shard] = (uint16_t)i;
    }
}

/*
 * Asks for the memory that looking at the entities, and soon reading them, needs: it lies far
 * apart, and waiting for one after the other would be most of the time a long list takes.
 */
static void fetch_soon(struct km_entity **entity, size_t count)
{
    for (size_t i = 0; i < count; i++)
        km_entity_fetch_newest(entity[i]);
    for (size_t i = 0; i < count; i++)
        km_block_fetch(entity[i]->blocks[entity[i]->n_blocks - 1]);
    for (size_t i = 0; i < count; i++) {
        km_block_fetch_log(entity[i]->blocks[entity[i]->n_blocks - 1]);
        for (int f = 0; f < KM_FACT_COUNT; f++)
            __builtin_prefetch(entity[i]->facts.text[f]);
    }
}

/* Those of one shard that match get the time of their newest row, the others INT64_MIN. */
static void look_at_shard(struct km_shard *shard, const struct km_filter *filter, int64_t now_ms,
                          const struct km_order_piece *piece, const struct same_shard *chains,
                          int64_t *newest)
{
    struct km_entity *entity[KM_ORDER_PIECE];
    uint16_t place[KM_ORDER_PIECE];
    struct km_matcher m;
    size_t n = 0;

    pthread_mutex_lock(&shard->lock);
    for (uint16_t i = chains->first[shard->number]; i != NONE; i = chains->next[i]) {
        newest[i] = INT64_MIN;
        entity[n] = km_index_get(shard, piece->ref[i]);
        place[n] = i;
        n += entity[n] != NULL;
    }
    if (km_matcher_make(shard, filter, now_ms, &m)) {
        fetch_soon(entity, n);
        for (size_t i = 0; i < n; i++) {
            if (km_matcher_fits(shard, &m, entity[i]))
                newest[place[i]] = km_entity_newest(entity[i]);
        }
    }
    pthread_mutex_unlock(&shard->lock);
}

/* Adds those of a piece that match. */
static void add_piece(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                      const struct km_order_piece *piece, struct km_listing *l)
{
    int64_t newest[KM_ORDER_PIECE];
    struct same_shard chains;
    bool same = false; /* as the last one kept: those between that are not do not matter */

    sort_by_shard(piece, &chains);
    for (unsigned i = 0; i < KM_SHARDS; i++) {
        if (chains.first[i] != NONE)
            look_at_shard((struct km_shard *)&store->shard[i], filter, now_ms, piece, &chains,
                          newest);
    }
    for (size_t i = 0; i < piece->count; i++) {
        same = same && piece->same[i];
        if (newest[i] == INT64_MIN)
            continue;
        km_listing_keep(l, piece->ref[i], newest[i], same);
        same = true;
    }
}

bool km_store_next(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                   struct km_cursor *cursor, struct km_ref ret_refs[KM_STORE_PIECE],
                   size_t *ret_count)
{
    struct km_order *order = (struct km_order *)&store->order[filter->kind];
    const char *fixed[KM_NAME_PARTS];
    struct km_order_piece piece;
    int64_t newest[KM_ORDER_PIECE];
    bool same[KM_ORDER_PIECE + 1];
    struct km_listing l = {filter->current, ret_refs, newest, same, 0};

    fixed_parts(filter, fixed);
    km_order_next(order, fixed, cursor, &piece);
    add_piece(store, filter, now_ms, &piece, &l);
    *ret_count = l.kept;
    return piece.count > 0;
}

void km_cursor_set(struct km_cursor *ret_cursor, const char *const part[KM_NAME_PARTS])
{
    *ret_cursor = (struct km_cursor){.begun = true, .slot = UINT32_MAX};
    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        if (part[i])
            strncpy(ret_cursor->part[i], part[i], KM_CURSOR_PART - 1);
    }
}

/* All pieces one after the other. */
static int list_in_order(const struct km_store *store, const struct km_filter *filter,
                         int64_t now_ms, struct km_ref **ret_refs, size_t *ret_count)
{
    km_auto_free struct km_ref *refs = NULL;
    struct km_cursor cursor = KM_CURSOR_START;
    size_t n = 0, room = 0, more;
    bool going_on = true;

    while (going_on) {
        if (room - n < KM_STORE_PIECE) {
            struct km_ref *larger =
                realloc(refs, (room = room * 2 + KM_STORE_PIECE) * sizeof(*refs));

            if (!larger)
                return -ENOMEM;
            refs = larger;
        }
        going_on = km_store_next(store, filter, now_ms, &cursor, refs + n, &more);
        n += more;
    }
    *ret_refs = n ? refs : NULL;
    *ret_count = n;
    if (n)
        refs = NULL;
    return 0;
}

int km_store_list(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                  struct km_ref **ret_refs, size_t *ret_count)
{
    bool one_shard = filter->kind != KM_ENTITY_NODE && filter->node;

    if (one_shard || (filter->pod && !filter->name_space) || (filter->uid && !filter->pod))
        return km_list_by_shard(store, filter, now_ms, ret_refs, ret_count);
    return list_in_order(store, filter, now_ms, ret_refs, ret_count);
}
