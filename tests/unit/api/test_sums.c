/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sums.h"

static void put(struct km_row *row, unsigned metric, int64_t value)
{
    row->metric[row->count] = (uint16_t)metric;
    row->value[row->count++] = value;
}

/* The same readings added to a total each and to the sums of many names. */
static void are_totals_by_name(void **state)
{
    enum { NAMES = 500, READINGS = 5000 };
    static struct km_total want[NAMES];
    struct km_sums sums = {0};

    (void)state;
    memset(want, 0, sizeof(want));
    for (int i = 0; i < READINGS; i++) {
        int name = i * 37 % NAMES;
        char text[16];
        struct km_row last = {.time_ms = 5000 + i}, previous = {.time_ms = i};

        snprintf(text, sizeof(text), "web-%d", name);
        /* More and more metrics, in the order of rows; not all of each name. */
        for (unsigned m = KM_CPU_CAPACITY; m < KM_METRIC_COUNT; m++) {
            if ((m * 7 + (unsigned)name) % 97 < (unsigned)i / 50) {
                put(&previous, m, i);
                put(&last, m, i + (int)m);
            }
        }
        km_total_add(&want[name], &last, i % 3 ? &previous : NULL);
        assert_int_equal(
            km_sums_add(&sums, (const char *[]){"ns", "", text}, &last, i % 3 ? &previous : NULL),
            0);
    }
    assert_int_equal(sums.count, NAMES);
    for (size_t i = 0; i < sums.count; i++) {
        const char *const *part = km_sums_name(&sums, i);
        const struct km_total *total = &want[atoi(part[2] + 4)];
        struct km_total got;

        assert_string_equal(part[0], "ns");
        km_sums_total(&sums, i, &got);
        assert_int_equal(got.entities, total->entities);
        assert_int_equal(got.newest_ms, total->newest_ms);
        assert_memory_equal(got.has, total->has, sizeof(got.has));
        for (unsigned m = 0; m < KM_METRIC_COUNT; m++)
            assert_true(!got.has[m] || got.value[m] == total->value[m]);
    }
    km_sums_done(&sums);
}

static void tells_names_apart(void **state)
{
    static const char *const names[][KM_NAME_PARTS] = {
        {"a", "", "bc"}, {"ab", "", "c"}, {"a", "b", "c"}, {"abc", "", ""}, {"", "", "abc"}};
    struct km_sums sums = {0};
    struct km_row row = {.time_ms = 1};

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(km_sums_add(&sums, names[i], &row, NULL), 0);
    }
    assert_int_equal(sums.count, 5);
    for (size_t i = 0; i < 5; i++) {
        struct km_total total;

        km_sums_total(&sums, i, &total);
        assert_int_equal(total.entities, 2);
    }
    km_sums_done(&sums);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_totals_by_name),
        cmocka_unit_test(tells_names_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
