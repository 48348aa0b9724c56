/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "file_limit.h"

static struct rlimit limit(void)
{
    struct rlimit now;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
    return now;
}

/* One test after the other: a hard limit that was lowered stays so. */
static void raises_as_far_as_the_hard_limit(void **state)
{
    struct rlimit set = limit();

    (void)state;
    if (set.rlim_max < 300)
        skip();
    set.rlim_cur = 100;
    set.rlim_max = 300;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &set), 0);
    /* There is room already: nothing changes. */
    assert_int_equal(km_file_limit_raise(100 - KM_FILE_RESERVE), 100 - KM_FILE_RESERVE);
    assert_int_equal(limit().rlim_cur, 100);
    assert_int_equal(km_file_limit_raise(200), 200);
    assert_int_equal(limit().rlim_cur, 200 + KM_FILE_RESERVE);
    /* Never lowered again. */
    assert_int_equal(km_file_limit_raise(1), 1);
    assert_int_equal(limit().rlim_cur, 200 + KM_FILE_RESERVE);
    assert_int_equal(km_file_limit_raise(8192), 300 - KM_FILE_RESERVE);
    assert_int_equal(limit().rlim_cur, 300);
    assert_int_equal(km_file_limit_raise(UINT32_MAX), 300 - KM_FILE_RESERVE);
}

static void leaves_one_connection_at_least(void **state)
{
    struct rlimit set = {KM_FILE_RESERVE / 2, KM_FILE_RESERVE / 2};

    (void)state;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &set), 0);
    assert_int_equal(km_file_limit_raise(8192), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raises_as_far_as_the_hard_limit),
        cmocka_unit_test(leaves_one_connection_at_least),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
