/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_GATE_CACHE_H
#define KM_API_GATE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate.h"

/*
 * What the Kubernetes API has said about tokens. No token is kept, only its hash: SHA-256, so that
 * nobody makes a second token of the same one. Pure: the caller brings the time and the lock.
 */
struct km_gate_cache;

/* Most entries: two tokens an hour of each collector in a cluster of 5000 nodes, and readers. */
#define KM_GATE_CACHE_MAX 32768

struct km_gate_key {
    unsigned char bytes[32];
};

struct km_gate_entry {
    enum km_gate_reason reason; /* KM_GATE_GRANTED, or why it is refused */
    char node[254];             /* of a poster's grant: whose data; "": any */
    char words[128];            /* of a refusal: more about it */
    int64_t ask_again_ms;       /* it goes on to hold, but should be asked for anew; steady clock */
    int64_t ends_ms;            /* it holds no longer; steady clock */
};

/* The key of a token for a purpose: to post (name_space NULL), to read all (""), or of one
 * namespace. */
int km_gate_key(const char *token, const char *name_space, struct km_gate_key *ret_key);

struct km_gate_cache *km_gate_cache_new(void); /* NULL when memory runs out */
void km_gate_cache_free(struct km_gate_cache *cache);

/* What is known, or NULL; valid until the next put. The caller may move ask_again_ms. */
struct km_gate_entry *km_gate_cache_find(struct km_gate_cache *cache, const struct km_gate_key *key,
                                         int64_t now_ms);

/*
 * Takes an entry in the place of the one that is there. Where the cache is full, those that have
 * ended go, then refusals, of which a stranger can make as many as he likes; grants stay. Returns
 * 0, -ENOSPC or -ENOMEM.
 */
int km_gate_cache_put(struct km_gate_cache *cache, const struct km_gate_key *key,
                      const struct km_gate_entry *entry, int64_t now_ms);

size_t km_gate_cache_count(const struct km_gate_cache *cache);

#endif
