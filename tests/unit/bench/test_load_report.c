/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load_report.h"

static int64_t percentile(const struct km_load_report *report, unsigned permille)
{
    int64_t us = -1;

    assert_true(km_load_report_percentile(report, permille, &us));
    return us;
}

static void without_latencies_there_is_no_percentile(void **state)
{
    struct km_load_report report = {0};
    int64_t us = 77;

    (void)state;
    assert_false(km_load_report_percentile(&report, 500, &us));
    assert_int_equal(us, 77);
}

static void small_latencies_are_exact(void **state)
{
    struct km_load_report report = {0};

    (void)state;
    for (int us = 1; us <= 50; us++)
        km_load_report_latency(&report, us);
    assert_int_equal(percentile(&report, 500), 25);
    assert_int_equal(percentile(&report, 990), 50);
    assert_int_equal(percentile(&report, 1000), 50);
    assert_int_equal(percentile(&report, 20), 1);
}

static void one_slow_of_a_hundred_is_not_p99(void **state)
{
    struct km_load_report report = {0};

    (void)state;
    for (int i = 0; i < 99; i++)
        km_load_report_latency(&report, 10);
    km_load_report_latency(&report, 50000);
    assert_int_equal(percentile(&report, 990), 10);
    assert_in_range(percentile(&report, 991), 50000, 51563);
}

/* Every power of two and its neighbours: never lower than the latency, at most 1/32 higher. */
static void every_latency_is_at_most_a_32nd_too_high(void **state)
{
    (void)state;
    for (int bit = 0; bit < 32; bit++) {
        for (int64_t off = -1; off <= 1; off++) {
            struct km_load_report report = {0};
            int64_t us = (INT64_C(1) << bit) + off;

            km_load_report_latency(&report, us);
            assert_in_range(percentile(&report, 500), us, us + us / 32);
        }
    }
}

static void impossible_latencies_are_clamped(void **state)
{
    struct km_load_report report = {0};

    (void)state;
    km_load_report_latency(&report, -5);
    assert_int_equal(percentile(&report, 1000), 0);
    km_load_report_latency(&report, INT64_MAX);
    assert_int_equal(percentile(&report, 1000), UINT32_MAX);
}

static void writes_one_line_of_json(void **state)
{
    struct km_load_report report = {
        .requests = 3, .errors = 1, .samples = 200, .bytes = 4096, .elapsed_ms = 1500};
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    (void)state;
    km_load_report_write(&report, &out);
    assert_string_equal(km_buf_str(&out),
                        "{\"requests\":3,\"samples\":200,\"errors\":1,\"seconds\":1.500,"
                        "\"bytes\":4096,\"p50_ms\":null,\"p99_ms\":null}\n");
    km_load_report_latency(&report, 40);
    km_load_report_latency(&report, 63);
    km_buf_clear(&out);
    km_load_report_write(&report, &out);
    assert_non_null(strstr(km_buf_str(&out), "\"p50_ms\":0.040,\"p99_ms\":0.063}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_latencies_there_is_no_percentile),
        cmocka_unit_test(small_latencies_are_exact),
        cmocka_unit_test(one_slow_of_a_hundred_is_not_p99),
        cmocka_unit_test(every_latency_is_at_most_a_32nd_too_high),
        cmocka_unit_test(impossible_latencies_are_clamped),
        cmocka_unit_test(writes_one_line_of_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
