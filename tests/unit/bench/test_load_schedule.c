/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load_schedule.h"

static void real_pace_spreads_the_nodes(void **state)
{
    const struct km_load_schedule s = {.nodes = 4, .ticks = 3, .interval_ms = 5000};

    (void)state;
    assert_int_equal(km_load_due(&s, 0, 0), 0);
    assert_int_equal(km_load_due(&s, 1, 0), 1250);
    assert_int_equal(km_load_due(&s, 3, 2), 13750);
    /* A late request carries the time at which it was due. */
    assert_int_equal(km_load_stamp(&s, 3, 2, 14900), 13750);
}

static void fast_ends_now(void **state)
{
    const struct km_load_schedule s = {.nodes = 4, .ticks = 3, .interval_ms = 5000, .fast = true};

    (void)state;
    assert_int_equal(km_load_due(&s, 3, 2), 0);
    assert_int_equal(km_load_stamp(&s, 3, 2, 40), 0);
    assert_int_equal(km_load_stamp(&s, 0, 2, 40), -3750);
    assert_int_equal(km_load_stamp(&s, 3, 0, 40), -10000);
}

static void fast_leaves_out_ticks_while_time_goes_on(void **state)
{
    const struct km_load_schedule s = {.nodes = 1, .ticks = 3, .interval_ms = 5000, .fast = true};

    (void)state;
    assert_int_equal(km_load_stamp(&s, 0, 0, 4999), -10000);
    assert_int_equal(km_load_stamp(&s, 0, 1, 5000), 0);
    assert_int_equal(km_load_stamp(&s, 0, 2, 9999), 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_pace_spreads_the_nodes),
        cmocka_unit_test(fast_ends_now),
        cmocka_unit_test(fast_leaves_out_ticks_while_time_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
