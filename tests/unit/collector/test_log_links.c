/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log_links.h"

#define ID "17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"

static void reads_a_link(void **state)
{
    struct km_log_link name;

    (void)state;
    assert_true(km_log_link_parse("web-6c4-x_shop_my-httpd-" ID ".log",
                                  "/var/log/pods/shop_web-6c4-x_8712f785-1a3e/my-httpd/0.log",
                                  &name));
    assert_string_equal(name.pod, "web-6c4-x");
    assert_string_equal(name.name_space, "shop");
    assert_string_equal(name.container, "my-httpd");
    assert_string_equal(name.id, ID);
    assert_string_equal(name.uid, "8712f785-1a3e");
}

static void refuses_other_links(void **state)
{
    static const char *const names[] = {"x.log",        "a_b-" ID ".log",    "a_b_c-" ID,
                                        "a_b_c-12.log", ("_b_c-" ID ".log"), ("a_b_-" ID ".log")};
    struct km_log_link name;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(km_log_link_parse(names[i], "/var/log/pods/b_a_u/c/0.log", &name));
    assert_false(km_log_link_parse("a_b_c-" ID ".log", "/var/lib/docker/x.log", &name));
    assert_false(km_log_link_parse("a_b_c-" ID ".log", "/var/log/pods/b_a_/c/0.log", &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_link),
        cmocka_unit_test(refuses_other_links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
