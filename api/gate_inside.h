/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_GATE_INSIDE_H
#define KM_API_GATE_INSIDE_H

/* What the files of the gate share; nobody else includes it. */

#include <pthread.h>

#include "gate_queue.h"
#include "kube_client.h"
#include "token_file.h"

#define KM_GATE_AGAIN_MS 1000 /* after a question without an answer none is asked for so long */
#define KM_GATE_NOTED    512  /* refusals remembered as logged; then the oldest is forgotten */

struct km_gate {
    struct km_gate_config config;
    struct km_kube_client *client; /* NULL: the Kubernetes API is not asked */
    pthread_t thread;
    bool has_thread;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work;
    struct km_token_file posters, readers;
    struct km_gate_cache *cache;
    struct km_gate_queue *queue;
    bool stopped;
    bool away;             /* the last question had no answer, and that was said */
    int64_t away_until_ms; /* steady clock */
    uint64_t granted, refused[KM_GATE_REASONS], reviews, reviews_failed;
    struct {
        enum km_gate_reason reason;
        char client[64];
    } noted[KM_GATE_NOTED];
    size_t n_noted;
};

/* Asks what is queued until the gate is stopped, then wakes whoever waits. arg is the gate.
 * (gate_thread.c) */
void *km_gate_thread(void *arg);

/* Counts an answer; the lock is held. True where it is a refusal that is to be logged: then,
 * without the lock, km_gate_say_refusal(). (gate_count.c) */
bool km_gate_count(struct km_gate *gate, const char *client, const struct km_gate_answer *answer);
void km_gate_say_refusal(const struct km_gate *gate, const char *client, bool ingest,
                         const struct km_gate_answer *answer);

#endif
