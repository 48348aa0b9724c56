/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buf.h"

static void appends_in_order(void **state)
{
    km_auto_buf struct km_buf b = KM_BUF_INIT;

    (void)state;
    km_buf_puts(&b, "a");
    km_buf_putc(&b, 'b');
    km_buf_append(&b, "cd", 2);
    km_buf_printf(&b, "%d", 42);
    assert_string_equal(km_buf_str(&b), "abcd42");
    assert_int_equal(b.len, 6);
}

static void writes_every_whole_number(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {{0, "0"},
                 {-1, "-1"},
                 {1234567890123, "1234567890123"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        km_auto_buf struct km_buf b = KM_BUF_INIT;

        km_buf_int(&b, cases[i].value);
        assert_string_equal(km_buf_str(&b), cases[i].text);
    }
}

static void grows_and_keeps_content(void **state)
{
    km_auto_buf struct km_buf b = KM_BUF_INIT;

    (void)state;
    for (int i = 0; i < 100000; i++)
        km_buf_putc(&b, (char)('a' + i % 26));
    assert_int_equal(b.len, 100000);
    for (size_t i = 0; i < b.len; i++)
        assert_int_equal(b.data[i], 'a' + (int)(i % 26));
}

static void a_failed_buffer_stays_failed_until_cleared(void **state)
{
    km_auto_buf struct km_buf b = KM_BUF_INIT;

    (void)state;
    km_buf_puts(&b, "kept");
    assert_int_not_equal(km_buf_reserve(&b, SIZE_MAX - 2), 0);
    km_buf_puts(&b, "lost");
    assert_true(b.failed);
    assert_null(km_buf_str(&b));
    assert_int_equal(b.len, 4);
    km_buf_clear(&b);
    km_buf_puts(&b, "again");
    assert_string_equal(km_buf_str(&b), "again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_in_order),
        cmocka_unit_test(writes_every_whole_number),
        cmocka_unit_test(grows_and_keeps_content),
        cmocka_unit_test(a_failed_buffer_stays_failed_until_cleared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
