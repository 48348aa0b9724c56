/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net_dev.h"
#include "sample_check.h"

static bool all(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return true;
}

static bool only(void *arg, const char *name)
{
    return strcmp(arg, name) == 0;
}

static const char text[] =
    "Inter-|   Receive                            |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop\n"
    "    lo: 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n"
    "  eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"
    "eth1.5:1000 2000 0 0 0 0 0 0 3000 4000 0 0 0 0 0 0\n";

static void adds_up_what_is_wanted(void **state)
{
    struct km_sample s;

    (void)state;
    km_sample_clear(&s);
    km_net_dev_scan(text, all, NULL, &s, NULL);
    check(&s, KM_NET_RX_BYTES, 1001);
    check(&s, KM_NET_RX_PACKETS, 2002);
    check(&s, KM_NET_RX_ERRORS, 3);
    check(&s, KM_NET_RX_DROPPED, 4);
    check(&s, KM_NET_TX_BYTES, 3005);
    check(&s, KM_NET_TX_PACKETS, 4006);
    check(&s, KM_NET_TX_ERRORS, 7);
    check(&s, KM_NET_TX_DROPPED, 8);
    km_sample_clear(&s);
    km_net_dev_scan(text, only, (char[]){"eth0"}, &s, NULL);
    check(&s, KM_NET_RX_BYTES, 1);
}

static void is_absent_without_an_interface(void **state)
{
    static const char *const texts[] = {
        "",
        "\n\n",
        "garbage",
        "eth0",
        "eth0:",
        "eth0: 1 2 3\n",
        "eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 x\n",
        "  lo: 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9\n",
        "eth0: 18446744073709551615 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"};
    struct km_sample s;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        km_sample_clear(&s);
        km_net_dev_scan(texts[i], all, NULL, &s, NULL);
        check_only(&s, NULL, 0);
    }
    km_sample_clear(&s);
    km_net_dev_scan(text, only, (char[]){"eth9"}, &s, NULL);
    check_only(&s, NULL, 0);
}

static void a_sum_never_overflows(void **state)
{
    struct km_sample s;

    (void)state;
    km_sample_clear(&s);
    km_net_dev_scan("a: 9223372036854775807 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"
                    "b: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0\n",
                    all, NULL, &s, NULL);
    check(&s, KM_NET_RX_BYTES, INT64_MAX);
    check(&s, KM_NET_TX_BYTES, 3);
}

static void keeps_interfaces_apart(void **state)
{
    static const char odd[] = "a\xff: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"
                              "\"b: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n"
                              "c0: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n";
    struct km_net_interfaces found = {0};
    struct km_sample s;
    char many[2048] = "";

    (void)state;
    km_sample_clear(&s);
    km_net_dev_scan(text, all, NULL, &s, &found);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.items[0].name, "eth0");
    assert_int_equal(found.items[0].value[KM_NET_RX_BYTES - KM_NET_RX_BYTES], 1);
    assert_int_equal(found.items[0].value[KM_NET_TX_DROPPED - KM_NET_RX_BYTES], 8);
    assert_string_equal(found.items[1].name, "eth1.5");
    assert_int_equal(found.items[1].value[KM_NET_TX_BYTES - KM_NET_RX_BYTES], 3000);
    /* Those whose name cannot be a key, or that are too many, are in the sum alone. */
    found.count = 0;
    km_sample_clear(&s);
    km_net_dev_scan(odd, all, NULL, &s, &found);
    check(&s, KM_NET_RX_BYTES, 3);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].name, "c0");
    found.count = 0;
    km_sample_clear(&s);
    for (int i = 0; i < 20; i++)
        sprintf(many + strlen(many), "e%d: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n", i);
    km_net_dev_scan(many, all, NULL, &s, &found);
    check(&s, KM_NET_RX_BYTES, 20);
    assert_int_equal(found.count, KM_NET_INTERFACES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_up_what_is_wanted),
        cmocka_unit_test(is_absent_without_an_interface),
        cmocka_unit_test(a_sum_never_overflows),
        cmocka_unit_test(keeps_interfaces_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
