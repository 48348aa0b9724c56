/* SPDX-License-Identifier: Apache-2.0 */
#include "intern.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

struct km_interned {
    uint32_t hash; /* the lower half: texts are compared anyway */
    uint32_t users;
    char text[];
};

#define OWNER(text_)                                                                               \
    ((struct km_interned *)(void *)((char *)(text_)-offsetof(struct km_interned, text)))

/* Bits that look random: the fractions of the golden ratio and of the square root of 2. */
#define FIRST  UINT64_C(0x9e3779b97f4a7c15)
#define SECOND UINT64_C(0x6a09e667f3bcc909)

/* Both halves of a product: each of its bits depends on nearly all of a and b. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *from, size_t len)
{
    uint64_t word = 0;

    memcpy(&word, from, len);
    return word;
}

uint64_t km_hash(uint64_t seed, const void *data, size_t len)
{
    const char *p = data;
    size_t left = len;
    uint64_t a = 0, b = 0;

    for (; left > 16; p += 16, left -= 16)
        seed = fold(load(p, 8) ^ FIRST, load(p + 8, 8) ^ seed);
    /* The rest in two words, which overlap: with the length they say the same bytes. */
    if (left >= 8) {
        a = load(p, 8);
        b = load(p + left - 8, 8);
    } else if (left >= 4) {
        a = load(p, 4);
        b = load(p + left - 4, 4);
    } else if (left > 0) {
        a = (uint64_t)(unsigned char)p[0] << 8 | (unsigned char)p[left - 1];
        b = (unsigned char)p[left / 2];
    }
    return fold(fold(a ^ SECOND, b ^ seed) ^ len, FIRST);
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
           (intern->table[i]->hash != (uint32_t)hash || strcmp(intern->table[i]->text, text) != 0))
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

    if ((intern->count + 1) * 4 > intern->room * 3 && grow(intern) < 0)
        return NULL;
    place = place_of(intern, hash, text);
    one = intern->table[place];
    if (!one) {
        one = malloc(sizeof(*one) + len + 1);
        if (!one)
            return NULL;
        one->hash = (uint32_t)hash;
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
