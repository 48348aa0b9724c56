/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that asks the Kubernetes API, one question after the other. */
#include <errno.h>
#include <stdio.h>

#include "gate_inside.h"
#include "gate_review.h"
#include "time_format.h"

/* How long an answer holds: a grant no longer than the token, whose time is on the wall clock. */
static void set_times(struct km_gate_entry *entry, const struct km_gate_job *job)
{
    int64_t now_ms = km_time_steady_ms(), wall_ms = km_time_now_ms();
    int64_t left_ms = job->expires_ms - wall_ms;

    if (entry->reason == KM_GATE_REJECTED && left_ms <= 0)
        entry->reason = KM_GATE_EXPIRED;
    if (entry->reason == KM_GATE_GRANTED) {
        entry->ask_again_ms = now_ms + KM_GATE_FRESH_MS;
        entry->ends_ms = now_ms + (left_ms < KM_GATE_HOLD_MS ? left_ms : KM_GATE_HOLD_MS);
    } else {
        entry->ask_again_ms = INT64_MAX;
        entry->ends_ms = now_ms + KM_GATE_REFUSED_MS;
    }
}

/* Notes that there was no answer. True where that is news. The lock is held. */
static bool no_answer(struct km_gate *gate)
{
    bool news = !gate->away && !gate->stopped;

    gate->reviews_failed++;
    gate->away = true;
    gate->away_until_ms = km_time_steady_ms() + KM_GATE_AGAIN_MS;
    return news;
}

static void ask(struct km_gate *gate, struct km_gate_job *job)
{
    struct km_gate_review review = {.token = job->token,
                                    .name_space = job->name_space,
                                    .audience = gate->config.audience,
                                    .account_space = gate->config.account_space,
                                    .account = gate->config.account};
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_gate_entry entry;
    char news[600] = "";
    int r = km_gate_review_ask(gate->client, &review, &entry, &words);

    pthread_mutex_lock(&gate->lock);
    gate->reviews++;
    if (r == 0) {
        if (gate->away)
            snprintf(news, sizeof(news), "the Kubernetes API answers about tokens again");
        gate->away = false;
        set_times(&entry, job);
        /* Without room the waiters find nothing, and are told to come again. */
        km_gate_cache_put(gate->cache, &job->key, &entry, km_time_steady_ms());
    } else if (no_answer(gate)) {
        snprintf(news, sizeof(news),
                 "the Kubernetes API does not answer about tokens: %s; what it has granted holds",
                 words.len ? km_buf_str(&words) : "memory ran out");
    }
    pthread_mutex_unlock(&gate->lock);
    if (*news)
        gate->config.say(news);
}

/* The lock is held, and given up while the waiters are woken. */
static void end_job(struct km_gate *gate, struct km_gate_job *job)
{
    km_gate_queue_remove(gate->queue, job);
    pthread_mutex_unlock(&gate->lock);
    for (size_t i = 0; i < job->n_waiters; i++)
        job->waiters[i].wake(job->waiters[i].arg);
    km_gate_job_free(job);
    pthread_mutex_lock(&gate->lock);
}

void *km_gate_thread(void *arg)
{
    struct km_gate *gate = arg;
    struct km_gate_job *job;

    pthread_mutex_lock(&gate->lock);
    for (;;) {
        job = km_gate_queue_take(gate->queue);
        if (!job && gate->stopped)
            break;
        if (!job) {
            pthread_cond_wait(&gate->work, &gate->lock);
            continue;
        }
        /* While the API is away nobody waits for it: its time limits would add up. */
        if (!gate->stopped && km_time_steady_ms() >= gate->away_until_ms) {
            pthread_mutex_unlock(&gate->lock);
            ask(gate, job);
            pthread_mutex_lock(&gate->lock);
        }
        end_job(gate, job);
    }
    pthread_mutex_unlock(&gate->lock);
    return NULL;
}
