/* SPDX-License-Identifier: Apache-2.0 */
#include "intern.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

struct km_interned {
    uint64_t hash;
    uint32_t users;
    char text[];
};

#define OWNER(text_)                                                                               \
    ((struct km_interned *)(void *)((char *)(text_)-offsetof(struct km_interned, text)))

/* An odd multiplier whose bits look random: 2^64 divided by the golden ratio. */
static uint64_t mix(uint64_t value)
{
    value *= UINT64_C(0x9e3779b97f4a7c15);
    return value ^ value >> 32;
}

uint64_t km_hash(uint64_t seed, const void *data, size_t len)
{
    const char *p = data;
    uint64_t word;

    for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
        memcpy(&word, p, sizeof(word));
        seed = mix(seed ^ word);
    }
    word = len; /* "a" and "a\0" differ */
    memcpy((char *)&word + 1, p, len);
    return mix(seed ^ word);
}

void km_intern_done(struct km_intern *intern)
{
    for (size_t i = 0; i < intern->room; i++)
        free(intern->table[i]);
    free(intern->table);
    *intern = (struct km_intern){0};
}

/* Where text stands, or the free place where it would. The table always has a free place. */
static size_t place_of(const struct km_intern *intern, uint64_t hash, const char *text)
{
    size_t i = (size_t)hash & (intern->room - 1);

    while (intern->table[i] &&
           (intern->table[i]->hash != hash || strcmp(intern->table[i]->text, text) != 0))
        i = (i + 1) & (intern->room - 1);
    return i;
}

static int grow(struct km_intern *intern)
{
    struct km_intern bigger = *intern;

    bigger.room = intern->room ? intern->room * 2 : 64;
    bigger.table = calloc(bigger.room, sizeof(*bigger.table));
    if (!bigger.table)
        return -1;
    for (size_t i = 0; i < intern->room; i++) {
        struct km_interned *one = intern->table[i];

        if (one)
            bigger.table[place_of(&bigger, one->hash, one->text)] = one;
    }
    bigger.bytes += (bigger.room - intern->room) * sizeof(*bigger.table);
    free(intern->table);
    *intern = bigger;
    return 0;
}

const char *km_intern_get(struct km_intern *intern, const char *text)
{
    size_t len = strlen(text);
    uint64_t hash = km_hash(KM_HASH_SEED, text, len);
    struct km_interned *one;
    size_t place;

    if ((intern->count + 1) * 2 > intern->room && grow(intern) < 0)
        return NULL;
    place = place_of(intern, hash, text);
    one = intern->table[place];
    if (!one) {
        one = malloc(sizeof(*one) + len + 1);
        if (!one)
            return NULL;
        one->hash = hash;
        one->users = 0;
        memcpy(one->text, text, len + 1);
        intern->table[place] = one;
        intern->count++;
        intern->bytes += malloc_usable_size(one) + sizeof(size_t);
    }
    one->users++;
    return one->text;
}

const char *km_intern_find(const struct km_intern *intern, const char *text)
{
    size_t place;

    if (!intern->room)
        return NULL;
    place = place_of(intern, km_hash(KM_HASH_SEED, text, strlen(text)), text);
    return intern->table[place] ? intern->table[place]->text : NULL;
}

void km_intern_put(struct km_intern *intern, const char *text)
{
    struct km_interned *one;
    size_t hole, i;

    if (!text)
        return;
    one = OWNER(text);
    if (--one->users)
        return;
    hole = place_of(intern, one->hash, one->text);
    intern->table[hole] = NULL;
    intern->count--;
    intern->bytes -= malloc_usable_size(one) + sizeof(size_t);
    free(one);
    /* What stood behind the hole because its place was taken moves up into it. */
    for (i = (hole + 1) & (intern->room - 1); intern->table[i]; i = (i + 1) & (intern->room - 1)) {
        struct km_interned *next = intern->table[i];

        intern->table[i] = NULL;
        intern->table[place_of(intern, next->hash, next->text)] = next;
    }
}
