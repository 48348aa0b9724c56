/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "catch_up.h"

static void say(const char *words)
{
    (void)words;
}

static void outside_a_cluster_there_is_nothing_to_wait_for(void **state)
{
    struct km_catch_up c = {.started_ms = 1000, .limit_ms = 60000};

    (void)state;
    assert_true(km_catch_up_is_done(&c, 1000));
}

/* Of an API that does not answer no node is known; tests/api/test_cluster.py has one that does. */
static void it_waits_no_longer_than_it_should(void **state)
{
    struct km_kube_config config = {.server = (char *)(uintptr_t) "http://127.0.0.1:1",
                                    .memory_files = {-1, -1, -1}};
    struct km_catch_up c = {.started_ms = 1000, .limit_ms = 120};

    (void)state;
    assert_int_equal(km_cluster_watch_start(&config, say, &c.watch), 0);
    assert_false(km_catch_up_is_done(&c, 1000));
    assert_false(km_catch_up_is_done(&c, 1119));
    assert_true(km_catch_up_is_done(&c, 1120));
    assert_true(km_catch_up_is_done(&c, 1000));
    km_cluster_watch_stop(c.watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside_a_cluster_there_is_nothing_to_wait_for),
        cmocka_unit_test(it_waits_no_longer_than_it_should),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
