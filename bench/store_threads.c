/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store takes in when several threads store at once:
 *
 *     store_threads [NODES [PODS [TICKS]]]      200 30 240
 *
 * The rows are those of kubemonitor-loadgen. Those of a tick are made first; then all threads store
 * those of their nodes at the same time. Prints a line of a Markdown table for one thread, and for
 * twice as many up to the processors that this process may use: threads, millions of samples a
 * second, CPU time of a sample in ns, how often of 1,000 batches a thread had to wait for a lock,
 * and the second column's ratio to its first line.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "load_body.h"
#include "store.h"

#define BEGIN    INT64_C(1800000000000)
#define INTERVAL 5000

/* A played cluster of one node, so that the batches of a tick can all be held at a time. */
struct player {
    struct km_load *load;
    struct km_batch batch;
    char name[KM_LOAD_NODE_NAME];
};

struct run {
    struct km_store *store;
    struct player *players;
    int nodes, pods, ticks, threads;
    pthread_barrier_t barrier;
};

struct worker {
    struct run *run;
    pthread_t thread;
    int number, error;
    double cpu;     /* seconds in the store */
    long waits;     /* how often it slept in the store: only for a lock */
    double elapsed; /* seconds from the first row of each tick to the last of all threads */
};

static double seconds_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long sleeps(void)
{
    struct rusage usage;

    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

static void make_rows(const struct worker *w, int64_t time_ms)
{
    const struct run *run = w->run;

    for (int i = w->number; i < run->nodes; i += run->threads) {
        struct player *p = &run->players[i];

        p->batch = *km_load_batch(p->load, 0, time_ms + i);
        p->batch.node = p->name;
    }
}

static int store_rows(const struct worker *w, int64_t time_ms)
{
    const struct run *run = w->run;
    int r = 0;

    for (int i = w->number; r == 0 && i < run->nodes; i += run->threads)
        r = km_store_append(run->store, &run->players[i].batch, time_ms + i);
    return r;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    pthread_barrier_t *barrier = &w->run->barrier;

    for (int tick = 0; tick < w->run->ticks; tick++) {
        int64_t time_ms = BEGIN + (int64_t)tick * INTERVAL;
        double cpu, began;
        long waits;

        make_rows(w, time_ms);
        pthread_barrier_wait(barrier);
        waits = sleeps();
        cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        began = seconds_of(CLOCK_MONOTONIC);
        if (w->error == 0)
            w->error = store_rows(w, time_ms);
        w->cpu += seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu;
        w->waits += sleeps() - waits;
        pthread_barrier_wait(barrier);
        w->elapsed += seconds_of(CLOCK_MONOTONIC) - began;
    }
    return NULL;
}

static int make_players(struct run *run)
{
    run->players = calloc((size_t)run->nodes, sizeof(*run->players));
    for (int i = 0; run->players && i < run->nodes; i++) {
        struct km_load_config config = {.cluster = {(uint64_t)i + 1, 1, (uint32_t)run->pods},
                                        .interval_ms = INTERVAL,
                                        .metrics = KM_LOAD_BASIC,
                                        .start_ms = BEGIN};

        km_load_node_name((uint32_t)i, run->players[i].name);
        if (km_load_new(&config, &run->players[i].load) < 0)
            return -1;
    }
    return run->players ? 0 : -1;
}

static void free_players(struct run *run)
{
    for (int i = 0; run->players && i < run->nodes; i++)
        km_load_free(run->players[i].load);
    free(run->players);
}

/* Stores all ticks anew; *ret_rate is millions of samples a second, the first thread's clock. */
static int measure(struct run *run, double *ret_rate)
{
    struct km_store_config limits = {.retention_ms = 2 * (int64_t)run->ticks * INTERVAL,
                                     .memory_limit = (size_t)8 << 30,
                                     .interval_ms = INTERVAL,
                                     .max_entities = 10000000,
                                     .max_keys = 100};
    struct km_store_status status;
    struct worker workers[64] = {0};
    double cpu = 0;
    long waits = 0;
    int r = 0;

    if (km_store_new(&limits, &run->store) < 0)
        return -1;
    if (make_players(run) < 0)
        r = -1;
    pthread_barrier_init(&run->barrier, NULL, (unsigned)run->threads);
    for (int t = 0; r == 0 && t < run->threads; t++) {
        workers[t] = (struct worker){.run = run, .number = t};
        if (pthread_create(&workers[t].thread, NULL, work, &workers[t]) != 0)
            exit(1); /* those that run wait for it at the barrier */
    }
    for (int t = 0; r == 0 && t < run->threads; t++) {
        pthread_join(workers[t].thread, NULL);
        cpu += workers[t].cpu;
        waits += workers[t].waits;
        if (workers[t].error < 0)
            fprintf(stderr, "store_threads: %s\n", strerror(-workers[t].error));
    }
    km_store_get_status(run->store, &status);
    *ret_rate = (double)status.samples / workers[0].elapsed / 1e6;
    printf("| %d | %.1f | %.1f | %.2f |", run->threads, *ret_rate,
           cpu / (double)status.samples * 1e9, 1000.0 * (double)waits / run->nodes / run->ticks);
    pthread_barrier_destroy(&run->barrier);
    free_players(run);
    km_store_free(run->store);
    return r;
}

static int number(int argc, char **argv, int place, int otherwise)
{
    return argc > place ? atoi(argv[place]) : otherwise;
}

int main(int argc, char **argv)
{
    struct run run = {.nodes = number(argc, argv, 1, 200),
                      .pods = number(argc, argv, 2, 30),
                      .ticks = number(argc, argv, 3, 240)};
    cpu_set_t cpus;
    double first = 0, rate;

    sched_getaffinity(0, sizeof(cpus), &cpus);
    for (run.threads = 1; run.threads <= CPU_COUNT(&cpus) && run.threads <= 64; run.threads *= 2) {
        if (measure(&run, &rate) < 0)
            return 1;
        if (run.threads == 1)
            first = rate;
        printf(" %.2f |\n", rate / first);
    }
    return 0;
}
