/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_queue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct km_gate_queue {
    struct km_gate_job *first, **end;
    size_t count;
};

struct km_gate_queue *km_gate_queue_new(void)
{
    struct km_gate_queue *queue = calloc(1, sizeof(*queue));

    if (queue)
        queue->end = &queue->first;
    return queue;
}

void km_gate_job_free(struct km_gate_job *job)
{
    free(job->token);
    free(job->name_space);
    free(job->waiters);
    free(job);
}

void km_gate_queue_free(struct km_gate_queue *queue)
{
    while (queue && queue->first) {
        struct km_gate_job *job = queue->first;

        km_gate_queue_remove(queue, job);
        km_gate_job_free(job);
    }
    free(queue);
}

static int add_waiter(struct km_gate_job *job, const struct km_gate_waiter *waiter)
{
    struct km_gate_waiter *more;

    if (!waiter)
        return 0;
    if (job->n_waiters == KM_GATE_QUEUE_WAITERS)
        return -EAGAIN;
    more = reallocarray(job->waiters, job->n_waiters + 1, sizeof(*more));
    if (!more)
        return -ENOMEM;
    job->waiters = more;
    more[job->n_waiters++] = *waiter;
    return 0;
}

static struct km_gate_job *copy_of(const struct km_gate_job *job)
{
    struct km_gate_job *copy = calloc(1, sizeof(*copy));

    if (!copy)
        return NULL;
    copy->key = job->key;
    copy->expires_ms = job->expires_ms;
    snprintf(copy->client, sizeof(copy->client), "%s", job->client);
    copy->token = strdup(job->token);
    copy->name_space = job->name_space ? strdup(job->name_space) : NULL;
    if (!copy->token || (job->name_space && !copy->name_space)) {
        km_gate_job_free(copy);
        return NULL;
    }
    return copy;
}

int km_gate_queue_add(struct km_gate_queue *queue, const struct km_gate_job *job,
                      const struct km_gate_waiter *waiter)
{
    struct km_gate_job *mine;
    size_t of_client = 0;
    int r;

    for (struct km_gate_job *j = queue->first; j; j = j->next) {
        if (memcmp(&j->key, &job->key, sizeof(j->key)) == 0)
            return add_waiter(j, waiter);
        of_client += *job->client && strcmp(j->client, job->client) == 0;
    }
    if (queue->count >= KM_GATE_QUEUE_MAX || of_client >= KM_GATE_QUEUE_CLIENT)
        return -EAGAIN;
    mine = copy_of(job);
    r = mine ? add_waiter(mine, waiter) : -ENOMEM;
    if (r < 0) {
        if (mine)
            km_gate_job_free(mine);
        return r;
    }
    *queue->end = mine;
    queue->end = &mine->next;
    queue->count++;
    return 0;
}

struct km_gate_job *km_gate_queue_take(struct km_gate_queue *queue)
{
    struct km_gate_job *job = queue->first;

    while (job && job->taken)
        job = job->next;
    if (job)
        job->taken = true;
    return job;
}

void km_gate_queue_remove(struct km_gate_queue *queue, struct km_gate_job *job)
{
    struct km_gate_job **place = &queue->first;

    while (*place != job)
        place = &(*place)->next;
    *place = job->next;
    if (!job->next)
        queue->end = place;
    queue->count--;
}
