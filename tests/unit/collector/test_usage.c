/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "usage.h"

/* What cpu_usage is after a reading of the counter, in thousandths of millicores; -1: absent. */
static int64_t after(struct km_usage *usage, int64_t now_usec, int64_t counter_usec)
{
    struct km_sample sample;

    km_sample_clear(&sample);
    if (counter_usec >= 0)
        km_sample_set(&sample, KM_CPU_USAGE_USEC, counter_usec);
    km_usage_update(usage, now_usec, &sample);
    return km_sample_has(&sample, KM_CPU_USAGE) ? sample.value[KM_CPU_USAGE] : -1;
}

static void is_growth_over_the_time_that_passed(void **state)
{
    struct km_usage usage = {0};

    (void)state;
    assert_int_equal(after(&usage, 1000000, 5000000), -1);      /* the first reading */
    assert_int_equal(after(&usage, 6000000, 6000000), 200000);  /* 1 s of CPU in 5 s: 200 m */
    assert_int_equal(after(&usage, 16000000, 8000000), 200000); /* a late tick is no spike */
    assert_int_equal(after(&usage, 21000000, 8000000), 0);
    assert_int_equal(after(&usage, 26000000, 1000), -1); /* it went down: something restarted */
    assert_int_equal(after(&usage, 31000000, 6000), 1000);
    assert_int_equal(after(&usage, 36000000, -1), -1); /* it could not be read */
}

static void has_a_limit(void **state)
{
    struct km_usage usage = {0};

    (void)state;
    after(&usage, 1000000, 0);
    assert_int_equal(after(&usage, 1100000, INT64_MAX), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_growth_over_the_time_that_passed),
                                       cmocka_unit_test(has_a_limit)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
