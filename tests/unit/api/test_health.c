/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "health.h"

static const struct km_health good = {
    .caught_up = true, .memory_used = 100, .memory_limit = 100, .now_ms = INT64_C(1795000000000)};

static void assert_health(const struct km_health *health, bool ready, bool verbose, bool passes,
                          const char *text)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    assert_int_equal(km_health_write(&out, health, ready, verbose), passes);
    assert_string_equal(km_buf_str(&out), text);
}

static void lists_its_checks(void **state)
{
    (void)state;
    assert_health(&good, true, false, true, "ok");
    assert_health(&good, false, false, true, "ok");
    assert_health(&good, true, true, true,
                  "[+]ping ok\n[+]store-memory ok\n[+]clock ok\n[+]caught-up ok\n[+]shutdown ok\n"
                  "readyz check passed\n");
    assert_health(&good, false, true, true, "[+]ping ok\n[+]store-memory ok\nlivez check passed\n");
}

static void says_which_check_failed(void **state)
{
    struct km_health bad = good;

    (void)state;
    bad.stopping = true;
    assert_health(&bad, true, false, false,
                  "[+]ping ok\n[+]store-memory ok\n[+]clock ok\n[+]caught-up ok\n"
                  "[-]shutdown failed: the server is stopping\nreadyz check failed\n");
    /* A server that stops is alive, and one whose clock is not set needs no restart. */
    bad.now_ms = 0;
    bad.caught_up = false;
    assert_health(&bad, false, false, true, "ok");
    assert_health(&bad, true, true, false,
                  "[+]ping ok\n[+]store-memory ok\n"
                  "[-]clock failed: the system's clock is not set\n"
                  "[-]caught-up failed: not all nodes have been heard of since the start\n"
                  "[-]shutdown failed: the server is stopping\nreadyz check failed\n");
    bad = good;
    bad.memory_used = 101;
    assert_health(&bad, false, false, false,
                  "[+]ping ok\n[-]store-memory failed: the store has outgrown --memory-limit\n"
                  "livez check failed\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_its_checks),
        cmocka_unit_test(says_which_check_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
