/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "window_csv.h"

/* Three steps: one whole, one in which nobody was, one with holes. */
static double cpu[] = {1.5, NAN, 1000}, cpu_max[] = {2.25, NAN, 1000};
static double received[] = {0, NAN, NAN}, received_max[] = {0, NAN, NAN};
static double used[] = {1048576, NAN, 5}, used_max[] = {1048577, NAN, 5};
static struct km_grid_column columns[] = {
    {KM_CPU_USAGE, KM_COLUMN_GAUGE, cpu, cpu_max},
    {KM_CPU_USAGE_USEC, KM_COLUMN_RATE, cpu, cpu_max}, /* a counter that was asked for */
    {KM_MEM_WORKING_SET, KM_COLUMN_GAUGE, used, used_max},
    {KM_NET_RX_BYTES, KM_COLUMN_RATE, received, received_max},
    {KM_METRIC_COUNT, KM_COLUMN_GAUGE, cpu, cpu_max}, /* a client's own member */
};
static uint32_t entities[] = {2, 0, 1};
static const struct km_grid grid = {.steps = 3,
                                    .first_ms = 1000,
                                    .step_ms = 5000,
                                    .n_columns = 5,
                                    .columns = columns,
                                    .entities = entities};

static void test_one(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    (void)state;
    km_window_csv(&out, &grid, NULL, false);
    assert_string_equal(km_buf_str(&out),
                        "timestamp,cpu_usage,cpu.usage_usec_per_second,memory.working_set,"
                        "network.rx_bytes_per_second\r\n"
                        "1970-01-01T00:00:01.000Z,1.5,1.5,1048576,0\r\n"
                        "1970-01-01T00:00:11.000Z,1000,1000,5,\r\n");
}

static void test_sum_with_peaks(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    (void)state;
    km_window_csv(&out, &grid, "pods", true);
    assert_string_equal(km_buf_str(&out),
                        "timestamp,pods,cpu_usage,cpu.usage_usec_per_second,memory.working_set,"
                        "network.rx_bytes_per_second,max.cpu_usage,"
                        "max.cpu.usage_usec_per_second,max.memory.working_set,"
                        "max.network.rx_bytes_per_second\r\n"
                        "1970-01-01T00:00:01.000Z,2,1.5,1.5,1048576,0,2.25,2.25,1048577,0\r\n"
                        "1970-01-01T00:00:11.000Z,1,1000,1000,5,,1000,1000,5,\r\n");
}

static void test_empty(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    const struct km_grid none = {.steps = 0, .step_ms = 5000};

    (void)state;
    km_window_csv(&out, &none, NULL, false);
    assert_string_equal(km_buf_str(&out), "timestamp\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_sum_with_peaks),
        cmocka_unit_test(test_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
