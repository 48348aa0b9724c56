/* SPDX-License-Identifier: Apache-2.0 */
/* Members outside the catalogue. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"

int km_keys_find(const struct km_store *store, const struct km_extra *extra)
{
    uint32_t n = atomic_load_explicit(&store->n_keys, memory_order_acquire);

    for (uint32_t i = 0; i < n; i++) {
        const struct km_key *k = &store->keys[i];

        if (k->group == extra->group && strncmp(k->key, extra->key, extra->key_len) == 0 &&
            k->key[extra->key_len] == '\0')
            return (int)(KM_METRIC_COUNT + i);
    }
    return -1;
}

int km_keys_need(const struct km_store *store, const struct km_extra *extra,
                 struct km_new_keys *keys)
{
    if (km_keys_find(store, extra) >= 0)
        return 0;
    for (uint32_t i = 0; i < keys->count; i++) {
        const struct km_extra *known = keys->key[i];

        if (known->group == extra->group && known->key_len == extra->key_len &&
            memcmp(known->key, extra->key, extra->key_len) == 0)
            return 0;
    }
    if (keys->count == KM_ROW_MAX)
        return -ENOSPC;
    keys->key[keys->count++] = extra;
    return 0;
}

static int add_keys(struct km_store *store, const struct km_new_keys *keys)
{
    uint32_t n = store->n_keys;

    for (uint32_t i = 0; i < keys->count; i++) {
        const struct km_extra *extra = keys->key[i];
        char *key;

        if (km_keys_find(store, extra) >= 0)
            continue;
        if (n == store->config.max_keys)
            return -ENOSPC;
        key = strndup(extra->key, extra->key_len);
        if (!key)
            return -ENOMEM;
        store->keys[n++] = (struct km_key){key, extra->group};
        atomic_fetch_add_explicit(&store->bytes, extra->key_len + 1 + sizeof(size_t),
                                  memory_order_relaxed);
        atomic_store_explicit(&store->n_keys, n, memory_order_release);
    }
    return 0;
}

/* How many of the keys nobody has added meanwhile. */
static uint32_t count_new(const struct km_store *store, const struct km_new_keys *keys)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < keys->count; i++)
        count += km_keys_find(store, keys->key[i]) < 0;
    return count;
}

int km_keys_add(struct km_store *store, const struct km_new_keys *keys)
{
    int r;

    if (keys->count == 0)
        return 0;
    pthread_mutex_lock(&store->keys_lock);
    r = count_new(store, keys) > store->config.max_keys - store->n_keys ? -ENOSPC
                                                                        : add_keys(store, keys);
    pthread_mutex_unlock(&store->keys_lock);
    return r;
}
