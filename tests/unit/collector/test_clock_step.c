/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock_step.h"

static void tells_a_step_from_slewing_lateness_and_suspend(void **state)
{
    struct km_clock_step step = {0};

    (void)state;
    assert_int_equal(km_clock_step_look(&step, 1000000, 5000), 0); /* the first look */
    assert_int_equal(km_clock_step_look(&step, 1005000, 10000), 0);
    assert_int_equal(km_clock_step_look(&step, 1010005, 15000), 0);   /* slewing: 0.1 % */
    assert_int_equal(km_clock_step_look(&step, 8210005, 7215000), 0); /* two hours of suspend */
    assert_int_equal(km_clock_step_look(&step, 8215504, 7220000), 0); /* 499 ms */
    assert_int_equal(step.steps, 0);
    assert_int_equal(km_clock_step_look(&step, 8221004, 7225000), 500);
    assert_int_equal(km_clock_step_look(&step, 8226004, 7230000), 0);
    assert_int_equal(km_clock_step_look(&step, 4631004, 7235000), -3600000);
    assert_int_equal(step.steps, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_a_step_from_slewing_lateness_and_suspend)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
