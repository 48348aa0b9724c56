/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec_columns.h"
#include "rate.h"
#include "store.h"

#define NOW INT64_C(1800000000000)

static struct km_store *make_store(size_t limit, uint32_t entities)
{
    struct km_store_config config = {.retention_ms = 600000,
                                     .memory_limit = limit,
                                     .interval_ms = 5000,
                                     .max_entities = entities,
                                     .max_keys = 2};
    struct km_store *store = NULL;

    assert_int_equal(km_store_new(&config, &store), 0);
    return store;
}

/* Appends one pod of node n1 with its CPU counter and usage. */
static int add_pod(struct km_store *store, const char *name, const char *uid, int64_t time_ms,
                   int64_t usec)
{
    struct km_pod pod;
    struct km_batch batch = {.node = "n1", .has_node = true, .pods = &pod, .n_pods = 1};

    km_pod_init(&pod);
    pod.name = name;
    pod.name_space = "ns";
    pod.uid = uid;
    pod.reading.sample.time_ms = batch.reading.sample.time_ms = time_ms;
    km_sample_set(&pod.reading.sample, KM_DISK_READ_BYTES, usec);
    km_sample_set(&pod.reading.sample, KM_CPU_USAGE, usec);
    return km_store_append(store, &batch, time_ms);
}

static size_t count(struct km_store *store, const struct km_filter *filter, int64_t now)
{
    struct km_ref *refs = NULL;
    size_t n = 0;

    assert_int_equal(km_store_list(store, filter, now, &refs, &n), 0);
    free(refs);
    return n;
}

static int collect_time(void *arg, const struct km_row *row)
{
    int64_t **next = arg;

    *(*next)++ = row->time_ms;
    return 0;
}

static void rows_come_back_once_and_in_order(void **state)
{
    struct km_store *store = make_store(1 << 24, 100);
    struct km_filter filter = {.kind = KM_ENTITY_POD, .pod = "p"};
    int64_t times[500], *next = times;
    struct km_ref *refs;
    size_t n;

    (void)state;
    for (int i = 0; i < 300; i++) {
        int64_t time = NOW + i * 7919 % 300 * 1000; /* every second once, in a scattered order */

        assert_int_equal(add_pod(store, "p", "u", time, i), 0);
        assert_int_equal(add_pod(store, "p", "u", time, i + 1), 0);
    }
    assert_int_equal(km_store_list(store, &filter, NOW + 300000, &refs, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(km_store_scan(store, refs[0], NOW + 10000, NOW + 289000, collect_time, &next),
                     0);
    assert_int_equal(next - times, 281); /* one before, and 10 to 289 */
    for (int i = 0; i < 281; i++)
        assert_int_equal(times[i], NOW + (9 + i) * 1000);
    free(refs);
    km_store_free(store);
}

static void a_new_uid_is_a_new_series_and_the_only_current_one(void **state)
{
    struct km_store *store = make_store(1 << 24, 100);
    struct km_filter filter = {.kind = KM_ENTITY_POD, .pod = "p", .current = true};
    struct km_view view;
    struct km_ref *refs;
    double rate;
    size_t n;

    (void)state;
    add_pod(store, "p", "old", NOW, 900);
    add_pod(store, "p", "old", NOW + 5000, 1000);
    add_pod(store, "p", "new", NOW + 10000, 7);
    assert_int_equal(km_store_list(store, &filter, NOW + 10000, &refs, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(km_store_view(store, refs[0], &view), 0);
    assert_string_equal(view.uid, "new");
    assert_false(view.has_previous);
    free(refs);
    add_pod(store, "p", "new", NOW + 15000, 57);
    assert_int_equal(km_store_list(store, &filter, NOW + 15000, &refs, &n), 0);
    assert_int_equal(km_store_view(store, refs[0], &view), 0);
    assert_true(km_rate(&view.previous, &view.last, KM_DISK_READ_BYTES, &rate));
    assert_true(rate == 10.0);
    assert_false(km_rate(&view.last, &view.previous, KM_DISK_READ_BYTES, &rate));
    filter.current = false;
    assert_int_equal(count(store, &filter, NOW + 15000), 2);
    free(refs);
    km_store_free(store);
}

static void a_deleted_pod_leaves_after_three_intervals(void **state)
{
    struct km_store *store = make_store(1 << 24, 100);
    struct km_filter filter = {.kind = KM_ENTITY_POD, .current = true};

    (void)state;
    add_pod(store, "gone", "1", NOW, 1);
    add_pod(store, "stays", "2", NOW, 1);
    add_pod(store, "stays", "2", NOW + 15000, 1);
    assert_int_equal(count(store, &filter, NOW + 15000), 2);
    add_pod(store, "stays", "2", NOW + 20000, 1);
    assert_int_equal(count(store, &filter, NOW + 20000), 1);
    assert_int_equal(count(store, &filter, NOW + 40000), 0); /* the node is silent */
    filter.current = false;
    assert_int_equal(count(store, &filter, NOW + 40000), 2);
    km_store_free(store);
}

static void retention_gives_entities_and_memory_back(void **state)
{
    struct km_store *store = make_store(1 << 24, 100);
    struct km_filter filter = {.kind = KM_ENTITY_POD};
    struct km_store_status status;

    (void)state;
    assert_int_equal(km_store_accepts(store, NOW - 600000, NOW), -ETIME);
    assert_int_equal(km_store_accepts(store, NOW - 599999, NOW), 0);
    assert_int_equal(km_store_accepts(store, NOW + KM_STORE_FUTURE_MS + 1, NOW), -ERANGE);
    for (int i = 0; i < 50; i++) {
        char name[16];

        snprintf(name, sizeof(name), "p%d", i);
        add_pod(store, name, name, NOW, i);
    }
    km_store_expire(store, NOW + 600001);
    assert_int_equal(count(store, &filter, NOW), 0);
    km_store_get_status(store, &status);
    assert_int_equal(status.rows, 0);
    assert_int_equal(status.samples, 0);
    assert_int_equal(status.rows_expired, 51); /* the node's rows were duplicates but for one */
    km_store_free(store);
}

/* However much comes, memory stays under the limit and the oldest rows are those that went. */
static void the_memory_limit_holds(void **state)
{
    const size_t limit = 1 << 20;
    struct km_store *store = make_store(limit, 10000);
    struct km_store_status status;
    uint64_t noise = 1; /* so that rows do not pack to nothing */

    (void)state;
    for (int i = 0; i < 100000; i++) {
        char name[16];

        snprintf(name, sizeof(name), "p%d", i % 200);
        assert_int_equal(
            add_pod(store, name, name, NOW + i, (int64_t)(test_random(&noise) >> 8)), 0);
        if (i % 1000 == 0) {
            km_store_get_status(store, &status);
            assert_true(status.memory_used <= limit);
        }
    }
    km_store_get_status(store, &status);
    assert_true(status.rows_evicted > 0);
    assert_true(status.rows > 1000);
    assert_int_equal(status.newest_ms, NOW + 99999);
    assert_int_equal(status.rows + status.rows_evicted + status.rows_expired, status.rows_appended);
    km_store_free(store);
}

static void limits_refuse_all_or_nothing(void **state)
{
    struct km_store *store = make_store(1 << 24, 2);
    struct km_extra extras[3] = {
        {KM_GROUP_MEMORY, "a", 1, 1}, {KM_GROUP_MEMORY, "b", 1, 2}, {KM_GROUP_MEMORY, "c", 1, 3}};
    struct km_batch batch = {.node = "n1", .has_node = true};
    struct km_store_status status;

    (void)state;
    assert_int_equal(add_pod(store, "p", "1", NOW, 1), 0);
    assert_int_equal(add_pod(store, "q", "2", NOW + 5000, 1), -ENOSPC);
    batch.reading.sample.time_ms = NOW + 9000;
    batch.reading.extra = extras;
    batch.reading.n_extra = 3;
    assert_int_equal(km_store_append(store, &batch, NOW + 9000), -ENOSPC);
    km_store_get_status(store, &status);
    assert_int_equal(status.rows, 2);
    batch.reading.n_extra = 2;
    assert_int_equal(km_store_append(store, &batch, NOW + 9000), 0);
    km_store_free(store);
}

struct worker {
    struct km_store *store;
    int number;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    struct km_filter filter = {.kind = KM_ENTITY_POD, .current = true};

    for (int i = 0; i < 300; i++) {
        char name[16];
        struct km_ref *refs = NULL;
        size_t n = 0;

        snprintf(name, sizeof(name), "p%d-%d", w->number, i % 10);
        add_pod(w->store, name, name, NOW + i * 100, i);
        if (km_store_list(w->store, &filter, NOW + i * 100, &refs, &n) == 0 && n > 0) {
            struct km_view *view = malloc(sizeof(*view));

            km_store_view(w->store, refs[n - 1], view);
            free(view);
        }
        free(refs);
    }
    return NULL;
}

static void threads_append_and_read_together(void **state)
{
    struct km_store *store = make_store(1 << 24, 10000);
    struct worker workers[4];
    struct km_store_status status;
    pthread_t threads[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        workers[i] = (struct worker){store, i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    km_store_get_status(store, &status);
    assert_int_equal(status.pods, 40);
    assert_int_equal(status.rows, 4 * 300 + 300);
    km_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_once_and_in_order),
        cmocka_unit_test(a_new_uid_is_a_new_series_and_the_only_current_one),
        cmocka_unit_test(a_deleted_pod_leaves_after_three_intervals),
        cmocka_unit_test(retention_gives_entities_and_memory_back),
        cmocka_unit_test(the_memory_limit_holds),
        cmocka_unit_test(limits_refuse_all_or_nothing),
        cmocka_unit_test(threads_append_and_read_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
