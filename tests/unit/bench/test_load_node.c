/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load_node.h"

#define NOW_MS INT64_C(1800000000000)

static const struct km_load_work work = {
    .counter = {[KM_LOAD_USER_USEC] = 3000000,
                [KM_LOAD_SYSTEM_USEC] = 1000000,
                [KM_LOAD_RX_BYTES] = 5000,
                [KM_LOAD_WRITE_OPS] = 40},
    .rss_pages = 100000,
    .cache_pages = 30000,
    .threads = 77,
};

static void counters_take_in_what_the_pods_did(void **state)
{
    struct km_load_node node;
    struct km_sample before, now;

    (void)state;
    km_load_node_start(&node, 3, 30);
    km_load_node_tick(&node, &work, 5000);
    km_load_node_sample(&node, NOW_MS, &before);
    km_load_node_tick(&node, &work, 5000);
    km_load_node_sample(&node, NOW_MS + 5000, &now);
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        if (km_sample_has(&now, m) && km_metric_is_counter(m))
            assert_true(now.value[m] >= before.value[m]);
    }
    assert_int_equal(now.value[KM_NET_RX_BYTES] - before.value[KM_NET_RX_BYTES], 5000);
    assert_true(now.value[KM_CPU_USER_USEC] - before.value[KM_CPU_USER_USEC] > 3000000);
    assert_int_equal(now.value[KM_CPU_USAGE],
                     (now.value[KM_CPU_USAGE_USEC] - before.value[KM_CPU_USAGE_USEC]) / 5);
    assert_int_equal(now.time_ms, NOW_MS + 5000);
}

static void memory_adds_up(void **state)
{
    struct km_load_node node;
    struct km_sample s;

    (void)state;
    km_load_node_start(&node, 3, 30);
    km_load_node_tick(&node, &work, 5000);
    km_load_node_sample(&node, NOW_MS, &s);
    assert_int_equal(s.value[KM_MEM_USED], s.value[KM_MEM_TOTAL] - s.value[KM_MEM_FREE] -
                                               s.value[KM_MEM_BUFFERS] - s.value[KM_MEM_CACHED]);
    assert_int_equal(s.value[KM_MEM_WORKING_SET],
                     s.value[KM_MEM_TOTAL] - s.value[KM_MEM_AVAILABLE]);
    assert_int_equal(s.value[KM_MEM_CACHED], 30000 * 4096);
    assert_true(s.value[KM_MEM_FREE] > 0);
    assert_int_equal(s.value[KM_PROC_TOTAL], 77 + 180);
}

static void load_averages_follow_the_load(void **state)
{
    struct km_load_node node;
    struct km_sample s;

    (void)state;
    km_load_node_start(&node, 3, 30);
    for (int i = 0; i < 12; i++)
        km_load_node_tick(&node, &work, 5000);
    km_load_node_sample(&node, NOW_MS, &s);
    /* 0.8 cores and a little for a minute: 63 % of it in the first average, 18 % in the second. */
    assert_in_range(s.value[KM_LOAD1], 500, 900);
    assert_in_range(s.value[KM_LOAD5], 140, 300);
    assert_true(s.value[KM_LOAD15] < s.value[KM_LOAD5]);
}

static void only_metrics_of_nodes_are_there(void **state)
{
    struct km_load_node node;
    struct km_sample s;

    (void)state;
    km_load_node_start(&node, 3, 1);
    km_load_node_sample(&node, NOW_MS, &s);
    assert_false(km_sample_has(&s, KM_CPU_USAGE)); /* needs two readings */
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++)
        assert_true(!km_sample_has(&s, m) || km_metrics[m].scope & KM_SCOPE_NODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_take_in_what_the_pods_did),
        cmocka_unit_test(memory_adds_up),
        cmocka_unit_test(load_averages_follow_the_load),
        cmocka_unit_test(only_metrics_of_nodes_are_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
