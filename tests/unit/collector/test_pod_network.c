/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pod_network.h"
#include "sample_check.h"
#include "temp_root.h"

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

#define HOST "net:[4026531840]"
#define DEV  "lo: 9 9 9 9 0 0 0 0 9 9 9 9 0 0 0 0\neth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n"

static void put_process(struct temp_root *t, int pid, const char *name_space)
{
    char path[512], link[600];

    snprintf(path, sizeof(path), "/proc/%d/ns", pid);
    temp_root_put(t, path, NULL);
    snprintf(link, sizeof(link), "%s%s/net", t->dir, path);
    assert_int_equal(symlink(name_space, link), 0);
    snprintf(path, sizeof(path), "/proc/%d/net/dev", pid);
    temp_root_put(t, path, DEV);
}

static int8_t read_network(struct temp_root *t, struct km_pod_network *n, struct km_sample *s)
{
    int8_t host_network = -1;

    km_sample_clear(s);
    km_pod_network_read(n, &t->root, &t->buf, s, &host_network);
    return host_network;
}

static void reads_one_process_for_all(void **state)
{
    struct temp_root *t = *state;
    struct km_pod_network n = {0};
    struct km_sample s;

    assert_int_equal(read_network(t, &n, &s), -1);
    put_process(t, 7, "net:[1]");
    km_pod_network_choose(&n, &t->root, "", "c", 7); /* nobody knows the host's */
    assert_int_equal(n.pid, 0);
    km_pod_network_choose(&n, &t->root, HOST, "c", 6); /* not there */
    assert_int_equal(n.pid, 0);
    km_pod_network_choose(&n, &t->root, HOST, "c", 7);
    km_pod_network_choose(&n, &t->root, HOST, "d", 8); /* one is enough */
    assert_int_equal(read_network(t, &n, &s), 0);
    check(&s, KM_NET_RX_BYTES, 1);
    check(&s, KM_NET_TX_DROPPED, 8);
    assert_int_equal(t->root.kept, 1);
    km_pod_network_close(&n, &t->root);
    assert_int_equal(t->root.kept, 0);
}

static void the_hosts_network_is_not_the_pods(void **state)
{
    struct temp_root *t = *state;
    struct km_pod_network n = {0};
    struct km_sample s;

    put_process(t, 7, HOST);
    km_pod_network_choose(&n, &t->root, HOST, "c", 7);
    assert_int_equal(read_network(t, &n, &s), 1);
    check_only(&s, NULL, 0);
    assert_int_equal(t->root.files, 0);
}

/* An open file would hold a network namespace that everyone else has left. */
static void lets_go_of_a_container_that_is_gone(void **state)
{
    struct temp_root *t = *state;
    struct km_pod_network n = {0};
    struct km_sample s;

    put_process(t, 7, "net:[1]");
    put_process(t, 8, "net:[2]");
    km_pod_network_choose(&n, &t->root, HOST, "c", 7);
    read_network(t, &n, &s);
    km_pod_network_container_gone(&n, "d", &t->root);
    assert_int_equal(t->root.kept, 1);
    km_pod_network_container_gone(&n, "c", &t->root);
    assert_int_equal(t->root.kept, 0);
    assert_int_equal(read_network(t, &n, &s), -1);
    km_pod_network_choose(&n, &t->root, HOST, "d", 8);
    assert_int_equal(read_network(t, &n, &s), 0);
    km_pod_network_close(&n, &t->root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(reads_one_process_for_all),
        with_root(the_hosts_network_is_not_the_pods),
        with_root(lets_go_of_a_container_that_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
