/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "listen_address.h"

static void reads_addresses_of_both_families(void **state)
{
    struct sockaddr_storage address;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;

    (void)state;
    assert_int_equal(km_listen_address("127.0.0.1:8080", &address), 0);
    assert_int_equal(v4->sin_family, AF_INET);
    assert_int_equal(ntohs(v4->sin_port), 8080);
    assert_int_equal(ntohl(v4->sin_addr.s_addr), 0x7f000001);
    assert_int_equal(km_listen_address("0.0.0.0:0", &address), 0);
    assert_int_equal(v4->sin_port, 0);
    assert_int_equal(km_listen_address("[::1]:65535", &address), 0);
    assert_int_equal(v6->sin6_family, AF_INET6);
    assert_int_equal(ntohs(v6->sin6_port), 65535);
    assert_int_equal(v6->sin6_addr.s6_addr[15], 1);
    assert_int_equal(km_listen_address(":::80", &address), 0);
    assert_int_equal(v6->sin6_family, AF_INET6);
}

static void refuses_what_is_none(void **state)
{
    static const char *const wrong[] = {
        "",
        ":",
        ":80",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "1.2.3:4",
        "1.2.3.4:-1",
        "1.2.3.4:8x",
        "localhost:80",
        "[::1:80",
        "[]:80",
        "[::1]",
        "1.2.3.4: 8",
        "1.2.3.4:+80",
        "[1.2.3.4]",
        "999.1.1.1:80",
        "::g:80",
        "0000000000000000000000000000000000000000000000000000000000000000000000000000000000:80"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct sockaddr_storage address;

        if (km_listen_address(wrong[i], &address) != -EINVAL)
            fail_msg("\"%s\" is taken", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_addresses_of_both_families),
        cmocka_unit_test(refuses_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
