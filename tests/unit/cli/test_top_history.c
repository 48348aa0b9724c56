/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "top_history.h"

static void keeps_the_last_values_in_order(void **state)
{
    struct km_top_history h = {0};
    double values[KM_TOP_COURSE];

    (void)state;
    assert_int_equal(km_top_history_get(&h, "a", values), 0);
    for (int i = 0; i < KM_TOP_COURSE + 5; i++) {
        km_top_history_tick(&h);
        km_top_history_add(&h, "a", i);
    }
    km_top_history_add(&h, "b", NAN);
    assert_int_equal(km_top_history_get(&h, "a", values), KM_TOP_COURSE);
    assert_true(values[0] == 5 && values[KM_TOP_COURSE - 1] == KM_TOP_COURSE + 4);
    assert_int_equal(km_top_history_get(&h, "b", values), 1);
    assert_true(isnan(values[0]));
    km_top_history_done(&h);
}

static void forgets_who_is_gone(void **state)
{
    struct km_top_history h = {0};
    double values[KM_TOP_COURSE];
    char name[32];

    (void)state;
    km_top_history_tick(&h);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof(name), "pod-%d", i);
        km_top_history_add(&h, name, i);
    }
    assert_int_equal(km_top_history_get(&h, "pod-1999", values), 1);
    assert_true(values[0] == 1999);
    for (int i = 0; i < 40; i++) {
        km_top_history_tick(&h);
        km_top_history_add(&h, "pod-7", i);
    }
    assert_int_equal(km_top_history_get(&h, "pod-8", values), 0);
    assert_int_equal(km_top_history_get(&h, "pod-7", values), KM_TOP_COURSE);
    assert_int_equal(h.count, 1);
    km_top_history_done(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_last_values_in_order),
        cmocka_unit_test(forgets_who_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
