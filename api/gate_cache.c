/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_cache.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define BUCKETS 4096

struct item {
    struct item *next;
    struct km_gate_key key;
    struct km_gate_entry entry;
};

struct km_gate_cache {
    struct item *buckets[BUCKETS];
    size_t count;
};

int km_gate_key(const char *token, const char *name_space, struct km_gate_key *ret_key)
{
    km_auto_buf struct km_buf text = KM_BUF_INIT;

    /* "p" TOKEN, or "r" NAMESPACE 0 TOKEN: no two purposes make the same text. */
    km_buf_putc(&text, name_space ? 'r' : 'p');
    if (name_space)
        km_buf_append(&text, name_space, strlen(name_space) + 1);
    km_buf_puts(&text, token);
    if (text.failed)
        return -ENOMEM;
    return gnutls_hash_fast(GNUTLS_DIG_SHA256, text.data, text.len, ret_key->bytes) < 0 ? -EIO : 0;
}

struct km_gate_cache *km_gate_cache_new(void)
{
    return calloc(1, sizeof(struct km_gate_cache));
}

/* Drops the entries that ended, or with refusals all that do not grant. */
static void sweep(struct km_gate_cache *cache, int64_t now_ms, bool refusals)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct item **place = &cache->buckets[i]; *place;) {
            struct item *item = *place;

            if (item->entry.ends_ms > now_ms &&
                !(refusals && item->entry.reason != KM_GATE_GRANTED)) {
                place = &item->next;
                continue;
            }
            *place = item->next;
            free(item);
            cache->count--;
        }
    }
}

void km_gate_cache_free(struct km_gate_cache *cache)
{
    if (!cache)
        return;
    sweep(cache, INT64_MAX, true);
    free(cache);
}

/* The hash is as good as random: its first bytes choose the bucket. */
static struct item **bucket_of(struct km_gate_cache *cache, const struct km_gate_key *key)
{
    return &cache->buckets[(key->bytes[0] << 8 | key->bytes[1]) % BUCKETS];
}

static struct item *find(struct km_gate_cache *cache, const struct km_gate_key *key)
{
    struct item *item = *bucket_of(cache, key);

    while (item && memcmp(&item->key, key, sizeof(*key)) != 0)
        item = item->next;
    return item;
}

struct km_gate_entry *km_gate_cache_find(struct km_gate_cache *cache, const struct km_gate_key *key,
                                         int64_t now_ms)
{
    struct item *item = find(cache, key);

    return item && item->entry.ends_ms > now_ms ? &item->entry : NULL;
}

int km_gate_cache_put(struct km_gate_cache *cache, const struct km_gate_key *key,
                      const struct km_gate_entry *entry, int64_t now_ms)
{
    struct item *item = find(cache, key), **bucket = bucket_of(cache, key);

    if (item) {
        item->entry = *entry;
        return 0;
    }
    if (cache->count >= KM_GATE_CACHE_MAX)
        sweep(cache, now_ms, false);
    if (cache->count >= KM_GATE_CACHE_MAX)
        sweep(cache, now_ms, true);
    if (cache->count >= KM_GATE_CACHE_MAX)
        return -ENOSPC;
    item = malloc(sizeof(*item));
    if (!item)
        return -ENOMEM;
    item->key = *key;
    item->entry = *entry;
    item->next = *bucket;
    *bucket = item;
    cache->count++;
    return 0;
}

size_t km_gate_cache_count(const struct km_gate_cache *cache)
{
    return cache->count;
}
