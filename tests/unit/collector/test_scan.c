/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan.h"

static void finds_the_value_of_a_key(void **state)
{
    static const char text[] = "MemTotal:       24683 kB\nanon 5\nanon_thp 7\nlast -1";
    int64_t value;

    (void)state;
    assert_true(km_scan_value(text, "MemTotal:", &value));
    assert_int_equal(value, 24683);
    assert_true(km_scan_value(text, "anon ", &value));
    assert_int_equal(value, 5);
    assert_true(km_scan_value(text, "last ", &value));
    assert_int_equal(value, -1);
    assert_false(km_scan_value(text, "thp ", &value));
    assert_false(km_scan_value("", "anon ", &value));
    assert_false(km_scan_value("anon max\n", "anon ", &value));
    assert_false(km_scan_value("anon 99999999999999999999\n", "anon ", &value));
}

static void leaves_out_what_is_negative_or_too_large(void **state)
{
    static const struct km_scan_rule rules[] = {
        {"a ", KM_MEM_USAGE, 1024}, {"b ", KM_MEM_RSS, 1}, {"c ", KM_MEM_CACHE, 1024}, {0}};
    struct km_sample sample;

    (void)state;
    km_sample_clear(&sample);
    km_scan_into("a 3\nb -3\nc 9223372036854775807\n", rules, &sample);
    assert_true(km_sample_has(&sample, KM_MEM_USAGE));
    assert_int_equal(sample.value[KM_MEM_USAGE], 3072);
    assert_false(km_sample_has(&sample, KM_MEM_RSS));
    assert_false(km_sample_has(&sample, KM_MEM_CACHE));
}

static void takes_whole_words_for_numbers(void **state)
{
    static const char *const others[] = {"", "\n", "max", "12ab", "0x10", "1.5", "-", "--1", "+1"};
    int64_t value = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(km_scan_number(others[i], &value));
    assert_int_equal(value, 7);
    assert_true(km_scan_number(" \t12\n", &value));
    assert_int_equal(value, 12);
    assert_true(km_scan_number("13 kB", &value));
    assert_int_equal(value, 13);
}

static void adds_without_overflow(void **state)
{
    struct km_sample sample;

    (void)state;
    km_sample_clear(&sample);
    km_scan_add(&sample, KM_MEM_USAGE, -1);
    assert_false(km_sample_has(&sample, KM_MEM_USAGE));
    km_scan_add(&sample, KM_MEM_USAGE, INT64_MAX);
    km_scan_add(&sample, KM_MEM_USAGE, 1);
    assert_true(sample.value[KM_MEM_USAGE] == INT64_MAX);
    km_scan_add(&sample, KM_MEM_RSS, 0);
    assert_true(km_sample_has(&sample, KM_MEM_RSS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_value_of_a_key),
        cmocka_unit_test(takes_whole_words_for_numbers),
        cmocka_unit_test(adds_without_overflow),
        cmocka_unit_test(leaves_out_what_is_negative_or_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
