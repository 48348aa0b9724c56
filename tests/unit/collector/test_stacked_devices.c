/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stacked_devices.h"
#include "temp_root.h"

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

static void knows_them_by_the_kernels_list(void **state)
{
    struct temp_root *t = *state;
    struct km_stacked_devices d;

    temp_root_put(t, "/proc/devices",
                  "Character devices:\n  8 device-mapper\n\nBlock devices:\n"
                  "  8 sd\n252 zram\n253 device-mapper\n254 mdp\n259 blkext\n"
                  "99999999999 md\n-1 md\n");
    km_stacked_devices_read(&t->root, &t->buf, &d);
    assert_true(km_stacked_devices_has(&d, "253:0 rbytes=1"));
    assert_true(km_stacked_devices_has(&d, "252:1"));
    assert_true(km_stacked_devices_has(&d, "254:3 Read 5"));
    assert_false(km_stacked_devices_has(&d, "8:0 rbytes=1"));
    assert_false(km_stacked_devices_has(&d, "259:0 rbytes=1"));
}

static void knows_the_old_ones_without_it(void **state)
{
    struct temp_root *t = *state;
    struct km_stacked_devices d;

    km_stacked_devices_read(&t->root, &t->buf, &d);
    assert_true(km_stacked_devices_has(&d, "7:0 rbytes=1"));
    assert_true(km_stacked_devices_has(&d, "9:0 rbytes=1"));
    assert_false(km_stacked_devices_has(&d, "253:0 rbytes=1"));
}

static void takes_no_other_line(void **state)
{
    static const char *const lines[] = {
        "",           "Total 0", "(unknown) x", "7",
        "7 rbytes=1", "-7:0",    "4096:0",      "99999999999999999999:0"};
    struct km_stacked_devices d;

    (void)state;
    memset(&d, 0xff, sizeof(d));
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_false(km_stacked_devices_has(&d, lines[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(knows_them_by_the_kernels_list),
        with_root(knows_the_old_ones_without_it),
        cmocka_unit_test(takes_no_other_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
