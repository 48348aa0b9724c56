/* SPDX-License-Identifier: Apache-2.0 */
#include "access_cache.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096 /* a power of two */

struct km_access_cache {
    struct km_access_entry *buckets[BUCKETS];
    size_t count;
    size_t hand; /* the bucket to look at next where something has to go */
    struct km_access_entry *first_work, **last_work;
};

struct km_access_cache *km_access_cache_new(void)
{
    struct km_access_cache *c = calloc(1, sizeof(*c));

    if (c)
        c->last_work = &c->first_work;
    return c;
}

void km_access_cache_free(struct km_access_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (cache->buckets[i]) {
            struct km_access_entry *e = cache->buckets[i];

            cache->buckets[i] = e->next;
            free(e);
        }
    }
    free(cache);
}

static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static bool is_old(const struct km_access_entry *e, int64_t now_ms)
{
    return e->state == KM_ACCESS_ANSWERED && now_ms >= e->ends_ms;
}

static struct km_access_entry **place_of(struct km_access_cache *c, uint64_t hash,
                                         const char *question)
{
    struct km_access_entry **place = &c->buckets[hash % BUCKETS];

    while (*place && ((*place)->hash != hash || strcmp((*place)->question, question) != 0))
        place = &(*place)->next;
    return place;
}

static void drop(struct km_access_cache *c, struct km_access_entry **place)
{
    struct km_access_entry *e = *place;

    *place = e->next;
    c->count--;
    free(e);
}

struct km_access_entry *km_access_cache_find(struct km_access_cache *cache, const char *question,
                                             int64_t now_ms)
{
    struct km_access_entry *e = *place_of(cache, hash_of(question), question);

    return e && !is_old(e, now_ms) ? e : NULL;
}

/* Drops answers that hold no longer, or where any is set one that does; the hand goes round. */
static bool make_room(struct km_access_cache *c, int64_t now_ms, bool any)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct km_access_entry **place = &c->buckets[c->hand];
        size_t before = c->count;

        c->hand = (c->hand + 1) % BUCKETS;
        while (*place) {
            if (is_old(*place, now_ms) || (any && (*place)->state == KM_ACCESS_ANSWERED))
                drop(c, place);
            else
                place = &(*place)->next;
        }
        if (c->count < before && any)
            return true;
    }
    return c->count < KM_ACCESS_KEPT_MAX;
}

struct km_access_entry *km_access_cache_ask(struct km_access_cache *cache, const char *question,
                                            int64_t now_ms)
{
    uint64_t hash = hash_of(question);
    struct km_access_entry **place = place_of(cache, hash, question), *e;
    size_t len = strlen(question);

    if (*place)
        drop(cache, place);
    if (cache->count >= KM_ACCESS_KEPT_MAX && !make_room(cache, now_ms, false) &&
        !make_room(cache, now_ms, true))
        return NULL;
    e = calloc(1, sizeof(*e) + len + 1);
    if (!e)
        return NULL;
    memcpy(e->question, question, len + 1);
    e->len = len;
    e->hash = hash;
    e->next = cache->buckets[hash % BUCKETS];
    cache->buckets[hash % BUCKETS] = e;
    cache->count++;
    *cache->last_work = e;
    cache->last_work = &e->next_work;
    return e;
}

struct km_access_entry *km_access_cache_take(struct km_access_cache *cache)
{
    struct km_access_entry *e = cache->first_work;

    if (!e)
        return NULL;
    cache->first_work = e->next_work;
    if (!cache->first_work)
        cache->last_work = &cache->first_work;
    e->next_work = NULL;
    e->state = KM_ACCESS_ASKED;
    return e;
}

size_t km_access_cache_count(const struct km_access_cache *cache)
{
    return cache->count;
}
