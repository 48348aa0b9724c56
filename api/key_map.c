/* SPDX-License-Identifier: Apache-2.0 */
#include "key_map.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct item {
    struct item *next; /* of the same bucket */
    uint64_t hash;
    unsigned generation; /* of the listing that it was put in last */
    void *value;
    char key[];
};

struct km_key_map {
    struct item **buckets;
    size_t n_buckets, count, max; /* n_buckets: a power of two */
    unsigned generation;
};

/* FNV-1a: keys are names from the API server, which nobody chooses to collide in one cluster. */
static uint64_t hash_of(const char *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *key; key++)
        hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

struct km_key_map *km_key_map_new(size_t max)
{
    struct km_key_map *map = calloc(1, sizeof(*map));

    if (!map)
        return NULL;
    map->max = max;
    map->n_buckets = 64;
    map->buckets = calloc(map->n_buckets, sizeof(struct item *));
    if (!map->buckets) {
        free(map);
        return NULL;
    }
    return map;
}

static void item_free(struct item *item)
{
    free(item->value);
    free(item);
}

/* Removes those of other generations; with all, every one. */
static void sweep(struct km_key_map *map, int all)
{
    for (size_t i = 0; i < map->n_buckets; i++) {
        for (struct item **place = &map->buckets[i]; *place;) {
            struct item *item = *place;

            if (!all && item->generation == map->generation) {
                place = &item->next;
                continue;
            }
            *place = item->next;
            item_free(item);
            map->count--;
        }
    }
}

void km_key_map_free(struct km_key_map *map)
{
    if (!map)
        return;
    sweep(map, 1);
    free(map->buckets);
    free(map);
}

/* Where the item with the key is pointed to from, or the end of its bucket. */
static struct item **find(const struct km_key_map *map, const char *key, uint64_t hash)
{
    struct item **place = &map->buckets[hash & (map->n_buckets - 1)];

    while (*place && ((*place)->hash != hash || strcmp((*place)->key, key) != 0))
        place = &(*place)->next;
    return place;
}

void *km_key_map_get(const struct km_key_map *map, const char *key)
{
    const struct item *item = *find(map, key, hash_of(key));

    return item ? item->value : NULL;
}

/* Twice the buckets; without memory it stays as it is, only slower. */
static void grow(struct km_key_map *map)
{
    size_t n = map->n_buckets * 2;
    struct item **buckets = calloc(n, sizeof(*buckets));

    if (!buckets)
        return;
    for (size_t i = 0; i < map->n_buckets; i++) {
        for (struct item *item = map->buckets[i], *next; item; item = next) {
            next = item->next;
            item->next = buckets[item->hash & (n - 1)];
            buckets[item->hash & (n - 1)] = item;
        }
    }
    free(map->buckets);
    map->buckets = buckets;
    map->n_buckets = n;
}

int km_key_map_put(struct km_key_map *map, const char *key, void *value)
{
    uint64_t hash = hash_of(key);
    struct item **place = find(map, key, hash), *item = *place;
    size_t len = strlen(key) + 1;

    if (!item && map->count >= map->max) {
        free(value);
        return -ENOSPC;
    }
    if (!item) {
        item = calloc(1, sizeof(*item) + len);
        if (!item) {
            free(value);
            return -ENOMEM;
        }
        item->hash = hash;
        memcpy(item->key, key, len);
        *place = item;
        map->count++;
    }
    free(item->value);
    item->value = value;
    item->generation = map->generation;
    if (map->count > map->n_buckets)
        grow(map);
    return 0;
}

void km_key_map_remove(struct km_key_map *map, const char *key)
{
    struct item **place = find(map, key, hash_of(key)), *item = *place;

    if (!item)
        return;
    *place = item->next;
    item_free(item);
    map->count--;
}

size_t km_key_map_count(const struct km_key_map *map)
{
    return map->count;
}

void km_key_map_begin(struct km_key_map *map)
{
    map->generation++;
}

void km_key_map_end(struct km_key_map *map)
{
    sweep(map, 0);
}

int km_key_map_each(const struct km_key_map *map,
                    int (*each)(void *arg, const char *key, void *value), void *arg)
{
    int r = 0;

    for (size_t i = 0; i < map->n_buckets; i++) {
        for (struct item *item = map->buckets[i]; item && r == 0; item = item->next)
            r = each(arg, item->key, item->value);
    }
    return r;
}
