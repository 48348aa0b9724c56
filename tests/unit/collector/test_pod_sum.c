/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pod_sum.h"
#include "sample_check.h"

static void adds_one_group(void **state)
{
    struct km_sample container = {0}, pod = {0};

    (void)state;
    km_sample_set(&container, KM_MEM_USAGE, 5);
    km_sample_set(&container, KM_CPU_USAGE_USEC, 70);
    km_sample_set(&container, KM_DISK_WRITE_OPS, 9);
    km_pod_sum(&container, KM_GROUP_MEMORY, &pod);
    check_only(&pod, (unsigned[]){KM_MEM_USAGE}, 1);
    km_pod_sum(&container, KM_GROUP_MEMORY, &pod);
    check(&pod, KM_MEM_USAGE, 10);
    km_pod_sum(&container, KM_GROUP_DISK, &pod);
    check_only(&pod, (unsigned[]){KM_MEM_USAGE, KM_DISK_WRITE_OPS}, 2);
}

static void leaves_out_what_has_no_sum(void **state)
{
    static const unsigned metrics[] = {
        KM_CPU_LIMIT, KM_CPU_PERIODS,  KM_CPU_THROTTLED_USEC,   KM_CPU_USAGE,
        KM_MEM_LIMIT, KM_PSI_CPU_SOME, KM_CPU_THROTTLED_PERIODS};
    struct km_sample container = {0}, pod = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
        km_sample_set(&container, metrics[i], 1);
    for (int g = 0; g < KM_GROUP_COUNT; g++)
        km_pod_sum(&container, (enum km_group)g, &pod);
    check_only(&pod, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_one_group),
        cmocka_unit_test(leaves_out_what_has_no_sum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
