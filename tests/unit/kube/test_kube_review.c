/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kube_review.h"
#include "played_api.h"

/* What Kubernetes 1.31 answers for a bound token. */
#define ACCEPTED                                                                                   \
    "{\"kind\":\"TokenReview\",\"status\":{\"authenticated\":true,\"audiences\":[\"kubemonitor\"]" \
    ","                                                                                            \
    "\"user\":{\"username\":\"system:serviceaccount:m:collector\",\"uid\":\"u1\","                 \
    "\"groups\":[\"system:serviceaccounts\",\"system:authenticated\"],\"extra\":{"                 \
    "\"authentication.kubernetes.io/node-name\":[\"n1\"],"                                         \
    "\"authentication.kubernetes.io/pod-name\":[\"p1\"],"                                          \
    "\"authentication.kubernetes.io/pod-uid\":[\"pu1\"]}}}}"

static int token_review(const char *status, const char *answer, const char *audience,
                        struct km_kube_user *user, struct km_buf *words, char *ret_body)
{
    struct played_api api;
    int r;

    played_start(&api, status, answer);
    r = km_kube_token_review(api.client, "t.o-k", audience, user, words);
    played_stop(&api);
    if (ret_body)
        strcpy(ret_body, played_body(&api));
    return r;
}

static void says_whom_a_token_stands_for(void **state)
{
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_kube_user user;
    char body[1024];

    (void)state;
    assert_int_equal(token_review("201 Created", ACCEPTED, "kubemonitor", &user, &words, body), 0);
    assert_string_equal(body,
                        "{\"kind\":\"TokenReview\",\"apiVersion\":\"authentication.k8s.io/v1\","
                        "\"spec\":{\"token\":\"t.o-k\",\"audiences\":[\"kubemonitor\"]}}");
    assert_string_equal(user.name, "system:serviceaccount:m:collector");
    assert_string_equal(user.uid, "u1");
    assert_int_equal(user.n_groups, 2);
    assert_string_equal(user.groups[1], "system:authenticated");
    assert_string_equal(user.node, "n1");
    assert_string_equal(user.pod, "p1");
    assert_string_equal(user.pod_uid, "pu1");
    km_kube_user_done(&user);
    assert_null(user.name);
}

static void names_no_node_where_the_token_does_not(void **state)
{
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_kube_user user;

    (void)state;
    assert_int_equal(
        token_review("201 Created",
                     "{\"status\":{\"authenticated\":true,\"user\":{\"username\":\"a\"}}}", NULL,
                     &user, &words, NULL),
        0);
    assert_null(user.node);
    assert_null(user.pod);
    assert_null(user.extra);
    assert_int_equal(user.n_groups, 0);
    km_kube_user_done(&user);
}

static void refuses(void **state)
{
    static const struct {
        const char *status, *answer;
        int r;
        const char *words;
    } cases[] = {
        {"201 Created", "{\"status\":{\"user\":{},\"error\":\"token expired\"}}", -EACCES,
         "token expired"},
        {"201 Created", "{\"status\":{\"user\":{}}}", -EACCES, "stands for nobody"},
        {"201 Created", "{\"status\":{\"authenticated\":true,\"user\":{\"username\":\"a\"}}}",
         -EACCES, "not for the audience"},
        {"201 Created",
         "{\"status\":{\"authenticated\":true,\"audiences\":[\"other\"],\"user\":{\"username\":"
         "\"a\"}}}",
         -EACCES, "not for the audience"},
        {"201 Created",
         "{\"status\":{\"authenticated\":true,\"audiences\":[\"kubemonitor\"],\"user\":{}}}",
         -EBADMSG, "names no user"},
        {"201 Created", "[1,2]", -EBADMSG, "no review"},
        {"403 Forbidden", "{\"message\":\"may not create tokenreviews\"}", -EPERM,
         "may not create"},
        {"500 Internal Server Error", "", -EIO, "status 500"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        km_auto_buf struct km_buf words = KM_BUF_INIT;
        struct km_kube_user user;

        assert_int_equal(
            token_review(cases[i].status, cases[i].answer, "kubemonitor", &user, &words, NULL),
            cases[i].r);
        assert_non_null(strstr(km_buf_str(&words), cases[i].words));
    }
}

static void says_that_nobody_answers(void **state)
{
    struct km_kube_config config = {.server = (char *)(uintptr_t) "http://127.0.0.1:1",
                                    .memory_files = {-1, -1, -1}};
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_kube_client *client;
    struct km_kube_user user;

    (void)state;
    assert_int_equal(km_kube_client_new(&config, &client), 0);
    assert_int_equal(km_kube_token_review(client, "t", NULL, &user, &words), -EIO);
    assert_true(words.len > 0);
    km_kube_client_free(client);
}

static bool may(const struct km_kube_access *access, const char *answer, char *ret_body)
{
    char *groups[] = {(char *)(uintptr_t) "g\"1"};
    struct km_kube_user user = {.name = (char *)(uintptr_t) "jane",
                                .groups = groups,
                                .n_groups = 1,
                                .extra = (char *)(uintptr_t) "{\"scopes\":[\"a\"]}"};
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct played_api api;
    bool allowed = false;

    played_start(&api, "201 Created", answer);
    assert_int_equal(km_kube_access_review(api.client, &user, access, &allowed, &words), 0);
    played_stop(&api);
    strcpy(ret_body, played_body(&api));
    return allowed;
}

static void asks_what_somebody_may_do(void **state)
{
    struct km_kube_access pods = {
        .verb = "list", .group = "metrics.k8s.io", .resource = "pods", .name_space = "shop"};
    struct km_kube_access path = {.verb = "get", .path = "/metrics"};
    char body[1024];

    (void)state;
    assert_true(may(&pods, "{\"status\":{\"allowed\":true,\"reason\":\"RBAC\"}}", body));
    assert_string_equal(
        body,
        "{\"kind\":\"SubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"spec\":{"
        "\"user\":\"jane\",\"groups\":[\"g\\\"1\"],\"extra\":{\"scopes\":[\"a\"]},"
        "\"resourceAttributes\":{\"verb\":\"list\",\"group\":\"metrics.k8s.io\","
        "\"resource\":\"pods\",\"namespace\":\"shop\"}}}");
    assert_false(may(&path, "{\"status\":{\"allowed\":false,\"denied\":true}}", body));
    assert_non_null(
        strstr(body, "\"nonResourceAttributes\":{\"verb\":\"get\",\"path\":\"/metrics\"}"));
    assert_false(may(&path, "{\"status\":{}}", body));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_whom_a_token_stands_for),
        cmocka_unit_test(names_no_node_where_the_token_does_not),
        cmocka_unit_test(refuses),
        cmocka_unit_test(says_that_nobody_answers),
        cmocka_unit_test(asks_what_somebody_may_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
