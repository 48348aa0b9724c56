/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kube_pod.h"
#include "played_api.h"

static int ask(const char *status, const char *answer, char **ret_node, char *ret_words)
{
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct played_api api;
    int r;

    played_start(&api, status, answer);
    r = km_kube_pod_node(api.client, "monitoring", "collector-x", "u1", ret_node, &words);
    played_stop(&api);
    assert_non_null(strstr(api.request, "GET /api/v1/namespaces/monitoring/pods/collector-x HTTP"));
    strcpy(ret_words, words.len ? km_buf_str(&words) : "");
    return r;
}

static void says_where_a_pod_runs(void **state)
{
    char *node, words[512];

    (void)state;
    assert_int_equal(ask("200 OK", "{\"metadata\":{\"uid\":\"u1\"},\"spec\":{\"nodeName\":\"n7\"}}",
                         &node, words),
                     0);
    assert_string_equal(node, "n7");
    free(node);
}

static void says_why_it_is_not_known(void **state)
{
    static const struct {
        const char *status, *answer;
        int r;
        const char *words;
    } cases[] = {
        {"200 OK", "{\"metadata\":{\"uid\":\"u2\"},\"spec\":{\"nodeName\":\"n7\"}}", -ENOENT,
         "another one"},
        {"200 OK", "{\"metadata\":{\"uid\":\"u1\"},\"spec\":{}}", -ENOENT, "no node"},
        {"200 OK", "nonsense", -ENOENT, "another one"},
        {"404 Not Found", "{}", -ENOENT, "404"},
        {"403 Forbidden", "{}", -EPERM, "403"},
        {"500 Internal Server Error", "{}", -EIO, "500"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *node, words[512];

        assert_int_equal(ask(cases[i].status, cases[i].answer, &node, words), cases[i].r);
        assert_non_null(strstr(words, cases[i].words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_where_a_pod_runs),
        cmocka_unit_test(says_why_it_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
