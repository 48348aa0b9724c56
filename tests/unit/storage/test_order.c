/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store.h"

#define NOW       INT64_C(1800000000000)
#define RETENTION 600000
#define INTERVAL  5000
#define PODS      3000 /* more than a list looks at in one go */

/* What the store should know: one for each UID. */
struct model {
    char name[16], name_space[8];
    int64_t newest_ms; /* 0: not there */
};

static struct model pods[PODS];

static int number_of(const struct model *p)
{
    return (int)(p - pods);
}

static int by_name(const void *left, const void *right)
{
    const struct model *a = *(struct model *const *)left, *b = *(struct model *const *)right;
    int r = strcmp(a->name_space, b->name_space);

    if (r == 0)
        r = strcmp(a->name, b->name);
    return r ? r : (a->newest_ms > b->newest_ms) - (a->newest_ms < b->newest_ms);
}

/* The numbers of the pods that a list should have, in its order. */
static size_t expected(bool current, int64_t now, struct model **list)
{
    size_t n = 0, kept = 0;

    for (int i = 0; i < PODS; i++) {
        if (pods[i].newest_ms > (current ? now - 3 * INTERVAL - 1 : now - RETENTION))
            list[n++] = &pods[i];
    }
    qsort(list, n, sizeof(*list), by_name);
    for (size_t i = 0; current && i < n; i++) {
        if (i + 1 == n || strcmp(list[i]->name, list[i + 1]->name) != 0 ||
            strcmp(list[i]->name_space, list[i + 1]->name_space) != 0)
            list[kept++] = list[i];
    }
    return current ? kept : n;
}

static void check_list(struct km_store *store, bool current, int64_t now)
{
    static struct model *list[PODS];
    struct km_filter filter = {.kind = KM_ENTITY_POD, .current = current};
    struct km_ref *refs;
    size_t n, want = expected(current, now, list);

    km_store_expire(store, now);
    assert_int_equal(km_store_list(store, &filter, now, &refs, &n), 0);
    assert_int_equal(n, want);
    for (size_t i = 0; i < n; i++) {
        struct km_view view;

        assert_int_equal(km_store_view(store, refs[i], &view), 0);
        assert_string_equal(view.name_space, list[i]->name_space);
        assert_string_equal(view.pod, list[i]->name);
        assert_int_equal(atoi(view.uid), number_of(list[i]));
    }
    free(refs);
}

/* Posts a pod, under a new name now and then. */
static void post(struct km_store *store, struct model *p, int64_t now, unsigned *seed)
{
    struct km_pod pod;
    struct km_batch batch = {.node = "n", .has_node = true, .pods = &pod, .n_pods = 1};
    char uid[16];

    if (p->newest_ms <= now - RETENTION || rand_r(seed) % 8 == 0) {
        snprintf(p->name, sizeof(p->name), "p%d", rand_r(seed) % (PODS / 2));
        snprintf(p->name_space, sizeof(p->name_space), "n%d", rand_r(seed) % 4);
    }
    snprintf(uid, sizeof(uid), "%d", number_of(p));
    km_pod_init(&pod);
    pod.name = p->name;
    pod.name_space = p->name_space;
    pod.uid = uid;
    pod.reading.sample.time_ms = batch.reading.sample.time_ms = p->newest_ms = now;
    km_sample_set(&pod.reading.sample, KM_MEM_USAGE, 1);
    assert_int_equal(km_store_append(store, &batch, now), 0);
}

static void lists_are_as_if_sorted_each_time(void **state)
{
    struct km_store_config config = {.retention_ms = RETENTION,
                                     .memory_limit = 1 << 28,
                                     .interval_ms = INTERVAL,
                                     .max_entities = PODS + 10,
                                     .max_keys = 2};
    struct km_store *store;
    int64_t now = NOW;
    unsigned seed = 1;

    (void)state;
    memset(pods, 0, sizeof(pods));
    assert_int_equal(km_store_new(&config, &store), 0);
    for (int round = 0; round < 60; round++) {
        int posts = rand_r(&seed) % 3 ? rand_r(&seed) % 40 : rand_r(&seed) % PODS;

        for (int i = 0; i < posts; i++)
            post(store, &pods[rand_r(&seed) % PODS], now += 1 + rand_r(&seed) % 60, &seed);
        check_list(store, round % 2, now);
        if (round % 10 == 9)
            post(store, &pods[0], now += RETENTION - 20000, &seed); /* most are forgotten */
    }
    km_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_are_as_if_sorted_each_time)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
