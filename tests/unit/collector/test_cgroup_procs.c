/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cgroup_procs.h"
#include "temp_root.h"

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

static const struct km_cgroup_mounts mounts = {.tree = "/cg"};

static int read_procs(struct temp_root *t, int64_t *sum, size_t *n)
{
    int64_t *pids = NULL;
    int r = km_cgroup_procs(&t->root, &mounts, "/c", &t->buf, &pids, n);

    *sum = 0;
    for (size_t i = 0; r == 0 && i < *n; i++)
        *sum += pids[i];
    if (r == 0)
        free(pids);
    return r;
}

static void finds_them_in_cgroups_below(void **state)
{
    struct temp_root *t = *state;
    int64_t sum;
    size_t n;

    temp_root_put(t, "/cg/c/cgroup.procs", "1\n0\n20\n");
    temp_root_put(t, "/cg/c/container/cgroup.procs", "300\n");
    temp_root_put(t, "/cg/c/init.scope/deep/cgroup.procs",
                  "4000\n"); /* no file above: not looked into */
    temp_root_put(t, "/cg/c/system.slice/cgroup.procs", "");
    temp_root_put(t, "/cg/c/system.slice/a.service/cgroup.procs", "50000\n");
    assert_int_equal(read_procs(t, &sum, &n), 0);
    assert_int_equal(n, 4);
    assert_int_equal(sum, 50321);
}

static void tells_empty_from_gone_and_from_garbage(void **state)
{
    struct temp_root *t = *state;
    int64_t sum;
    size_t n = 99;

    assert_int_equal(read_procs(t, &sum, &n), -ENOENT);
    temp_root_put(t, "/cg/c/cgroup.procs", "nobody\n");
    assert_int_equal(read_procs(t, &sum, &n), -EINVAL);
    assert_int_equal(n, 99);
    temp_root_put(t, "/cg/c/cgroup.procs", "");
    assert_int_equal(read_procs(t, &sum, &n), 0);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(finds_them_in_cgroups_below),
        with_root(tells_empty_from_gone_and_from_garbage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
