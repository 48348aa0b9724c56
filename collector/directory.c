/* SPDX-License-Identifier: Apache-2.0 */
#include "directory.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    const struct km_pod_facts *facts;
    bool seen; /* put since begin */
};

struct km_directory {
    pthread_mutex_t lock;
    struct entry *entries; /* in no order: a node has some hundred pods, and looks rarely */
    size_t count, room;
    _Atomic uint64_t generation;
};

struct km_directory *km_directory_new(void)
{
    struct km_directory *d = calloc(1, sizeof(*d));

    if (d)
        pthread_mutex_init(&d->lock, NULL);
    return d;
}

void km_directory_free(struct km_directory *directory)
{
    if (!directory)
        return;
    for (size_t i = 0; i < directory->count; i++)
        km_pod_facts_unref(directory->entries[i].facts);
    free(directory->entries);
    pthread_mutex_destroy(&directory->lock);
    free(directory);
}

static struct entry *find(struct km_directory *d, const char *uid)
{
    for (size_t i = 0; i < d->count; i++) {
        if (strcmp(d->entries[i].facts->uid, uid) == 0)
            return &d->entries[i];
    }
    return NULL;
}

/* Room for one more, not counted yet. */
static struct entry *add(struct km_directory *d)
{
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 32;
        struct entry *entries = realloc(d->entries, room * sizeof(*entries));

        if (!entries)
            return NULL;
        d->entries = entries;
        d->room = room;
    }
    return &d->entries[d->count];
}

int km_directory_put(struct km_directory *directory, const struct km_pod_facts *facts)
{
    const struct km_pod_facts *copy = km_pod_facts_copy(facts), *old = NULL;
    struct entry *e;

    if (!copy)
        return -ENOMEM;
    pthread_mutex_lock(&directory->lock);
    e = find(directory, facts->uid);
    if (e) {
        old = e->facts;
    } else {
        e = add(directory);
        directory->count += e != NULL;
    }
    if (e) {
        *e = (struct entry){copy, true};
        directory->generation++;
    }
    pthread_mutex_unlock(&directory->lock);
    km_pod_facts_unref(e ? old : copy);
    return e ? 0 : -ENOMEM;
}

static void take_out(struct km_directory *d, struct entry *e)
{
    km_pod_facts_unref(e->facts);
    *e = d->entries[--d->count];
    d->generation++;
}

void km_directory_remove(struct km_directory *directory, const char *uid)
{
    struct entry *e;

    pthread_mutex_lock(&directory->lock);
    e = find(directory, uid);
    if (e)
        take_out(directory, e);
    pthread_mutex_unlock(&directory->lock);
}

void km_directory_begin(struct km_directory *directory)
{
    pthread_mutex_lock(&directory->lock);
    for (size_t i = 0; i < directory->count; i++)
        directory->entries[i].seen = false;
    pthread_mutex_unlock(&directory->lock);
}

void km_directory_end(struct km_directory *directory)
{
    pthread_mutex_lock(&directory->lock);
    for (size_t i = directory->count; i-- > 0;) {
        if (!directory->entries[i].seen)
            take_out(directory, &directory->entries[i]);
    }
    pthread_mutex_unlock(&directory->lock);
}

uint64_t km_directory_generation(const struct km_directory *directory)
{
    return directory->generation;
}

const struct km_pod_facts *km_directory_find(struct km_directory *directory, const char *uid)
{
    const struct km_pod_facts *facts = NULL;
    struct entry *e;

    pthread_mutex_lock(&directory->lock);
    e = find(directory, uid);
    if (e)
        facts = km_pod_facts_ref(e->facts);
    pthread_mutex_unlock(&directory->lock);
    return facts;
}
