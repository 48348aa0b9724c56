/* SPDX-License-Identifier: Apache-2.0 */
#include "deadline.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "time_format.h"

/* How often the table is looked through: deadlines are seconds, 10,000 entries take 50 us. */
#define SWEEP_MS 250

struct km_deadline {
    struct km_deadline *next, *previous;
    int fd;
    _Atomic int64_t at_ms; /* steady clock; INT64_MAX when shut down */
};

struct km_deadlines {
    pthread_t thread;
    pthread_mutex_t lock; /* list and stop */
    pthread_cond_t wake;
    bool stop;
    struct km_deadline list; /* a ring with itself as both ends */
    _Atomic uint64_t expired;
};

static void sweep(struct km_deadlines *table, int64_t now_ms)
{
    for (struct km_deadline *d = table->list.next; d != &table->list; d = d->next) {
        int64_t at = d->at_ms;

        /* Only if nobody moved the deadline meanwhile: then there is life in the connection. */
        if (at <= now_ms && atomic_compare_exchange_strong(&d->at_ms, &at, INT64_MAX)) {
            shutdown(d->fd, SHUT_RDWR);
            table->expired++;
        }
    }
}

static void *run(void *arg)
{
    struct km_deadlines *table = arg;

    pthread_mutex_lock(&table->lock);
    while (!table->stop) {
        struct timespec until;

        sweep(table, km_time_steady_ms());
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += SWEEP_MS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        pthread_cond_timedwait(&table->wake, &table->lock, &until);
    }
    pthread_mutex_unlock(&table->lock);
    return NULL;
}

int km_deadlines_new(struct km_deadlines **ret_table)
{
    struct km_deadlines *table = calloc(1, sizeof(*table));
    pthread_condattr_t steady;
    int r;

    if (!table)
        return -ENOMEM;
    table->list.next = table->list.previous = &table->list;
    pthread_mutex_init(&table->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&table->wake, &steady);
    pthread_condattr_destroy(&steady);
    r = pthread_create(&table->thread, NULL, run, table);
    if (r != 0) {
        free(table);
        return -r;
    }
    *ret_table = table;
    return 0;
}

void km_deadlines_free(struct km_deadlines *table)
{
    if (!table)
        return;
    pthread_mutex_lock(&table->lock);
    table->stop = true;
    pthread_cond_signal(&table->wake);
    pthread_mutex_unlock(&table->lock);
    pthread_join(table->thread, NULL);
    pthread_cond_destroy(&table->wake);
    pthread_mutex_destroy(&table->lock);
    free(table);
}

struct km_deadline *km_deadline_add(struct km_deadlines *table, int fd, int64_t timeout_ms)
{
    struct km_deadline *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    d->fd = fd;
    km_deadline_set(d, timeout_ms);
    pthread_mutex_lock(&table->lock);
    d->next = &table->list;
    d->previous = table->list.previous;
    d->previous->next = d;
    table->list.previous = d;
    pthread_mutex_unlock(&table->lock);
    return d;
}

void km_deadline_set(struct km_deadline *deadline, int64_t timeout_ms)
{
    deadline->at_ms = km_time_steady_ms() + timeout_ms;
}

void km_deadline_remove(struct km_deadlines *table, struct km_deadline *deadline)
{
    pthread_mutex_lock(&table->lock);
    deadline->previous->next = deadline->next;
    deadline->next->previous = deadline->previous;
    pthread_mutex_unlock(&table->lock);
    free(deadline);
}

uint64_t km_deadlines_expired(const struct km_deadlines *table)
{
    return table->expired;
}
