/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "units.h"

static void check(enum km_unit unit, double value, const char *wanted)
{
    char text[KM_UNIT_TEXT];

    km_unit_format(unit, value, text);
    assert_string_equal(text, wanted);
}

static void writes_cpu_as_begun_millicores(void **state)
{
    (void)state;
    check(KM_UNIT_MILLICORES, 0, "0m");
    check(KM_UNIT_MILLICORES, 0.001, "1m");
    check(KM_UNIT_MILLICORES, 250, "250m");
    check(KM_UNIT_MILLICORES, 250.001, "251m");
    check(KM_UNIT_MILLICORES, 128000, "128000m");
}

static void writes_bytes_in_whole_units(void **state)
{
    (void)state;
    check(KM_UNIT_BYTES, 0, "0Mi");
    check(KM_UNIT_BYTES, 1, "1Ki");
    check(KM_UNIT_BYTES, 1048575, "1024Ki");
    check(KM_UNIT_BYTES, 1048576, "1Mi");
    check(KM_UNIT_BYTES, 128.9 * 1048576, "128Mi");
    check(KM_UNIT_BYTES, 10239.0 * 1048576, "10239Mi");
    check(KM_UNIT_BYTES, 10240.0 * 1048576, "10.0Gi");
}

static void writes_rates_with_two_digits(void **state)
{
    (void)state;
    check(KM_UNIT_RATE, 0, "0");
    check(KM_UNIT_RATE, 980, "980");
    check(KM_UNIT_RATE, 1023.6, "1.0Ki");
    check(KM_UNIT_RATE, 1229, "1.2Ki");
    check(KM_UNIT_RATE, 9.96 * 1024, "10Ki");
    check(KM_UNIT_RATE, 34 * 1024, "34Ki");
    check(KM_UNIT_RATE, 5.6 * 1048576, "5.6Mi");
    check(KM_UNIT_RATE, 1e18, "909495Ti");
}

static void writes_the_rest(void **state)
{
    (void)state;
    check(KM_UNIT_PERCENT, 12.4, "12%");
    check(KM_UNIT_COUNT, 36, "36");
    check(KM_UNIT_MILLI, 1530, "1.53");
}

static void writes_ages_by_their_largest_units(void **state)
{
    (void)state;
    check(KM_UNIT_AGE, -3, "0s");
    check(KM_UNIT_AGE, 119, "119s");
    check(KM_UNIT_AGE, 120, "2m");
    check(KM_UNIT_AGE, 330, "5m30s");
    check(KM_UNIT_AGE, 10799, "179m");
    check(KM_UNIT_AGE, 12000, "3h20m");
    check(KM_UNIT_AGE, 47 * 3600, "47h");
    check(KM_UNIT_AGE, 5 * 86400 + 4 * 3600 + 59, "5d4h");
    check(KM_UNIT_AGE, 300 * 86400, "300d");
}

static void writes_what_is_not_known_as_a_dash(void **state)
{
    (void)state;
    for (int unit = KM_UNIT_MILLICORES; unit <= KM_UNIT_AGE; unit++) {
        check((enum km_unit)unit, NAN, "-");
        assert_true(km_unit_is_number((enum km_unit)unit));
    }
    assert_false(km_unit_is_number(KM_UNIT_NAME));
    assert_false(km_unit_is_number(KM_UNIT_TIME));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_cpu_as_begun_millicores),
        cmocka_unit_test(writes_bytes_in_whole_units),
        cmocka_unit_test(writes_rates_with_two_digits),
        cmocka_unit_test(writes_the_rest),
        cmocka_unit_test(writes_ages_by_their_largest_units),
        cmocka_unit_test(writes_what_is_not_known_as_a_dash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
