/* SPDX-License-Identifier: Apache-2.0 */
/* Passes and searches; test_store_model.c compares passes with lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pass.h"

#define NOW INT64_C(1800000000000)

static struct km_store *new_store(void)
{
    struct km_store_config config = {.retention_ms = 600000,
                                     .memory_limit = 64 << 20,
                                     .interval_ms = 5000,
                                     .max_entities = 10000,
                                     .max_keys = 10};
    struct km_store *store;

    assert_int_equal(km_store_new(&config, &store), 0);
    return store;
}

/* A reading of a node with one pod of one container. */
static void append(struct km_store *store, const char *node, const char *space, const char *name,
                   const char *uid, int64_t time_ms)
{
    struct km_container container;
    struct km_pod pod;
    struct km_batch batch = {.node = node, .has_node = true, .pods = &pod, .n_pods = 1};

    km_pod_init(&pod);
    memset(&container, 0, sizeof(container));
    container.name = "main";
    container.id = uid;
    container.restarts = -1;
    pod.name = name;
    pod.name_space = space;
    pod.uid = uid;
    pod.deployment = "web";
    pod.containers = &container;
    pod.n_containers = 1;
    batch.reading.sample.time_ms = pod.reading.sample.time_ms = time_ms;
    container.reading.sample.time_ms = time_ms;
    km_sample_set(&pod.reading.sample, KM_MEM_USAGE, time_ms - NOW);
    km_sample_set(&container.reading.sample, KM_MEM_USAGE, 1);
    km_sample_set(&batch.reading.sample, KM_MEM_USED, 1);
    assert_int_equal(km_store_append(store, &batch, time_ms), 0);
}

static int count_one(void *arg, const struct km_met *met)
{
    assert_null(met->last); /* no rows are asked for */
    ++*(size_t *)arg;
    return 0;
}

static size_t count(struct km_store *store, enum km_entity_kind kind, const char *contains)
{
    struct km_filter filter = {.kind = kind, .current = true, .contains = contains};
    size_t n = 0;

    assert_int_equal(km_pass_all(store, &filter, NOW + 1000, KM_PASS_NO_ROWS, count_one, &n), 0);
    return n;
}

static void searches_names(void **state)
{
    static const struct {
        enum km_entity_kind kind;
        const char *contains;
        size_t count;
    } cases[] = {
        {KM_ENTITY_POD, "", 3},
        {KM_ENTITY_POD, "web", 2},
        {KM_ENTITY_POD, "WEB-1", 1},
        {KM_ENTITY_POD, "eb-2", 1},
        {KM_ENTITY_POD, "shop", 0}, /* a namespace counts only with a '/' */
        {KM_ENTITY_POD, "shop/", 2},
        {KM_ENTITY_POD, "Op/w", 1},
        {KM_ENTITY_POD, "/", 3},
        {KM_ENTITY_POD, "shop/web-1x", 0},
        {KM_ENTITY_POD, "web-1/", 0},
        {KM_ENTITY_POD, "aab", 1}, /* begins once before it is there */
        {KM_ENTITY_CONTAINER, "ai", 3},
        {KM_ENTITY_CONTAINER, "web", 0},
        {KM_ENTITY_CONTAINER, "web-2/main", 1},
        {KM_ENTITY_NODE, "NODE-b", 1},
        {KM_ENTITY_NODE, "/", 0},
    };
    struct km_store *store = new_store();

    (void)state;
    append(store, "node-a", "shop", "Web-1", "u1", NOW);
    append(store, "node-b", "other", "web-2", "u2", NOW);
    append(store, "node-b", "shop", "aaab", "u3", NOW);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(count(store, cases[i].kind, cases[i].contains), cases[i].count);
    km_store_free(store);
}

static int take_newest(void *arg, const struct km_met *met)
{
    int64_t *value = arg;

    assert_int_equal(*value, 0); /* one only is met */
    assert_string_equal(met->name[0], "ns");
    assert_string_equal(met->name[1], "pod");
    assert_string_equal(met->deployment, "web");
    assert_null(met->owner_kind);
    assert_true(km_row_get(met->last, KM_MEM_USAGE, value));
    return 0;
}

/* Of pods that have followed each other under a name, on other nodes, only the newest is met. */
static void meets_the_newest_of_a_name(void **state)
{
    struct km_filter filter = {.kind = KM_ENTITY_POD, .current = true};
    struct km_store *store = new_store();
    int64_t value = 0;
    size_t n = 0;

    (void)state;
    append(store, "node-a", "ns", "pod", "u1", NOW + 10);
    append(store, "node-c", "ns", "pod", "u3", NOW + 30);
    append(store, "node-b", "ns", "pod", "u2", NOW + 20);
    assert_int_equal(km_pass_all(store, &filter, NOW + 100, KM_PASS_NEWEST, take_newest, &value),
                     0);
    assert_int_equal(value, 30);
    filter.current = false; /* history has them all */
    assert_int_equal(km_pass_all(store, &filter, NOW + 100, KM_PASS_NO_ROWS, count_one, &n), 0);
    assert_int_equal(n, 3);
    km_store_free(store);
}

/* A list comes back piece by piece also where none of what it looks at fits. */
static void comes_back_where_nothing_is_there(void **state)
{
    struct km_filter filter = {.kind = KM_ENTITY_POD, .current = true};
    struct km_store *store = new_store();
    struct km_cursor cursor = KM_CURSOR_START;
    struct km_ref refs[KM_STORE_PIECE];
    size_t n, pieces = 0;

    (void)state;
    for (int i = 0; i < 3 * KM_STORE_PIECE; i++) {
        char name[16];

        snprintf(name, sizeof(name), "pod-%d", i);
        append(store, "node", "ns", name, name, NOW);
    }
    for (; km_store_next(store, &filter, NOW + 60000, &cursor, refs, &n); pieces++)
        assert_int_equal(n, 0);
    assert_int_equal(n, 0);
    assert_int_equal(pieces, 3);
    km_store_free(store);
}

static int stop_at_second(void *arg, const struct km_met *met)
{
    int *calls = arg;

    (void)met;
    return ++*calls == 2 ? -7 : 0;
}

static void stops_when_told(void **state)
{
    struct km_filter filter = {.kind = KM_ENTITY_POD, .current = true};
    struct km_store *store = new_store();
    int calls = 0;

    (void)state;
    append(store, "node-a", "ns", "a", "u1", NOW);
    append(store, "node-b", "ns", "b", "u2", NOW);
    append(store, "node-c", "ns", "c", "u3", NOW);
    assert_int_equal(km_pass_all(store, &filter, NOW, KM_PASS_NO_ROWS, stop_at_second, &calls), -7);
    assert_int_equal(calls, 2);
    filter.name_space = "ns"; /* met in the order of names */
    calls = 0;
    assert_int_equal(km_pass_all(store, &filter, NOW, KM_PASS_NO_ROWS, stop_at_second, &calls), -7);
    assert_int_equal(calls, 2);
    km_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_names),
        cmocka_unit_test(meets_the_newest_of_a_name),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(comes_back_where_nothing_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
