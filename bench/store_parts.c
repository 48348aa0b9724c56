/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store keeps of a played cluster, part by part, what storing it costs, and what it costs
 * to sum up 300 pods over all ticks:
 *
 *     store_parts [NODES [PODS [TICKS [CONTAINERS [all|basic]]]]]      200 30 240 0 basic
 *
 * The rows are those of kubemonitor-loadgen. Prints Markdown table lines.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clean.h"
#include "load_body.h"
#include "store_inside.h"
#include "window.h"

#define BEGIN    INT64_C(1800000000000)
#define INTERVAL 5000

#define PODS_SUMMED 300
#define TIMES       20

struct parts {
    size_t entities, names, lists;
    size_t sealed_bytes, sealed_samples, open_bytes, open_samples;
};

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* All blocks of an entity but the newest are sealed, soon after that one has begun. */
static void add_entity(const struct km_entity *e, struct parts *p)
{
    p->entities++;
    p->lists += e->room_blocks * sizeof(struct km_block *);
    for (uint32_t b = 0; b < e->n_blocks; b++) {
        bool open = b + 1 == e->n_blocks;

        *(open ? &p->open_bytes : &p->sealed_bytes) += km_block_size(e->blocks[b]);
        *(open ? &p->open_samples : &p->sealed_samples) += km_block_samples(e->blocks[b]);
    }
}

static void find_parts(const struct km_store *store, struct parts *p)
{
    for (unsigned s = 0; s < KM_SHARDS; s++) {
        const struct km_shard *shard = &store->shard[s];

        p->names += shard->names.bytes;
        for (uint32_t i = 0; i < shard->n_slots; i++) {
            if (shard->slots[i])
                add_entity(shard->slots[i], p);
        }
    }
}

/* Plays all ticks; the CPU time that the store took. */
static int play(struct km_load *load, struct km_store *store, uint32_t nodes, int64_t ticks,
                double *ret_seconds)
{
    double seconds = 0;

    for (int64_t tick = 0; tick < ticks; tick++) {
        for (uint32_t node = 0; node < nodes; node++) {
            int64_t time_ms = BEGIN + tick * INTERVAL + node;
            const struct km_batch *batch = km_load_batch(load, node, time_ms);
            double began = cpu_seconds();
            int r = km_store_append(store, batch, time_ms);

            if (r < 0)
                return r;
            seconds += cpu_seconds() - began;
        }
    }
    *ret_seconds = seconds;
    return 0;
}

/* The least CPU ms of one sum over the window of the first pods; without a metric of all. */
static int sum_window(const struct km_store *store, int64_t ticks, const uint16_t *metric,
                      double *ret_ms)
{
    struct km_grid_query query = {.from_ms = BEGIN,
                                  .to_ms = BEGIN + ticks * INTERVAL,
                                  .step_ms = INTERVAL,
                                  .base_ms = INTERVAL,
                                  .interval_ms = INTERVAL,
                                  .metrics = metric,
                                  .n_metrics = 1};
    struct km_filter filter = {.kind = KM_ENTITY_POD};
    km_auto_free struct km_ref *refs = NULL;
    size_t n;
    int r = km_store_list(store, &filter, query.to_ms, &refs, &n);

    *ret_ms = HUGE_VAL;
    for (int i = 0; r == 0 && i < TIMES; i++) {
        struct km_grid *grid;
        double began = cpu_seconds();

        r = km_grid_sum(store, refs, n < PODS_SUMMED ? n : PODS_SUMMED, &query, &grid);
        if (r == 0)
            km_grid_free(grid);
        *ret_ms = fmin(*ret_ms, (cpu_seconds() - began) * 1e3);
    }
    return r;
}

static int number(int argc, char **argv, int place, int otherwise)
{
    return argc > place ? atoi(argv[place]) : otherwise;
}

int main(int argc, char **argv)
{
    uint32_t nodes = (uint32_t)number(argc, argv, 1, 200);
    int64_t ticks = number(argc, argv, 3, 240);
    struct km_load_config config = {
        .cluster = {1, nodes, (uint32_t)number(argc, argv, 2, 30)},
        .interval_ms = INTERVAL,
        .containers = number(argc, argv, 4, 0) > 0,
        .metrics = argc > 5 && strcmp(argv[5], "all") == 0 ? KM_LOAD_ALL : KM_LOAD_BASIC,
        .start_ms = BEGIN};
    struct km_store_config limits = {.retention_ms = 2 * ticks * INTERVAL,
                                     .memory_limit = (size_t)8 << 30,
                                     .interval_ms = INTERVAL,
                                     .max_entities = 10000000,
                                     .max_keys = 100};
    struct km_store_status status;
    struct km_store *store;
    struct km_load *load;
    struct parts p = {0};
    double seconds = 0, all, sealed, one_ms, all_ms;
    int r = km_store_new(&limits, &store);

    if (r == 0)
        r = km_load_new(&config, &load);
    if (r == 0)
        r = play(load, store, nodes, ticks, &seconds);
    if (r == 0)
        r = sum_window(store, ticks, (const uint16_t[]){KM_CPU_USAGE_USEC}, &one_ms);
    if (r == 0)
        r = sum_window(store, ticks, NULL, &all_ms);
    if (r < 0) {
        fprintf(stderr, "store_parts: %s\n", strerror(-r));
        return 1;
    }
    km_store_get_status(store, &status);
    find_parts(store, &p);
    all = (double)status.samples;
    sealed = (double)p.sealed_samples;
    printf("| samples, of them in sealed blocks | %.0f, %.0f |\n", all, sealed);
    printf("| sealed blocks, bytes for each sample in them | %.3f |\n",
           sealed > 0 ? (double)p.sealed_bytes / sealed : 0.0);
    printf("| open blocks, bytes for each sample in them | %.3f |\n",
           (double)p.open_bytes / (all - sealed));
    printf("| an entity without its blocks and names, bytes | %zu |\n",
           sizeof(struct km_entity) + p.lists / p.entities);
    printf("| names of an entity, bytes | %zu |\n", p.names / p.entities);
    printf("| counted by the store, bytes for each sample | %.3f |\n",
           (double)status.memory_used / all);
    printf("| storing, ns for each sample | %.1f |\n", seconds / all * 1e9);
    printf("| the CPU rate of %d pods summed over all ticks, ms | %.3f |\n", PODS_SUMMED, one_ms);
    printf("| all their numbers, ms | %.3f |\n", all_ms);
    km_load_free(load);
    km_store_free(store);
    return 0;
}
