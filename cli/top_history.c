/* SPDX-License-Identifier: Apache-2.0 */
#include "top_history.h"

#include <stdlib.h>
#include <string.h>

#define KEPT 3 /* readings that a name may miss */

/* FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/); 0 stands for a free entry. */
static uint64_t hash(const char *name)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return h ? h : 1;
}

/* The entry of a key, or the free one where it belongs; room is never full. */
static struct km_top_entry *place_of(struct km_top_entry *entries, size_t room, uint64_t key)
{
    size_t i = (size_t)key & (room - 1);

    while (entries[i].key && entries[i].key != key)
        i = (i + 1) & (room - 1);
    return &entries[i];
}

/* Moves what was seen lately to a table of another size. Returns whether memory sufficed. */
static int rebuild(struct km_top_history *h, size_t room)
{
    struct km_top_entry *entries = calloc(room, sizeof(*entries));
    size_t count = 0;

    if (!entries)
        return 0;
    for (size_t i = 0; i < h->room; i++) {
        const struct km_top_entry *e = &h->entries[i];

        if (!e->key || h->tick - e->last_seen > KEPT)
            continue;
        *place_of(entries, room, e->key) = *e;
        count++;
    }
    free(h->entries);
    h->entries = entries;
    h->room = room;
    h->count = count;
    return 1;
}

void km_top_history_tick(struct km_top_history *h)
{
    h->tick++;
    if (h->room && h->tick % 16 == 0)
        rebuild(h, h->room);
}

void km_top_history_add(struct km_top_history *h, const char *name, double value)
{
    uint64_t key = hash(name);
    struct km_top_entry *e;

    if (h->count * 2 >= h->room && !rebuild(h, h->room ? h->room * 2 : 256))
        return;
    e = place_of(h->entries, h->room, key);
    if (!e->key) {
        *e = (struct km_top_entry){.key = key};
        h->count++;
    }
    e->last_seen = h->tick;
    e->value[e->count++ % KM_TOP_COURSE] = (float)value;
}

size_t km_top_history_get(const struct km_top_history *h, const char *name,
                          double ret_values[KM_TOP_COURSE])
{
    const struct km_top_entry *e = h->room ? place_of(h->entries, h->room, hash(name)) : NULL;
    size_t count;

    if (!e || !e->key)
        return 0;
    count = e->count < KM_TOP_COURSE ? e->count : KM_TOP_COURSE;
    for (size_t i = 0; i < count; i++)
        ret_values[i] = (double)e->value[(e->count - count + i) % KM_TOP_COURSE];
    return count;
}

void km_top_history_done(struct km_top_history *h)
{
    free(h->entries);
    memset(h, 0, sizeof(*h));
}
