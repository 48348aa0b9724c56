/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server_address.h"

static void finds_the_host_of_a_url(void **state)
{
    static const struct {
        const char *url, *host;
    } cases[] = {{"http://a.b:8080", "a.b"},
                 {"https://a.b/path/", "a.b"},
                 {"http://user:secret@a.b:1/", "a.b"},
                 {"http://127.0.0.1", "127.0.0.1"},
                 {"http://[::1]:8080/x", "::1"}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *host;

        assert_int_equal(km_address_host(cases[i].url, &host), 0);
        assert_string_equal(host, cases[i].host);
        free(host);
    }
}

static void refuses_what_is_no_url_of_a_server(void **state)
{
    static const char *const urls[] = {"",        "a.b",      "ftp://a.b",   "http:/a.b",
                                       "http://", "http://[", "http://[::1", "http://a b"};

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        char *host = NULL;

        assert_int_equal(km_address_host(urls[i], &host), -EINVAL);
        assert_null(host);
    }
}

static void resolves_addresses_to_themselves(void **state)
{
    km_address addresses[4];

    (void)state;
    assert_int_equal(km_address_resolve("127.0.0.7", addresses, 4), 1);
    assert_string_equal(addresses[0], "127.0.0.7");
    assert_int_equal(km_address_resolve("::1", addresses, 4), 1);
    assert_string_equal(addresses[0], "::1");
    assert_true(km_address_resolve("no such name", addresses, 4) <= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_host_of_a_url),
        cmocka_unit_test(refuses_what_is_no_url_of_a_server),
        cmocka_unit_test(resolves_addresses_to_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
