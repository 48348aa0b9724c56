/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <locale.h>

#include "table.h"

static void check(struct km_table *t, bool colours, const char *wanted)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    assert_false(t->failed);
    km_table_write(t, &out, true, colours);
    assert_string_equal(km_buf_str(&out), wanted);
    km_table_done(t);
}

static void aligns_names_left_and_numbers_right(void **state)
{
    struct km_table t = {0};

    (void)state;
    km_table_column(&t, "NAME", false);
    km_table_column(&t, "CPU", true);
    km_table_column(&t, "NODE", false);
    km_table_cell(&t, "web-long-name", KM_TONE_PLAIN);
    km_table_cell(&t, "5m", KM_TONE_PLAIN);
    km_table_cell(&t, "n1", KM_TONE_PLAIN);
    km_table_cell(&t, "db", KM_TONE_PLAIN);
    km_table_cell(&t, "1250m", KM_TONE_PLAIN);
    km_table_cell(&t, "-", KM_TONE_PLAIN);
    assert_int_equal(km_table_rows(&t), 2);
    check(&t, false,
          "NAME              CPU   NODE\n"
          "web-long-name      5m   n1\n"
          "db              1250m   -\n");
}

static void counts_columns_of_the_terminal(void **state)
{
    struct km_table t = {0};

    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        skip();
    assert_int_equal(km_text_width("한글"), 4);
    km_table_column(&t, "NAME", false);
    km_table_column(&t, "N", true);
    km_table_cell(&t, "한글파드", KM_TONE_PLAIN);
    km_table_cell(&t, "1", KM_TONE_PLAIN);
    km_table_cell(&t, "é", KM_TONE_PLAIN);
    km_table_cell(&t, "2", KM_TONE_PLAIN);
    check(&t, false, "NAME       N\n한글파드   1\né          2\n");
}

static void lets_no_control_character_through(void **state)
{
    struct km_table t = {0};

    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    km_table_column(&t, "NAME", false);
    km_table_cell(&t, "a\033[2Jb\nc\xff", KM_TONE_PLAIN);
    check(&t, false, "NAME\na?[2Jb?c?\n");
}

static void colours_do_not_move_columns(void **state)
{
    struct km_table t = {0};

    (void)state;
    km_table_column(&t, "A", true);
    km_table_column(&t, "B", false);
    km_table_cell(&t, "95%", KM_TONE_HOT);
    km_table_cell(&t, "x", KM_TONE_PLAIN);
    check(&t, true, "  \033[1mA\033[0m   \033[1mB\033[0m\n\033[31;1m95%\033[0m   x\n");
}

static void fits_text_into_a_width(void **state)
{
    size_t columns;

    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        skip();
    assert_int_equal(km_text_fit("abc", 3, 2, &columns), 2);
    assert_int_equal(columns, 2);
    /* a wide letter is not cut in half: 3 bytes, 2 columns */
    assert_int_equal(km_text_fit("한글", 6, 3, &columns), 3);
    assert_int_equal(columns, 2);
    assert_int_equal(km_text_fit("", 0, 3, &columns), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligns_names_left_and_numbers_right),
        cmocka_unit_test(counts_columns_of_the_terminal),
        cmocka_unit_test(lets_no_control_character_through),
        cmocka_unit_test(colours_do_not_move_columns),
        cmocka_unit_test(fits_text_into_a_width),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
