/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_GATE_QUEUE_H
#define KM_API_GATE_QUEUE_H

#include "gate_cache.h"

/*
 * Tokens that are to be asked about, each once however many wait for it, and who waits. Pure: the
 * caller brings the lock, and a thread that takes one job after the other.
 */
struct km_gate_queue;

/* Bounds on what strangers can make wait: jobs in all, jobs of one client, waiters of one job. */
#define KM_GATE_QUEUE_MAX     1024
#define KM_GATE_QUEUE_CLIENT  16
#define KM_GATE_QUEUE_WAITERS 256

struct km_gate_waiter {
    void (*wake)(void *arg);
    void *arg;
};

struct km_gate_job {
    struct km_gate_job *next;
    struct km_gate_key key;
    char *token, *name_space; /* name_space NULL: to post */
    char client[64];          /* who asked first; "": nobody, a grant is made fresh */
    int64_t expires_ms;       /* Unix time that the token says of itself; INT64_MAX: none */
    bool taken;
    struct km_gate_waiter *waiters;
    size_t n_waiters;
};

struct km_gate_queue *km_gate_queue_new(void); /* NULL when memory runs out */
void km_gate_queue_free(struct km_gate_queue *queue);

/*
 * Adds what is to be asked, or joins the job that is there; waiter may be NULL. client and the
 * strings are copied. Returns 0, -EAGAIN where a bound would be passed, or -ENOMEM.
 */
int km_gate_queue_add(struct km_gate_queue *queue, const struct km_gate_job *job,
                      const struct km_gate_waiter *waiter);

/* The oldest job that was not taken, which now is, or NULL. It stays in the queue, for others to
 * join, until it is removed. */
struct km_gate_job *km_gate_queue_take(struct km_gate_queue *queue);

/* Takes a job out of the queue; the caller wakes its waiters and frees it. */
void km_gate_queue_remove(struct km_gate_queue *queue, struct km_gate_job *job);
void km_gate_job_free(struct km_gate_job *job);

#endif
