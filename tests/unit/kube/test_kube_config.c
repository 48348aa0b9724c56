/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kube_config.h"

static char path[] = "/tmp/kubeconfig-XXXXXX";

static int load(const char *yaml, struct km_kube_config *config, struct km_buf *error)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(yaml, file);
    fclose(file);
    km_buf_clear(error);
    return km_kube_config_load(path, config, error);
}

#define CONTEXT                                                                                    \
    "current-context: x\ncontexts: [{name: y, context: {}}, {name: x, context: {cluster: c, "      \
    "user: "                                                                                       \
    "u, namespace: n}}]\n"

static void reads_the_current_context(void **state)
{
    struct km_kube_config c = KM_KUBE_CONFIG_INIT;
    km_auto_buf struct km_buf error = KM_BUF_INIT;
    char read_back[16] = "";
    FILE *file;

    (void)state;
    assert_int_equal(load(CONTEXT
                          "clusters:\n- name: other\n  cluster: {server: wrong}\n- name: c\n"
                          "  cluster:\n    server: https://host:6443/\n"
                          "    certificate-authority: pki/ca.crt\n"
                          "users:\n- name: u\n  user:\n    client-certificate: /abs/u.crt\n"
                          "    client-key-data: Zm9vYmFy\n    tokenFile: t\n",
                          &c, &error),
                     0);
    assert_string_equal(c.server, "https://host:6443");
    assert_string_equal(c.ca_file, "/tmp/pki/ca.crt");
    assert_string_equal(c.cert_file, "/abs/u.crt");
    assert_string_equal(c.token_file, "/tmp/t");
    assert_string_equal(c.name_space, "n");
    assert_null(c.token);
    assert_false(c.insecure);
    file = fopen(c.key_file, "r");
    assert_non_null(file);
    assert_int_equal(fread(read_back, 1, sizeof(read_back), file), 6);
    fclose(file);
    assert_string_equal(read_back, "foobar");
    km_kube_config_done(&c);
    assert_int_equal(c.memory_files[0], -1);
}

static void takes_a_user_less_cluster(void **state)
{
    struct km_kube_config c = KM_KUBE_CONFIG_INIT;
    km_auto_buf struct km_buf error = KM_BUF_INIT;

    (void)state;
    assert_int_equal(load("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\n"
                          "clusters: [{name: c, cluster: {server: \"http://h\", "
                          "insecure-skip-tls-verify: true}}]\n",
                          &c, &error),
                     0);
    assert_true(c.insecure);
    km_kube_config_done(&c);
}

static void says_what_is_wrong(void **state)
{
    static const char *const cases[][2] = {
        {"", "no \"current-context\""},
        {"[1, 2]", "no \"current-context\""},
        {"a: [", "line"},
        {"current-context: x\ncontexts: []\n", "context that is not there"},
        {CONTEXT "clusters: []\n", "cluster that is not there"},
        {CONTEXT "clusters: [{name: c, cluster: {server: s}}]\n", "user that is not there"},
        {CONTEXT "clusters: [{name: c, cluster: {}}]\nusers: [{name: u, user: {}}]\n",
         "no \"server\""},
        {CONTEXT "clusters: [{name: c, cluster: {server: s}}]\nusers: [{name: u, user: {exec: "
                 "{command: aws}}}]\n",
         "\"exec\""},
        {CONTEXT "clusters: [{name: c, cluster: {server: s, certificate-authority-data: "
                 "\"**\"}}]\nusers: [{name: u, user: {}}]\n",
         "not base64"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct km_kube_config c = KM_KUBE_CONFIG_INIT;
        km_auto_buf struct km_buf error = KM_BUF_INIT;

        assert_int_equal(load(cases[i][0], &c, &error), -EINVAL);
        if (!strstr(km_buf_str(&error), cases[i][1]))
            fail_msg("%s: %s", cases[i][0], error.data);
        assert_null(c.server);
    }
}

static void names_a_missing_file(void **state)
{
    struct km_kube_config c = KM_KUBE_CONFIG_INIT;
    km_auto_buf struct km_buf error = KM_BUF_INIT;

    (void)state;
    assert_int_equal(km_kube_config_load("/tmp/is/not/there", &c, &error), -ENOENT);
    assert_non_null(strstr(km_buf_str(&error), "/tmp/is/not/there"));
}

static void is_not_in_a_cluster_here(void **state)
{
    struct km_kube_config c = KM_KUBE_CONFIG_INIT;

    (void)state;
    unsetenv("KUBERNETES_SERVICE_HOST");
    assert_int_equal(km_kube_config_in_cluster(&c), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_current_context), cmocka_unit_test(takes_a_user_less_cluster),
        cmocka_unit_test(says_what_is_wrong),        cmocka_unit_test(names_a_missing_file),
        cmocka_unit_test(is_not_in_a_cluster_here),
    };
    int fd = mkstemp(path), failed;

    if (fd < 0)
        return 1;
    close(fd);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
