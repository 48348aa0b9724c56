/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "metric.h"

static int find(const char *group, const char *key)
{
    int g = *group ? km_group_find(group, strlen(group)) : KM_GROUP_TOP;

    return g < 0 ? -1 : km_metric_find(g, key, strlen(key), -1);
}

static void finds_metrics_by_group_and_key(void **state)
{
    (void)state;
    assert_int_equal(find("", "cpu_usage"), KM_CPU_USAGE);
    assert_int_equal(find("memory", "used"), KM_MEM_USED);
    assert_int_equal(find("disk", "io_time_ms"), KM_DISK_IO_TIME);
    assert_int_equal(find("filesystem", "used"), KM_FS_USED);
    assert_int_equal(find("collector", "batches_dropped"), KM_SELF_BATCHES_DROPPED);
}

static void finds_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(find("memory", "use"), -1);
    assert_int_equal(find("memory", "used2"), -1);
    assert_int_equal(find("memory", ""), -1);
    assert_int_equal(find("memory", "rx_bytes"), -1);
    assert_int_equal(find("nothing", "used"), -1);
    assert_int_equal(km_group_find("", 0), -1);
}

/* Every metric is found under its own name, so no two share one; groups are in one piece. */
static void catalogue_has_no_doubles(void **state)
{
    (void)state;
    for (int m = 0; m < KM_METRIC_COUNT; m++) {
        const struct km_metric_info *info = &km_metrics[m];

        assert_true(m >= km_groups[info->group].first);
        assert_non_null(info->help);
        assert_true(info->scope > 0 && info->scope < 8);
        if (m > 0)
            assert_true(info->group >= km_metrics[m - 1].group);
        if (info->kind == KM_KIND_EXACT)
            continue;
        assert_int_equal(km_metric_find(info->group, info->key, strlen(info->key), -1), m);
        for (int before = 0; before < KM_METRIC_COUNT; before++) {
            if (km_metrics[before].group == info->group)
                assert_int_equal(km_metric_find(info->group, info->key, strlen(info->key), before),
                                 m);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_metrics_by_group_and_key),
        cmocka_unit_test(finds_nothing_else),
        cmocka_unit_test(catalogue_has_no_doubles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
