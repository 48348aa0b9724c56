/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_ACCESS_CACHE_H
#define KM_METRICS_ACCESS_CACHE_H

#include "access.h"

/*
 * The answers to questions, by their text, and who waits for those that are being asked. Pure: the
 * caller brings the time and the lock.
 */
struct km_access_cache;

struct km_access_waiter {
    void (*wake)(void *arg);
    void *arg;
    struct km_access_waiter *next;
};

enum km_access_state { KM_ACCESS_QUEUED, KM_ACCESS_ASKED, KM_ACCESS_ANSWERED };

/* A question and what is known of it. */
struct km_access_entry {
    struct km_access_entry *next;      /* of the same bucket */
    struct km_access_entry *next_work; /* of the queue */
    uint64_t hash;
    enum km_access_state state;
    enum km_access_answer answer; /* where answered */
    int64_t ends_ms;
    char reason[160];
    struct km_access_waiter *waiters;
    size_t len;
    char question[]; /* zero-terminated */
};

struct km_access_cache *km_access_cache_new(void);        /* NULL when memory runs out */
void km_access_cache_free(struct km_access_cache *cache); /* nobody may wait any more */

/* The question's entry where it is queued, asked, or was answered and still holds; else NULL. */
struct km_access_entry *km_access_cache_find(struct km_access_cache *cache, const char *question,
                                             int64_t now_ms);

/* Makes an entry for a question that has none, or whose answer holds no longer, and queues it.
 * Where the cache is full those that hold no longer go, then any. NULL when memory runs out, or all
 * are being asked. */
struct km_access_entry *km_access_cache_ask(struct km_access_cache *cache, const char *question,
                                            int64_t now_ms);

/* The oldest question that is queued, asked from now on; NULL where there is none. */
struct km_access_entry *km_access_cache_take(struct km_access_cache *cache);

size_t km_access_cache_count(const struct km_access_cache *cache);

#endif
