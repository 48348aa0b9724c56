/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node_sum.h"

static void sums_what_pods_have(void **state)
{
    struct km_pod pods[3];
    struct km_batch batch = {.has_node = true, .pods = pods, .n_pods = 3};
    struct km_sample *node = &batch.reading.sample;

    (void)state;
    for (int i = 0; i < 3; i++)
        km_pod_init(&pods[i]);
    km_sample_set(&pods[0].reading.sample, KM_CPU_REQUEST, 100);
    km_sample_set(&pods[2].reading.sample, KM_CPU_REQUEST, 250);
    km_sample_set(&pods[1].reading.sample, KM_MEM_LIMIT, 0);
    km_sample_set(node, KM_CPU_LIMIT, 7);
    km_node_sum(&batch);
    assert_true(km_sample_has(node, KM_CPU_REQUEST) && node->value[KM_CPU_REQUEST] == 350);
    assert_true(km_sample_has(node, KM_MEM_LIMIT) && node->value[KM_MEM_LIMIT] == 0);
    assert_true(km_sample_has(node, KM_CPU_LIMIT) && node->value[KM_CPU_LIMIT] == 7);
    assert_false(km_sample_has(node, KM_MEM_REQUEST));
}

static void leaves_out_what_does_not_fit(void **state)
{
    struct km_pod pods[2];
    struct km_batch batch = {.has_node = true, .pods = pods, .n_pods = 2};

    (void)state;
    for (int i = 0; i < 2; i++) {
        km_pod_init(&pods[i]);
        km_sample_set(&pods[i].reading.sample, KM_MEM_REQUEST, INT64_MAX);
    }
    km_node_sum(&batch);
    assert_false(km_sample_has(&batch.reading.sample, KM_MEM_REQUEST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_what_pods_have),
        cmocka_unit_test(leaves_out_what_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
