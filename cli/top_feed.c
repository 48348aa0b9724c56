/* SPDX-License-Identifier: Apache-2.0 */
#include "top_feed.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "source.h"
#include "window_query.h"

#define COURSE_MS   300000
#define COURSE_ROWS 60

struct km_top_feed {
    struct km_fetch *fetch;
    int64_t interval_ms;
    pthread_t thread;
    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t wake;
    struct km_top question; /* only what km_top_query() and km_top_place() read */
    bool asked, stop;
    struct km_top_snapshot *newest;
    char error[KM_TOP_ERROR];
    int fd;
};

void km_top_snapshot_free(struct km_top_snapshot *s)
{
    if (!s)
        return;
    km_rows_done(&s->rows);
    km_rows_done(&s->course);
    free(s);
}

static int add_row(void *arg, yyjson_val *item)
{
    return km_rows_add(arg, item);
}

/* The sum of the cluster. A server that has no node yet answers zeros, which say as much. */
static int read_totals(struct km_fetch *fetch, struct km_top_totals *t)
{
    yyjson_doc *doc;
    yyjson_val *root;
    int r = km_fetch_get(fetch, "/api/cluster", &doc);

    if (r < 0)
        return r;
    root = yyjson_doc_get_root(doc);
    *t = (struct km_top_totals){
        .nodes = km_source_number(root, "nodes"),
        .stale_nodes = km_source_number(root, "stale_nodes"),
        .pods = km_source_number(root, "pods"),
        .cpu = km_source_number(root, "cpu_usage"),
        .cpu_capacity = km_source_number(root, "cpu/capacity_millicores"),
        .memory = km_source_number(root, "memory/working_set|memory/used"),
        .memory_total = km_source_number(root, "memory/total"),
    };
    yyjson_doc_free(doc);
    return 0;
}

/* The last minutes of an object; a server that keeps less, or has lost it, leaves them out. */
static int read_course(struct km_fetch *fetch, const struct km_top_place *p, struct km_rows *rows)
{
    int64_t step_ms;
    yyjson_doc *doc;
    yyjson_val *row;
    size_t i, n;
    int r = km_window_step(fetch, COURSE_MS, COURSE_ROWS, &step_ms);

    if (r == 0)
        r = km_window_get(fetch, p->of, *p->name_space ? p->name_space : NULL, p->name, COURSE_MS,
                          step_ms, &doc);
    if (r < 0)
        return r == -ENOTCONN || r == -ECANCELED ? r : 0;
    km_rows_init(rows, p->of == &km_subject_node ? km_columns_node_window : km_columns_pod_window);
    yyjson_arr_foreach(yyjson_obj_get(yyjson_doc_get_root(doc), "items"), i, n, row)
    {
        if (r == 0)
            r = km_rows_add(rows, row);
    }
    yyjson_doc_free(doc);
    return r;
}

static int read_all(struct km_fetch *fetch, const struct km_top *question,
                    struct km_top_snapshot *s)
{
    const struct km_top_place *p = km_top_place(question);
    struct km_list_query query = km_top_query(question);
    int r = read_totals(fetch, &s->totals);

    s->generation = question->generation;
    km_rows_init(&s->rows, p->subject->columns);
    if (r == 0)
        r = km_list_each(fetch, &query, add_row, &s->rows, &s->more);
    if (r == 0 && p->of)
        r = read_course(fetch, p, &s->course);
    return r;
}

/* Puts a reading, or why there is none, where the screen takes it. */
static void publish(struct km_top_feed *feed, struct km_top_snapshot *s, int r)
{
    const uint64_t one = 1;

    pthread_mutex_lock(&feed->lock);
    if (r == 0) {
        km_top_snapshot_free(feed->newest);
        feed->newest = s;
        feed->error[0] = '\0';
    } else {
        km_top_snapshot_free(s);
        snprintf(feed->error, sizeof(feed->error), "%s",
                 r == -ENOMEM ? "memory ran out" : km_fetch_error(feed->fetch));
    }
    pthread_mutex_unlock(&feed->lock);
    if (write(feed->fd, &one, sizeof(one)) < 0)
        return; /* its count is full: it is readable anyway */
}

/* Sleeps until the next reading is due or something else is asked for. Returns false to end. */
static bool wait_for_work(struct km_top_feed *feed, const struct timespec *due,
                          struct km_top *ret_question)
{
    bool go_on;
    int r = 0;

    pthread_mutex_lock(&feed->lock);
    while (!feed->stop && !feed->asked && r == 0)
        r = due ? pthread_cond_timedwait(&feed->wake, &feed->lock, due)
                : pthread_cond_wait(&feed->wake, &feed->lock);
    feed->asked = false;
    *ret_question = feed->question;
    go_on = !feed->stop;
    pthread_mutex_unlock(&feed->lock);
    return go_on;
}

static void *feed_thread(void *arg)
{
    struct km_top_feed *feed = arg;
    struct km_top question;
    struct timespec due;
    bool first = true;

    while (wait_for_work(feed, first ? NULL : &due, &question)) {
        struct km_top_snapshot *s = calloc(1, sizeof(*s));

        clock_gettime(CLOCK_MONOTONIC, &due);
        due.tv_sec += feed->interval_ms / 1000;
        due.tv_nsec += feed->interval_ms % 1000 * 1000000;
        if (due.tv_nsec >= 1000000000) {
            due.tv_sec++;
            due.tv_nsec -= 1000000000;
        }
        first = false;
        publish(feed, s, s ? read_all(feed->fetch, &question, s) : -ENOMEM);
    }
    return NULL;
}

/* The thread takes no signals: those of the terminal are for the screen. */
static int start_thread(struct km_top_feed *feed)
{
    sigset_t all, before;
    int r;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    r = pthread_create(&feed->thread, NULL, feed_thread, feed);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -r;
}

int km_top_feed_start(struct km_fetch *fetch, int64_t interval_ms, struct km_top_feed **ret_feed)
{
    struct km_top_feed *feed = calloc(1, sizeof(*feed));
    pthread_condattr_t steady;
    int r;

    if (!feed)
        return -ENOMEM;
    feed->fetch = fetch;
    feed->interval_ms = interval_ms;
    feed->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (feed->fd < 0) {
        r = -errno;
        free(feed);
        return r;
    }
    pthread_mutex_init(&feed->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&feed->wake, &steady);
    pthread_condattr_destroy(&steady);
    r = start_thread(feed);
    if (r < 0) {
        close(feed->fd);
        free(feed);
        return r;
    }
    *ret_feed = feed;
    return 0;
}

void km_top_feed_ask(struct km_top_feed *feed, const struct km_top *top)
{
    pthread_mutex_lock(&feed->lock);
    feed->question = *top;
    feed->question.rows = NULL;
    feed->question.lines = NULL;
    feed->asked = true;
    pthread_cond_signal(&feed->wake);
    pthread_mutex_unlock(&feed->lock);
}

int km_top_feed_fd(const struct km_top_feed *feed)
{
    return feed->fd;
}

struct km_top_snapshot *km_top_feed_take(struct km_top_feed *feed, char ret_error[KM_TOP_ERROR])
{
    struct km_top_snapshot *newest;
    uint64_t count;

    if (read(feed->fd, &count, sizeof(count)) < 0) {
        ret_error[0] = '\0';
        return NULL;
    }
    pthread_mutex_lock(&feed->lock);
    newest = feed->newest;
    feed->newest = NULL;
    memcpy(ret_error, feed->error, KM_TOP_ERROR);
    pthread_mutex_unlock(&feed->lock);
    return newest;
}

void km_top_feed_stop(struct km_top_feed *feed)
{
    pthread_mutex_lock(&feed->lock);
    feed->stop = true;
    pthread_cond_signal(&feed->wake);
    pthread_mutex_unlock(&feed->lock);
    km_fetch_cancel(feed->fetch);
    pthread_join(feed->thread, NULL);
    km_top_snapshot_free(feed->newest);
    pthread_cond_destroy(&feed->wake);
    pthread_mutex_destroy(&feed->lock);
    close(feed->fd);
    free(feed);
}
