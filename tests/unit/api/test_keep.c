/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "keep.h"

static int freed;

static void free_thing(struct km_kept *kept)
{
    freed++;
    free(kept);
}

static struct km_kept *thing(void)
{
    struct km_kept *kept = calloc(1, sizeof(*kept));

    assert_non_null(kept);
    *kept = (struct km_kept){.users = 1, .free = free_thing};
    return kept;
}

static void test_it_is_kept_for_as_long_as_it_is_worth(void **state)
{
    struct km_keep *keep;
    struct km_kept *made = thing(), *got;

    (void)state;
    freed = 0;
    assert_int_equal(km_keep_new(&keep), 0);
    assert_null(km_keep_get(keep, KM_KEEP_PODS, 1000));
    km_keep_put(keep, KM_KEEP_PODS, made, 1000, 1100);
    km_kept_done(made);
    got = km_keep_get(keep, KM_KEEP_PODS, 1100 + KM_KEEP_TIMES * 100 - 1);
    assert_ptr_equal(got, made);
    assert_null(km_keep_get(keep, KM_KEEP_NODES, 1101));
    /* Its time is over, but somebody still uses it. */
    assert_null(km_keep_get(keep, KM_KEEP_PODS, 1100 + KM_KEEP_TIMES * 100));
    assert_int_equal(freed, 0);
    km_kept_done(got);
    assert_int_equal(freed, 1);
    km_keep_free(keep);
}

static void test_what_is_quick_is_not_kept(void **state)
{
    struct km_keep *keep;
    struct km_kept *made = thing();

    (void)state;
    freed = 0;
    assert_int_equal(km_keep_new(&keep), 0);
    km_keep_put(keep, KM_KEEP_PODS, made, 1000, 1000 + KM_KEEP_LEAST_MS - 1);
    assert_null(km_keep_get(keep, KM_KEEP_PODS, 1000));
    km_kept_done(made);
    assert_int_equal(freed, 1);
    km_keep_free(keep);
}

static void test_the_newer_takes_the_place(void **state)
{
    struct km_keep *keep;
    struct km_kept *first = thing(), *second = thing(), *got;

    (void)state;
    freed = 0;
    assert_int_equal(km_keep_new(&keep), 0);
    km_keep_put(keep, KM_KEEP_PODS, first, 0, 100);
    km_kept_done(first);
    km_keep_put(keep, KM_KEEP_PODS, second, 0, 100);
    km_kept_done(second);
    assert_int_equal(freed, 1);
    got = km_keep_get(keep, KM_KEEP_PODS, 100);
    assert_ptr_equal(got, second);
    km_kept_done(got);
    km_keep_free(keep);
    assert_int_equal(freed, 2);
    km_keep_free(NULL);
    km_kept_done(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_kept_for_as_long_as_it_is_worth),
        cmocka_unit_test(test_what_is_quick_is_not_kept),
        cmocka_unit_test(test_the_newer_takes_the_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
