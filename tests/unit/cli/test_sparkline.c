/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "sparkline.h"

static void check(const double *values, size_t count, size_t width, double high, bool utf8,
                  const char *wanted)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    km_sparkline(&out, values, count, width, 0, high, utf8);
    assert_string_equal(km_buf_str(&out), wanted);
}

static void draws_eight_levels(void **state)
{
    static const double values[] = {0, 1, 2, 3, 4, 5, 6, 7};

    (void)state;
    check(values, 8, 8, 7, true, "▁▂▃▄▅▆▇█");
    check(values, 8, 8, 7, false, "_.-:=+*#");
}

static void keeps_now_at_the_right_edge(void **state)
{
    static const double values[] = {7, 0};

    (void)state;
    check(values, 2, 5, 7, false, "   #_");
    check(values, 0, 3, 7, false, "   ");
}

static void averages_what_does_not_fit(void **state)
{
    static const double values[] = {0, 2, 7, 7, 5, 3};

    (void)state;
    check(values, 6, 3, 7, false, ".#=");
}

static void leaves_gaps_and_clamps(void **state)
{
    static const double values[] = {NAN, 100, -5, 3};

    (void)state;
    check(values, 4, 4, 7, false, " #_:");
    /* no range at all: flat at the bottom, not a division by zero */
    check(values + 3, 1, 1, 0, false, "_");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_eight_levels),
        cmocka_unit_test(keeps_now_at_the_right_edge),
        cmocka_unit_test(averages_what_does_not_fit),
        cmocka_unit_test(leaves_gaps_and_clamps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
