/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "access_cache.h"

static void each_question_once(void **state)
{
    struct km_access_cache *c = km_access_cache_new();
    struct km_access_entry *a, *b;

    (void)state;
    assert_null(km_access_cache_find(c, "a", 0));
    a = km_access_cache_ask(c, "a", 0);
    b = km_access_cache_ask(c, "b", 0);
    assert_ptr_equal(km_access_cache_find(c, "a", 0), a);
    assert_ptr_equal(km_access_cache_take(c), a);
    assert_int_equal(a->state, KM_ACCESS_ASKED);
    assert_ptr_equal(km_access_cache_take(c), b);
    assert_null(km_access_cache_take(c));
    a->state = KM_ACCESS_ANSWERED;
    a->ends_ms = 10;
    assert_ptr_equal(km_access_cache_find(c, "a", 9), a);
    assert_null(km_access_cache_find(c, "a", 10));
    a = km_access_cache_ask(c, "a", 10);
    assert_int_equal(a->state, KM_ACCESS_QUEUED);
    assert_int_equal(km_access_cache_count(c), 2);
    assert_ptr_equal(km_access_cache_take(c), a);
    km_access_cache_free(c);
}

static void keeps_to_its_limit(void **state)
{
    struct km_access_cache *c = km_access_cache_new();
    char question[32];

    (void)state;
    for (int i = 0; i < KM_ACCESS_KEPT_MAX; i++) {
        struct km_access_entry *e;

        snprintf(question, sizeof(question), "question %d", i);
        assert_non_null(km_access_cache_ask(c, question, 0));
        e = km_access_cache_take(c);
        /* Those asked and not answered may not go. */
        e->state = i < 100 ? KM_ACCESS_ASKED : KM_ACCESS_ANSWERED;
        e->ends_ms = i < 200 ? 10 : 1000;
    }
    assert_non_null(km_access_cache_ask(c, "one more", 10));
    assert_int_equal(km_access_cache_count(c), KM_ACCESS_KEPT_MAX - 100 + 1);
    for (int i = 0; i < 200; i++) {
        snprintf(question, sizeof(question), "later %d", i);
        assert_non_null(km_access_cache_ask(c, question, 10));
        assert_true(km_access_cache_count(c) <= KM_ACCESS_KEPT_MAX);
    }
    for (int i = 0; i < 100; i++) {
        snprintf(question, sizeof(question), "question %d", i);
        assert_non_null(km_access_cache_find(c, question, 2000));
    }
    km_access_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_question_once),
                                       cmocka_unit_test(keeps_to_its_limit)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
