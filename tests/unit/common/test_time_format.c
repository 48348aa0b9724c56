/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "time_format.h"

static int64_t parsed(const char *text)
{
    int64_t ms = -1;

    return km_time_parse(text, strlen(text), &ms) == 0 ? ms : -1;
}

static void writes_utc_with_milliseconds(void **state)
{
    char text[KM_TIME_TEXT];

    (void)state;
    km_time_format(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    km_time_format(1709164799999, text);
    assert_string_equal(text, "2024-02-28T23:59:59.999Z");
    km_time_format(KM_TIME_MAX_MS, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    km_time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    km_time_format(-5, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
}

static void reads_what_clients_send(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parsed("2024-02-29T12:00:00Z"), 1709208000000);
    assert_int_equal(parsed("2024-02-29t12:00:00.5z"), 1709208000500);
    assert_int_equal(parsed("2024-02-29 12:00:00.123456"), 1709208000123);
    assert_int_equal(parsed("2024-02-29T21:00:00+09:00"), 1709208000000);
    assert_int_equal(parsed("2024-02-29T06:30:00-05:30"), 1709208000000);
    assert_int_equal(parsed("2000-02-29T00:00:00Z"), 951782400000);
    assert_int_equal(parsed("9999-12-31T23:59:59.999Z"), KM_TIME_MAX_MS);
}

static void refuses_everything_else(void **state)
{
    static const char *const bad[] = {
        "",
        "now",
        "2024-02-29",
        "2024-02-29T12:00Z",
        "2023-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z",
        "2024-13-01T12:00:00Z",
        "2024-00-01T12:00:00Z",
        "2024-01-32T12:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T12:60:00Z",
        "2024-01-01T12:00:61Z",
        "2024-01-01T12:00:00.Z",
        "2024-01-01T12:00:00+0900",
        "2024-01-01T12:00:00+24:00",
        "2024-01-01T12:00:00Zjunk",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-01:00",
        "-024-01-01T12:00:00Z",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(parsed(bad[i]), -1);
}

static void every_day_of_400_years_round_trips(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 146097; day++) {
        char text[KM_TIME_TEXT];
        int64_t ms = day * 86400000 + 3723004;

        km_time_format(ms, text);
        assert_int_equal(parsed(text), ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_utc_with_milliseconds),
        cmocka_unit_test(reads_what_clients_send),
        cmocka_unit_test(refuses_everything_else),
        cmocka_unit_test(every_day_of_400_years_round_trips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
