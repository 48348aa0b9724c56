/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_INTERN_H
#define KM_API_STORAGE_INTERN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Each text once: names of nodes, namespaces and owners stand in thousands of entities. Texts are
 * counted and compare by address. Not safe for threads: the store's lock guards it.
 */
struct km_intern {
    struct km_interned **table; /* open addressing; NULL is free */
    size_t room, count;
    size_t bytes; /* memory of table and texts */
};

void km_intern_done(struct km_intern *intern);

/* Returns the one copy of text, counted once more, or NULL when memory runs out. */
const char *km_intern_get(struct km_intern *intern, const char *text);

/* Returns the copy of text if there is one, without counting it; else NULL. */
const char *km_intern_find(const struct km_intern *intern, const char *text);

/* Gives one count back; the last one frees the text. NULL is fine. */
void km_intern_put(struct km_intern *intern, const char *text);

/*
 * A hash of 64 bits going on from seed: eight bytes at a time are put in, multiplied and folded, so
 * that each bit of the input reaches the low bits that tables are indexed by. Not for the wire or a
 * disk: it is as the machine orders bytes.
 */
#define KM_HASH_SEED UINT64_C(14695981039346656037)
uint64_t km_hash(uint64_t seed, const void *data, size_t len);

#endif
