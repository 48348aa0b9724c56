/* SPDX-License-Identifier: Apache-2.0 */
#include "access.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access_cache.h"
#include "text.h"
#include "time_format.h"

#define AGAIN_MS 1000 /* after a question without an answer it is not asked anew for so long */

struct km_access {
    void (*say)(const char *words);
    struct km_kube_client *clients[KM_ACCESS_THREADS]; /* one a thread */
    pthread_t threads[KM_ACCESS_THREADS];
    unsigned n_threads;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work;
    struct km_access_cache *cache;
    size_t waiting;
    bool stopped;
    bool silent; /* the last question had no answer, and that was said */
};

/* What a thread starts with; it gives it back. */
struct start {
    struct km_access *access;
    struct km_kube_client *client;
};

/* Keeps an answer and wakes who waits for it. The lock is held, and given up while they are woken.
 */
static void keep(struct km_access *a, struct km_access_entry *e, enum km_access_answer answer,
                 const char *reason)
{
    struct km_access_waiter *waiters = e->waiters;

    e->waiters = NULL;
    e->answer = answer;
    e->state = KM_ACCESS_ANSWERED;
    e->ends_ms = km_time_steady_ms() + (answer == KM_ACCESS_SILENT ? AGAIN_MS : KM_ACCESS_HOLD_MS);
    snprintf(e->reason, sizeof(e->reason), "%s", reason);
    km_text_trim(e->reason);
    for (const struct km_access_waiter *w = waiters; w; w = w->next)
        a->waiting--;
    pthread_mutex_unlock(&a->lock);
    while (waiters) {
        struct km_access_waiter *w = waiters;

        waiters = w->next;
        w->wake(w->arg);
        free(w);
    }
    pthread_mutex_lock(&a->lock);
}

/* Asks one question. The lock is held, and given up meanwhile; nobody drops an entry that is being
 * asked. */
static void ask(struct km_access *a, struct km_kube_client *client, struct km_access_entry *e)
{
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    bool allowed = false, news;
    char text[600] = "";
    int r;

    pthread_mutex_unlock(&a->lock);
    r = km_kube_access_review_ask(client, e->question, &allowed, &words);
    if (r < 0)
        snprintf(text, sizeof(text), "the Kubernetes API does not say who may read metrics: %s",
                 words.len ? km_buf_str(&words) : strerror(-r));
    pthread_mutex_lock(&a->lock);
    news = (r < 0) != a->silent && !a->stopped;
    a->silent = r < 0;
    keep(a, e,
         r < 0     ? KM_ACCESS_SILENT
         : allowed ? KM_ACCESS_GRANTED
                   : KM_ACCESS_DENIED,
         r == 0 && words.len ? km_buf_str(&words) : "");
    if (news)
        a->say(r < 0 ? text : "the Kubernetes API says again who may read metrics");
}

static void *run(void *arg)
{
    struct start *start = arg;
    struct km_access *a = start->access;
    struct km_kube_client *client = start->client;

    free(start);
    pthread_mutex_lock(&a->lock);
    for (;;) {
        struct km_access_entry *e = km_access_cache_take(a->cache);

        if (e && a->stopped)
            keep(a, e, KM_ACCESS_SILENT, "");
        else if (e)
            ask(a, client, e);
        else if (a->stopped)
            break;
        else
            pthread_cond_wait(&a->work, &a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

static int start_thread(struct km_access *a, const struct km_kube_config *config)
{
    struct start *start = calloc(1, sizeof(*start));
    unsigned n = a->n_threads;

    if (!start || km_kube_client_new(config, &a->clients[n]) < 0) {
        free(start);
        return -ENOMEM;
    }
    *start = (struct start){a, a->clients[n]};
    if (pthread_create(&a->threads[n], NULL, run, start) != 0) {
        km_kube_client_free(a->clients[n]);
        free(start);
        return -ENOMEM;
    }
    a->n_threads++;
    return 0;
}

int km_access_new(const struct km_kube_config *config, void (*say)(const char *words),
                  struct km_access **ret_access)
{
    struct km_access *a = calloc(1, sizeof(*a));
    int r = 0;

    if (!a)
        return -ENOMEM;
    a->say = say;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->work, NULL);
    a->cache = km_access_cache_new();
    if (!a->cache)
        r = -ENOMEM;
    while (r == 0 && a->n_threads < KM_ACCESS_THREADS)
        r = start_thread(a, config);
    if (r < 0) {
        km_access_free(a);
        return r;
    }
    *ret_access = a;
    return 0;
}

void km_access_stop(struct km_access *access)
{
    if (!access)
        return;
    pthread_mutex_lock(&access->lock);
    access->stopped = true;
    pthread_cond_broadcast(&access->work);
    pthread_mutex_unlock(&access->lock);
    for (unsigned i = 0; i < access->n_threads; i++)
        km_kube_client_stop(access->clients[i]);
    for (unsigned i = 0; i < access->n_threads; i++) {
        pthread_join(access->threads[i], NULL);
        km_kube_client_free(access->clients[i]);
    }
    access->n_threads = 0;
}

void km_access_free(struct km_access *access)
{
    if (!access)
        return;
    km_access_stop(access);
    km_access_cache_free(access->cache);
    pthread_cond_destroy(&access->work);
    pthread_mutex_destroy(&access->lock);
    free(access);
}

static bool is_master(const struct km_kube_user *user)
{
    for (size_t i = 0; i < user->n_groups; i++) {
        if (strcmp(user->groups[i], "system:masters") == 0)
            return true;
    }
    return false;
}

/* A question is the body of its review: what differs in anything differs there. */
enum km_access_answer km_access_check(struct km_access *access, const struct km_kube_user *user,
                                      const struct km_kube_access *what, struct km_buf *reason)
{
    km_auto_buf struct km_buf question = KM_BUF_INIT;
    enum km_access_answer answer = KM_ACCESS_ASK;
    const struct km_access_entry *e;

    if (is_master(user))
        return KM_ACCESS_GRANTED;
    km_kube_access_review_write(&question, user, what);
    if (!km_buf_str(&question))
        return KM_ACCESS_SILENT;
    pthread_mutex_lock(&access->lock);
    e = km_access_cache_find(access->cache, question.data, km_time_steady_ms());
    if (e && e->state == KM_ACCESS_ANSWERED) {
        answer = e->answer;
        km_buf_puts(reason, e->reason);
    }
    pthread_mutex_unlock(&access->lock);
    return answer;
}

int km_access_wait(struct km_access *access, const struct km_kube_user *user,
                   const struct km_kube_access *what, void (*wake)(void *arg), void *arg)
{
    km_auto_buf struct km_buf question = KM_BUF_INIT;
    struct km_access_waiter *waiter;
    struct km_access_entry *e = NULL;
    bool answered = false;
    int r = 0;

    km_kube_access_review_write(&question, user, what);
    if (!km_buf_str(&question))
        return -ENOMEM;
    if (question.len > KM_ACCESS_QUESTION)
        return -E2BIG;
    waiter = calloc(1, sizeof(*waiter));
    if (!waiter)
        return -ENOMEM;
    *waiter = (struct km_access_waiter){.wake = wake, .arg = arg};
    pthread_mutex_lock(&access->lock);
    if (access->stopped || access->waiting >= KM_ACCESS_WAITING) {
        r = -EAGAIN;
    } else {
        e = km_access_cache_find(access->cache, question.data, km_time_steady_ms());
        if (!e) {
            e = km_access_cache_ask(access->cache, question.data, km_time_steady_ms());
            pthread_cond_signal(&access->work);
        }
        r = e ? 0 : -ENOMEM;
    }
    if (r == 0) {
        answered = e->state == KM_ACCESS_ANSWERED; /* since it was looked for */
        if (!answered) {
            waiter->next = e->waiters;
            e->waiters = waiter;
            access->waiting++;
        }
    }
    pthread_mutex_unlock(&access->lock);
    if (answered)
        wake(arg);
    if (r < 0 || answered)
        free(waiter);
    return r;
}
