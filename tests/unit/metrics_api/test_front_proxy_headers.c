/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "front_proxy_headers.h"

#define DATA                                                                                       \
    "{\"requestheader-username-headers\":\"[\\\"X-Remote-User\\\",\\\"X-Second\\\"]\","            \
    "\"requestheader-group-headers\":\"[\\\"X-Remote-Group\\\"]\","                                \
    "\"requestheader-uid-headers\":\"[\\\"X-Remote-Uid\\\"]\","                                    \
    "\"requestheader-extra-headers-prefix\":\"[\\\"X-Remote-Extra-\\\"]\"}"

static int read_names(const char *data, struct km_front_names *names)
{
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    yyjson_doc *doc = yyjson_read(data, strlen(data), 0);
    int r = km_front_names_read(yyjson_doc_get_root(doc), names, &words);

    yyjson_doc_free(doc);
    assert_int_equal(r<0, words.len> 0);
    return r;
}

/* Headers as name, value, name, value, NULL. */
static void headers(void *source, void (*each)(void *arg, const char *name, const char *value),
                    void *arg)
{
    for (const char *const *h = source; *h; h += 2)
        each(arg, h[0], h[1]);
}

static int user_of(const char *const *sent, struct km_kube_user *user)
{
    struct km_door_visitor visitor = {.headers = headers, .source = (void *)(uintptr_t)sent};
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_front_names names;
    int r;

    assert_int_equal(read_names(DATA, &names), 0);
    r = km_front_user(&names, &visitor, user, &words);
    km_front_names_done(&names);
    return r;
}

static void reads_a_user(void **state)
{
    static const char *const sent[] = {"Host",
                                       "h",
                                       "x-remote-group",
                                       "dev",
                                       "X-Second",
                                       "second",
                                       "X-REMOTE-USER",
                                       "jane",
                                       "X-Remote-Uid",
                                       "u-1",
                                       "X-Remote-Group",
                                       "ops",
                                       "X-Remote-Extra-Acme.com%2Fproject",
                                       "p1",
                                       "X-Remote-Extra-acme.com%2fproject",
                                       "p2",
                                       "X-Remote-Extra-A%zz",
                                       "z",
                                       "X-Remote-Extra-",
                                       "nobody",
                                       NULL};
    struct km_kube_user user;

    (void)state;
    assert_int_equal(user_of(sent, &user), 0);
    assert_string_equal(user.name, "jane");
    assert_string_equal(user.uid, "u-1");
    assert_int_equal(user.n_groups, 3);
    assert_string_equal(user.groups[0], "dev");
    assert_string_equal(user.groups[1], "ops");
    assert_string_equal(user.groups[2], "system:authenticated");
    assert_string_equal(user.extra, "{\"acme.com/project\":[\"p1\",\"p2\"],\"a%zz\":[\"z\"]}");
    km_kube_user_done(&user);
}

static void strangers_are_not_authenticated(void **state)
{
    static const char *const by_group[] = {"X-Remote-User", "u", "X-Remote-Group",
                                           "system:unauthenticated", NULL};
    static const char *const by_name[] = {"X-Remote-User", "system:anonymous", NULL};
    static const char *const twice[] = {"X-Remote-User", "u", "X-Remote-Group",
                                        "system:authenticated", NULL};
    struct km_kube_user user;

    (void)state;
    assert_int_equal(user_of(by_group, &user), 0);
    assert_int_equal(user.n_groups, 1);
    km_kube_user_done(&user);
    assert_int_equal(user_of(by_name, &user), 0);
    assert_int_equal(user.n_groups, 0);
    km_kube_user_done(&user);
    assert_int_equal(user_of(twice, &user), 0);
    assert_int_equal(user.n_groups, 1);
    km_kube_user_done(&user);
}

static void refuses_headers_that_name_nobody(void **state)
{
    static const char *const none[] = {"X-Remote-Group", "system:masters", NULL};
    static const char *const empty[] = {"X-Remote-User", "", NULL};
    static const char *const bytes[] = {"X-Remote-User", "\xff", NULL};
    static const char *const extra[] = {"X-Remote-User", "u", "X-Remote-Extra-%ff", "v", NULL};
    struct km_kube_user user;

    (void)state;
    assert_int_equal(user_of(none, &user), -EACCES);
    assert_int_equal(user_of(empty, &user), -EACCES);
    assert_int_equal(user_of(bytes, &user), -EACCES);
    assert_int_equal(user_of(extra, &user), -EACCES);
}

static void refuses_a_configmap_without_a_user(void **state)
{
    struct km_front_names names;

    (void)state;
    assert_int_equal(read_names("{}", &names), -EINVAL);
    assert_int_equal(read_names("{\"requestheader-username-headers\":\"[]\"}", &names), -EINVAL);
    assert_int_equal(read_names("{\"requestheader-username-headers\":\"null\"}", &names), -EINVAL);
    assert_int_equal(read_names("{\"requestheader-username-headers\":\"[1]\"}", &names), -EINVAL);
    assert_int_equal(read_names("{\"requestheader-username-headers\":\"X-Remote-User\"}", &names),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_user),
        cmocka_unit_test(strangers_are_not_authenticated),
        cmocka_unit_test(refuses_headers_that_name_nobody),
        cmocka_unit_test(refuses_a_configmap_without_a_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
