/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load_values.h"

#define PODS     300
#define TICKS    60
#define INTERVAL 5000
#define NOW_MS   INT64_C(1800000000000)

static const struct km_load_cluster cluster = {.seed = 5, .nodes = 10, .pods_per_node = 30};

struct reading {
    struct km_sample pod, container;
};

static void identity_of(uint32_t pod, struct km_load_identity *ret_who)
{
    km_load_identity(&cluster, pod / 30, pod % 30, 0, ret_who);
}

static void take(struct km_load_pod *pod, uint32_t number, struct km_load_work *work,
                 struct reading *ret_reading)
{
    struct km_load_identity who;

    identity_of(number, &who);
    km_load_pod_tick(pod, &who, INTERVAL, work);
    km_load_pod_sample(pod, &who, NOW_MS, &ret_reading->pod, &ret_reading->container);
}

static void begin(struct km_load_pod *pod, uint32_t number, int64_t age_ms)
{
    struct km_load_identity who;

    *pod = (struct km_load_pod){0};
    identity_of(number, &who);
    km_load_pod_start(pod, &who, age_ms, NOW_MS);
}

/* How many values of now differ from those of before; checks that counters do not fall. */
static unsigned changed(const struct km_sample *before, const struct km_sample *now)
{
    unsigned count = 0;

    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        if (!km_sample_has(now, m))
            continue;
        assert_true(km_sample_has(before, m));
        assert_true(now->value[m] >= 0);
        if (km_metric_is_counter(m))
            assert_true(now->value[m] >= before->value[m]);
        count += now->value[m] != before->value[m];
    }
    return count;
}

static unsigned present(const struct km_sample *s)
{
    unsigned count = 0;

    for (unsigned m = 0; m < KM_METRIC_COUNT; m++)
        count += km_sample_has(s, m);
    return count;
}

static void counters_grow_and_a_quarter_of_the_values_changes(void **state)
{
    uint64_t all = 0, moved = 0;

    (void)state;
    for (uint32_t i = 0; i < PODS; i++) {
        struct km_load_work work = {0};
        struct reading before, now;
        struct km_load_pod pod;

        begin(&pod, i, 86400000);
        take(&pod, i, &work, &before);
        for (int tick = 1; tick < TICKS; tick++) {
            take(&pod, i, &work, &now);
            moved += changed(&before.pod, &now.pod) + changed(&before.container, &now.container);
            all += present(&now.pod) + present(&now.container);
            before = now;
        }
    }
    assert_in_range(moved * 100 / all, 20, 30);
}

static void the_same_seed_gives_the_same_values(void **state)
{
    struct km_load_work work = {0};

    (void)state;
    for (uint32_t i = 0; i < 30; i++) {
        struct km_load_pod one, two;
        struct reading a, b;

        begin(&one, i, 3600000);
        begin(&two, i, 3600000);
        for (int tick = 0; tick < 20; tick++) {
            take(&one, i, &work, &a);
            take(&two, i, &work, &b);
        }
        assert_int_equal(changed(&a.pod, &b.pod) + changed(&a.container, &b.container), 0);
    }
}

static void a_new_pod_begins_at_zero(void **state)
{
    struct km_load_identity who;
    struct km_load_pod pod;
    struct km_sample sample, container;

    (void)state;
    begin(&pod, 4, 0);
    identity_of(4, &who);
    km_load_pod_sample(&pod, &who, NOW_MS, &sample, &container);
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        if (km_sample_has(&container, m) && km_metric_is_counter(m))
            assert_int_equal(container.value[m], 0);
    }
    assert_false(km_sample_has(&container, KM_CPU_USAGE)); /* needs two readings */
    assert_int_equal(pod.created_ms, NOW_MS);
}

static void readings_hold_together(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < PODS; i++) {
        struct km_load_work work = {0};
        struct km_load_identity who;
        struct km_load_pod pod;
        struct reading r;
        const int64_t *v = r.pod.value;

        begin(&pod, i, 3600000);
        identity_of(i, &who);
        take(&pod, i, &work, &r);
        assert_int_equal(v[KM_CPU_USAGE_USEC], v[KM_CPU_USER_USEC] + v[KM_CPU_SYSTEM_USEC]);
        assert_int_equal(v[KM_MEM_USAGE] % 4096, 0);
        assert_true(v[KM_MEM_WORKING_SET] <= v[KM_MEM_USAGE]);
        assert_true(v[KM_MEM_RSS] + v[KM_MEM_CACHE] <= v[KM_MEM_USAGE]);
        assert_true(!who.memory_limit || v[KM_MEM_USAGE] <= who.memory_limit);
        assert_true(!who.cpu_limit || v[KM_CPU_USAGE] <= who.cpu_limit * 1000);
        assert_int_equal(km_sample_has(&r.pod, KM_CPU_PERIODS), who.cpu_limit > 0);
        assert_int_equal(km_sample_has(&r.pod, KM_NET_RX_BYTES), !who.host_network);
        assert_false(km_sample_has(&r.container, KM_NET_RX_BYTES));
        assert_true(v[KM_MEM_USAGE] > r.container.value[KM_MEM_USAGE]);
        for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
            assert_true(!km_sample_has(&r.pod, m) || km_metrics[m].scope & KM_SCOPE_POD);
            assert_true(!km_sample_has(&r.container, m) ||
                        km_metrics[m].scope & KM_SCOPE_CONTAINER);
        }
    }
}

static void usage_is_the_counter_over_the_interval(void **state)
{
    struct km_load_work work = {0};
    struct km_load_pod pod;
    struct reading before, now;
    int64_t used;

    (void)state;
    begin(&pod, 9, 3600000);
    take(&pod, 9, &work, &before);
    memset(&work, 0, sizeof(work));
    take(&pod, 9, &work, &now);
    used = now.pod.value[KM_CPU_USAGE_USEC] - before.pod.value[KM_CPU_USAGE_USEC];
    assert_int_equal(now.pod.value[KM_CPU_USAGE], used * 1000 / INTERVAL);
    assert_int_equal(work.counter[KM_LOAD_USER_USEC] + work.counter[KM_LOAD_SYSTEM_USEC], used);
}

static void the_state_of_a_pod_is_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct km_load_pod) <= 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_grow_and_a_quarter_of_the_values_changes),
        cmocka_unit_test(the_same_seed_gives_the_same_values),
        cmocka_unit_test(a_new_pod_begins_at_zero),
        cmocka_unit_test(readings_hold_together),
        cmocka_unit_test(usage_is_the_counter_over_the_interval),
        cmocka_unit_test(the_state_of_a_pod_is_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
