/* SPDX-License-Identifier: Apache-2.0 */
#include "labels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 1024

struct object {
    struct object *next; /* of the same bucket */
    uint64_t hash;
    uint32_t round; /* of the list that had it last */
    uint32_t len;
    char text[]; /* len bytes: namespace, name, then keys and values */
};

struct km_labels {
    pthread_rwlock_t lock;
    struct object **buckets; /* a power of two */
    size_t room, count, most, bytes;
    _Atomic size_t refused;
    uint32_t round;
    atomic_bool complete;
    struct km_buf line; /* of the object being put */
};

struct km_labels *km_labels_new(size_t most)
{
    struct km_labels *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->most = most;
    l->room = BUCKETS_MIN;
    l->buckets = calloc(l->room, sizeof(struct object *));
    if (!l->buckets) {
        free(l);
        return NULL;
    }
    pthread_rwlock_init(&l->lock, NULL);
    return l;
}

void km_labels_free(struct km_labels *labels)
{
    if (!labels)
        return;
    for (size_t i = 0; i < labels->room; i++) {
        while (labels->buckets[i]) {
            struct object *o = labels->buckets[i];

            labels->buckets[i] = o->next;
            free(o);
        }
    }
    pthread_rwlock_destroy(&labels->lock);
    km_buf_done(&labels->line);
    free(labels->buckets);
    free(labels);
}

/* FNV-1a over namespace, a zero byte and name. Whoever may make pods could make them collide; that
 * slows the search in one bucket. */
static uint64_t hash_of(const char *name_space, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (const char *p = name_space; *p; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    hash *= UINT64_C(0x100000001b3);
    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

static bool is(const struct object *o, uint64_t hash, const char *name_space, const char *name)
{
    return o->hash == hash && strcmp(o->text, name_space) == 0 &&
           strcmp(o->text + strlen(name_space) + 1, name) == 0;
}

/* Where the pointer to the object is, or would be. */
static struct object **place_of(const struct km_labels *l, uint64_t hash, const char *name_space,
                                const char *name)
{
    struct object **place = &l->buckets[hash & (l->room - 1)];

    while (*place && !is(*place, hash, name_space, name))
        place = &(*place)->next;
    return place;
}

/* Twice the buckets; without memory chains grow longer. */
static void grow(struct km_labels *l)
{
    size_t room = l->room * 2;
    struct object **buckets = calloc(room, sizeof(*buckets));

    if (!buckets)
        return;
    for (size_t i = 0; i < l->room; i++) {
        while (l->buckets[i]) {
            struct object *o = l->buckets[i];

            l->buckets[i] = o->next;
            o->next = buckets[o->hash & (room - 1)];
            buckets[o->hash & (room - 1)] = o;
        }
    }
    free(l->buckets);
    l->buckets = buckets;
    l->room = room;
}

static void drop(struct km_labels *l, struct object **place)
{
    struct object *o = *place;

    *place = o->next;
    l->count--;
    l->bytes -= sizeof(*o) + o->len;
    free(o);
}

/* --- what the watch says -----------------------------------------------------------------------
 */

void km_labels_begin(struct km_labels *labels)
{
    labels->round++;
}

void km_labels_end(struct km_labels *labels)
{
    for (size_t i = 0; i < labels->room; i++) {
        struct object **place = &labels->buckets[i];

        pthread_rwlock_wrlock(&labels->lock);
        while (*place) {
            if ((*place)->round != labels->round)
                drop(labels, place);
            else
                place = &(*place)->next;
        }
        pthread_rwlock_unlock(&labels->lock);
    }
    labels->complete = true;
}

static bool read_names(yyjson_val *object, const char **ret_space, const char **ret_name)
{
    yyjson_val *metadata = yyjson_obj_get(object, "metadata");
    const char *space = yyjson_get_str(yyjson_obj_get(metadata, "namespace"));

    *ret_space = space ? space : "";
    *ret_name = yyjson_get_str(yyjson_obj_get(metadata, "name"));
    return *ret_name && **ret_name;
}

static void write_line(struct km_labels *l, const char *name_space, const char *name,
                       yyjson_val *labels)
{
    yyjson_val *key, *value;
    size_t i, n;

    km_buf_clear(&l->line);
    km_buf_append(&l->line, name_space, strlen(name_space) + 1);
    km_buf_append(&l->line, name, strlen(name) + 1);
    if (!yyjson_is_obj(labels))
        return;
    yyjson_obj_foreach(labels, i, n, key, value)
    {
        size_t len = yyjson_get_len(key) + yyjson_get_len(value) + 2;

        if (!yyjson_is_str(value) || l->line.len + len > KM_LABELS_BYTES)
            continue;
        km_buf_append(&l->line, yyjson_get_str(key), strlen(yyjson_get_str(key)) + 1);
        km_buf_append(&l->line, yyjson_get_str(value), strlen(yyjson_get_str(value)) + 1);
    }
}

void km_labels_put(struct km_labels *labels, yyjson_val *object)
{
    const char *name_space, *name;
    struct object **place, *fresh;
    uint64_t hash;

    if (!read_names(object, &name_space, &name))
        return;
    write_line(labels, name_space, name,
               yyjson_obj_get(yyjson_obj_get(object, "metadata"), "labels"));
    if (labels->line.failed)
        return;
    hash = hash_of(name_space, name);
    place = place_of(labels, hash, name_space, name);
    /* Most changes of a pod are not of its labels. */
    if (*place && (*place)->len == labels->line.len &&
        memcmp((*place)->text, labels->line.data, labels->line.len) == 0) {
        (*place)->round = labels->round;
        return;
    }
    fresh =
        *place || labels->count < labels->most ? malloc(sizeof(*fresh) + labels->line.len) : NULL;
    if (!fresh) {
        labels->refused++;
        return;
    }
    *fresh =
        (struct object){.hash = hash, .round = labels->round, .len = (uint32_t)labels->line.len};
    memcpy(fresh->text, labels->line.data, labels->line.len);
    pthread_rwlock_wrlock(&labels->lock);
    if (*place)
        drop(labels, place);
    fresh->next = *place;
    *place = fresh;
    labels->count++;
    labels->bytes += sizeof(*fresh) + fresh->len;
    if (labels->count > labels->room)
        grow(labels);
    pthread_rwlock_unlock(&labels->lock);
}

void km_labels_remove(struct km_labels *labels, yyjson_val *object)
{
    const char *name_space, *name;
    struct object **place;

    if (!read_names(object, &name_space, &name))
        return;
    place = place_of(labels, hash_of(name_space, name), name_space, name);
    if (!*place)
        return;
    pthread_rwlock_wrlock(&labels->lock);
    drop(labels, place);
    pthread_rwlock_unlock(&labels->lock);
}

/* --- what is asked -----------------------------------------------------------------------------
 */

bool km_labels_complete(const struct km_labels *labels)
{
    return labels->complete;
}

bool km_labels_find(struct km_labels *labels, const char *name_space, const char *name,
                    struct km_buf *ret_copy)
{
    size_t skip = strlen(name_space) + strlen(name) + 2;
    const struct object *o;
    bool found;

    pthread_rwlock_rdlock(&labels->lock);
    o = *place_of(labels, hash_of(name_space, name), name_space, name);
    found = o;
    km_buf_clear(ret_copy);
    if (o)
        km_buf_append(ret_copy, o->text + skip, o->len - skip);
    pthread_rwlock_unlock(&labels->lock);
    return found;
}

const char *km_labels_value(const void *copy, const char *key)
{
    const struct km_buf *labels = copy;
    const char *p = labels->data, *end = p + labels->len;

    while (labels->len > 0 && p < end) {
        const char *value = p + strlen(p) + 1;

        if (strcmp(p, key) == 0)
            return value;
        p = value + strlen(value) + 1;
    }
    return NULL;
}

void km_labels_get_status(struct km_labels *labels, struct km_labels_status *ret_status)
{
    pthread_rwlock_rdlock(&labels->lock);
    *ret_status = (struct km_labels_status){labels->count, labels->bytes, labels->refused};
    pthread_rwlock_unlock(&labels->lock);
}
