/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "quantity.h"

static void reads_quantities(void **state)
{
    static const struct {
        const char *text;
        int64_t scale, value;
    } cases[] = {
        {"0", 1000, 0},
        {"1", 1000, 1000},
        {"250m", 1000, 250},
        {"0.5", 1000, 500},
        {".5", 1000, 500},
        {"1.", 1000, 1000},
        {"+2", 1000, 2000},
        {"100u", 1000, 1},
        {"1500000n", 1000, 2},
        {"128Mi", 1, 134217728},
        {"1.5Gi", 1, 1610612736},
        {"128974848", 1, 128974848},
        {"129e6", 1, 129000000},
        {"129M", 1, 129000000},
        {"1E3", 1, 1000},
        {"2E", 1, 2000000000000000000},
        {"7Ei", 1, INT64_C(7) << 60},
        {"9223372036854775807", 1, INT64_MAX},
        {"0.0000000000000000000001Ei", 1, 1},
        {"1m", 1, 1},
        {"123456m", 1, 124},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t value = -1;

        assert_int_equal(km_quantity_parse(cases[i].text, cases[i].scale, &value), 0);
        if (value != cases[i].value)
            fail_msg("%s: %lld", cases[i].text, (long long)value);
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const texts[] = {"",      "m",   "-1", "1 Mi", "1mi",    "1Mib",
                                        "1.2.3", "abc", "1e", "0x10", "1e9999", "1i"};
    int64_t value = 42;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (km_quantity_parse(texts[i], 1, &value) != -EINVAL)
            fail_msg("%s is taken", texts[i]);
    }
    assert_int_equal(km_quantity_parse("8Ei", 1, &value), -ERANGE);
    assert_int_equal(km_quantity_parse("1e40", 1, &value), -ERANGE);
    assert_int_equal(km_quantity_parse("9223372036854775807", 1000, &value), -ERANGE);
    assert_int_equal(value, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_quantities),
        cmocka_unit_test(refuses_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
