/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that can be asked of a store at once: meant to be run with the thread sanitizer. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pass.h"
#include "store.h"
#include "window.h"

#define NOW     INT64_C(1800000000000)
#define TICKS   400
#define NODES   6
#define PODS    8
#define WRITERS 3
#define READERS 3

struct test {
    struct km_store *store;
    _Atomic int64_t now;
    atomic_int begun, ended; /* writers */
    atomic_int torn;         /* rows that nobody wrote */
};

/* All values of a row are the same number, so that a torn row would show. */
static void fill(struct km_sample *sample, int64_t time_ms, int64_t value)
{
    km_sample_clear(sample);
    sample->time_ms = time_ms;
    km_sample_set(sample, KM_DISK_READ_BYTES, value);
    km_sample_set(sample, KM_MEM_USAGE, value);
    km_sample_set(sample, KM_MEM_RSS, value);
    km_sample_set(sample, KM_NET_RX_BYTES, value);
}

static bool is_whole(const struct km_row *row)
{
    for (unsigned i = 1; i < row->count; i++) {
        if (row->value[i] != row->value[0])
            return false;
    }
    return row->count == 0 || row->value[0] == row->time_ms - NOW;
}

static void append_node(struct test *t, int node, int tick)
{
    static const char *const phases[] = {"Pending", "Running", "Succeeded"};
    struct km_extra extra = {KM_GROUP_MEMORY, "extra", 5, tick * INT64_C(5000)};
    struct km_pod pods[PODS];
    struct km_container containers[PODS];
    char node_name[32], names[PODS][32], ids[PODS][32];
    struct km_batch batch = {.node = node_name, .has_node = true, .pods = pods, .n_pods = PODS};
    int64_t time_ms = NOW + tick * 5000;

    snprintf(node_name, sizeof(node_name), "node-%d", node);
    fill(&batch.reading.sample, time_ms, tick * 5000);
    for (int p = 0; p < PODS; p++) {
        /* Some pods are made again under their old name, on another node. */
        snprintf(names[p], sizeof(names[p]), "pod-%d", p < 2 ? p : node * PODS + p);
        snprintf(ids[p], sizeof(ids[p]), "%d-%d-%d", node, p, tick / (20 + p * 10));
        km_pod_init(&pods[p]);
        pods[p].name = names[p];
        pods[p].uid = ids[p];
        pods[p].name_space = p % 2 ? "odd" : "even";
        pods[p].phase = phases[tick / 7 % 3];
        fill(&pods[p].reading.sample, time_ms, tick * 5000);
        km_container_init(&containers[p]);
        containers[p].name = tick % 5 ? "main" : NULL;
        containers[p].id = ids[p];
        fill(&containers[p].reading.sample, time_ms, tick * 5000);
        pods[p].containers = &containers[p];
        pods[p].n_containers = 1;
    }
    pods[PODS - 1].reading.extra = &extra;
    pods[PODS - 1].reading.n_extra = 1;
    assert_int_equal(km_store_append(t->store, &batch, time_ms), 0);
}

static void *write_nodes(void *arg)
{
    struct test *t = arg;
    int writer = atomic_fetch_add(&t->begun, 1);

    for (int tick = 0; tick < TICKS; tick++) {
        for (int node = writer; node < NODES; node += WRITERS)
            append_node(t, node, tick);
        atomic_store(&t->now, NOW + tick * 5000);
    }
    atomic_fetch_add(&t->ended, 1);
    return NULL;
}

static int check_row(void *arg, const struct km_row *row)
{
    struct test *t = arg;

    if (!is_whole(row))
        atomic_fetch_add(&t->torn, 1);
    return 0;
}

static void read_entities(struct test *t, const struct km_ref *refs, size_t n, int64_t now)
{
    struct km_grid_query query = {now - 300000, now, 10000, 5000, 5000, NULL, 0, 0};
    struct km_view *view = malloc(sizeof(*view));
    struct km_grid *grid;

    for (size_t i = 0; i < n; i++) {
        if (km_store_view(t->store, refs[i], view) == 0) {
            check_row(t, &view->last);
            if (view->has_previous)
                check_row(t, &view->previous);
        }
        if (i % 16 == 0)
            km_store_scan(t->store, refs[i], now - 1000000, now, check_row, t);
    }
    free(view);
    if (km_grid_sum(t->store, refs, n < 20 ? n : 20, &query, &grid) == 0)
        km_grid_free(grid);
}

static int meet(void *arg, const struct km_met *met)
{
    check_row(arg, met->last);
    return met->previous ? check_row(arg, met->previous) : 0;
}

static void read_once(struct test *t, unsigned *seed)
{
    static const char *const spaces[] = {NULL, "odd", "even"};
    int64_t now = atomic_load(&t->now);
    struct km_filter filter = {.kind = (enum km_entity_kind)(rand_r(seed) % 3),
                               .current = rand_r(seed) % 2};
    struct km_cursor cursor = KM_CURSOR_START;
    struct km_ref piece[KM_STORE_PIECE], *refs = NULL;
    struct km_store_status status;
    size_t n;

    filter.name_space = filter.kind == KM_ENTITY_NODE ? NULL : spaces[rand_r(seed) % 3];
    if (rand_r(seed) % 4 == 0)
        filter.node = "node-1";
    if (rand_r(seed) % 4 == 0 && filter.kind != KM_ENTITY_NODE)
        filter.pod = "pod-1";
    if (km_store_list(t->store, &filter, now, &refs, &n) == 0)
        read_entities(t, refs, n, now);
    free(refs);
    while (km_store_next(t->store, &filter, now, &cursor, piece, &n))
        ;
    filter.contains = rand_r(seed) % 2 ? "-1" : NULL;
    assert_int_equal(km_pass_all(t->store, &filter, now, KM_PASS_BOTH, meet, t), 0);
    km_store_expire(t->store, now);
    km_store_get_status(t->store, &status);
}

static void *read_all(void *arg)
{
    struct test *t = arg;
    unsigned seed = (unsigned)(uintptr_t)pthread_self();

    while (atomic_load(&t->ended) < WRITERS)
        read_once(t, &seed);
    return NULL;
}

static void run(size_t memory_limit, struct km_store_status *ret_status)
{
    struct km_store_config config = {.retention_ms = 1200000,
                                     .memory_limit = memory_limit,
                                     .interval_ms = 5000,
                                     .max_entities = 10000,
                                     .max_keys = 4};
    struct test t = {.now = NOW};
    pthread_t threads[WRITERS + READERS];

    assert_int_equal(km_store_new(&config, &t.store), 0);
    for (int i = 0; i < WRITERS + READERS; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, i < WRITERS ? write_nodes : read_all, &t), 0);
    for (int i = 0; i < WRITERS + READERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&t.torn), 0);
    km_store_get_status(t.store, ret_status);
    km_store_free(t.store);
}

static void readers_and_writers_do_not_disturb_each_other(void **state)
{
    struct km_store_status status;

    (void)state;
    run(1 << 26, &status);
    assert_int_equal(status.rows_appended, TICKS * NODES * (1 + 2 * PODS));
    assert_int_equal(status.rows_evicted, 0);
    assert_int_equal(status.rows + status.rows_expired, status.rows_appended);
}

static void the_limit_holds_for_all_writers(void **state)
{
    struct km_store_status status;

    (void)state;
    run(300 << 10, &status);
    assert_true(status.rows_evicted > 0);
    assert_true(status.memory_used <= status.memory_limit);
    assert_int_equal(status.rows + status.rows_expired + status.rows_evicted, status.rows_appended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_and_writers_do_not_disturb_each_other),
        cmocka_unit_test(the_limit_holds_for_all_writers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
