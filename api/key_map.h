/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_KEY_MAP_H
#define KM_API_KEY_MAP_H

#include <stddef.h>

/*
 * Values by a text, as many as a collection of the Kubernetes API has. A value is one piece of
 * memory that the map frees. The caller brings the lock.
 */
struct km_key_map;

/* max: values held at most. NULL when memory runs out. */
struct km_key_map *km_key_map_new(size_t max);
void km_key_map_free(struct km_key_map *map);

/* The value, or NULL; valid until it is replaced or removed. */
void *km_key_map_get(const struct km_key_map *map, const char *key);

/*
 * Takes the value over, in the place of the one that is there. Returns 0, -ENOSPC where there are
 * max, or -ENOMEM; then the value is freed too.
 */
int km_key_map_put(struct km_key_map *map, const char *key, void *value);
void km_key_map_remove(struct km_key_map *map, const char *key);
size_t km_key_map_count(const struct km_key_map *map);

/* Between begin and end all that there is is put again: what was not is gone at the end. */
void km_key_map_begin(struct km_key_map *map);
void km_key_map_end(struct km_key_map *map);

/* Calls each with every key and value, in no order, until it returns other than 0; returns that. */
int km_key_map_each(const struct km_key_map *map,
                    int (*each)(void *arg, const char *key, void *value), void *arg);

#endif
