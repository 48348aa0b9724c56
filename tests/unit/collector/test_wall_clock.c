/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wall_clock.h"

static void tells_a_step_from_slewing_lateness_and_suspend(void **state)
{
    struct km_wall_clock clock = {0};

    (void)state;
    assert_int_equal(km_wall_clock_look(&clock, 1000000, 5000), 0); /* the first look */
    assert_int_equal(km_wall_clock_look(&clock, 1005000, 10000), 0);
    assert_int_equal(km_wall_clock_look(&clock, 1010005, 15000), 0);   /* slewing: 0.1 % */
    assert_int_equal(km_wall_clock_look(&clock, 8210005, 7215000), 0); /* two hours of suspend */
    assert_int_equal(km_wall_clock_look(&clock, 8215504, 7220000), 0); /* 499 ms */
    assert_int_equal(clock.steps, 0);
    assert_int_equal(km_wall_clock_look(&clock, 8221004, 7225000), 500);
    assert_int_equal(km_wall_clock_look(&clock, 8226004, 7230000), 0);
    assert_int_equal(km_wall_clock_look(&clock, 4631004, 7235000), -3600000);
    assert_int_equal(clock.steps, 2);
}

/* A look at a wall clock that stands ahead_ms from the steady one, and the stamp then. */
static int64_t stamp_at(struct km_wall_clock *clock, int64_t steady_ms, int64_t ahead_ms)
{
    km_wall_clock_look(clock, steady_ms + ahead_ms, steady_ms);
    return km_wall_clock_stamp(clock, steady_ms);
}

static void stamps_follow_a_clock_that_is_set_forward_at_once(void **state)
{
    struct km_wall_clock clock = {0};

    (void)state;
    assert_int_equal(stamp_at(&clock, 5000, 1000), 6000);
    assert_int_equal(stamp_at(&clock, 10000, 1005), 11005);
    assert_int_equal(stamp_at(&clock, 15000, 3601005), 3616005);
}

static void stamps_never_go_back_for_a_clock_that_is_set_back(void **state)
{
    struct km_wall_clock clock = {0};
    int64_t last = stamp_at(&clock, 0, 100000), now, looks = 0;

    (void)state;
    for (int64_t steady = 5000; (now = stamp_at(&clock, steady, 90000)) > steady + 90000;
         steady += 5000) {
        assert_int_equal(now - last, 4750);
        last = now;
        looks++;
    }
    assert_int_equal(looks, 39); /* 10 s by a quarter of a second each */
    assert_int_equal(clock.steps, 1);
}

static void stamps_follow_at_once_where_no_server_takes_them(void **state)
{
    struct km_wall_clock clock = {0};

    (void)state;
    assert_int_equal(stamp_at(&clock, 0, 1000000), 1000000);
    assert_int_equal(stamp_at(&clock, 5000, 699999), 704999);
    assert_int_equal(stamp_at(&clock, 10000, 400000), 709749);
}

/* Both clocks are cut to ms at their own time: that must not move the stamps to and fro. */
static void stamps_stand_still_for_a_millisecond(void **state)
{
    struct km_wall_clock clock = {0};

    (void)state;
    assert_int_equal(stamp_at(&clock, 0, 1000), 1000);
    for (int64_t i = 1; i < 100; i++)
        assert_int_equal(stamp_at(&clock, i * 5000, 1000 - i % 2), i * 5000 + 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_a_step_from_slewing_lateness_and_suspend),
        cmocka_unit_test(stamps_follow_a_clock_that_is_set_forward_at_once),
        cmocka_unit_test(stamps_never_go_back_for_a_clock_that_is_set_back),
        cmocka_unit_test(stamps_follow_at_once_where_no_server_takes_them),
        cmocka_unit_test(stamps_stand_still_for_a_millisecond),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
