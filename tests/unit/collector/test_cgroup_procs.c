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

static int64_t sum(const struct km_processes *p)
{
    int64_t sum = 0;

    for (size_t i = 0; i < p->count; i++)
        sum += p->list[i].pid;
    return sum;
}

static int read_one(struct temp_root *t, struct km_processes *p, struct km_procs_folder *folder)
{
    return km_processes_read(p, &t->root, "/cg", folder, 1, &t->buf);
}

static void adds_those_of_cgroups_below(void **state)
{
    struct temp_root *t = *state;
    struct km_procs_folder folders[] = {
        {.path = "/c"}, {.path = "/c/gone"}, {.path = "/c/init"}, {.path = "/c/bad"}};
    struct km_processes p = {0};

    temp_root_put(t, "/cg/c/cgroup.procs", "1\n0\n20\n");
    temp_root_put(t, "/cg/c/init/cgroup.procs", "300\n");
    temp_root_put(t, "/cg/c/bad/cgroup.procs", "nobody\n");
    assert_int_equal(km_processes_read(&p, &t->root, "/cg", folders, 4, &t->buf), 0);
    assert_int_equal(p.count, 3);
    assert_int_equal(sum(&p), 321);
    km_processes_done(&p, &t->root);
    for (int i = 0; i < 4; i++)
        km_kept_close(&t->root, &folders[i].procs);
    assert_int_equal(t->root.kept, 0);
}

static void tells_empty_from_gone_and_from_garbage(void **state)
{
    struct temp_root *t = *state;
    struct km_procs_folder folder = {.path = "/c"};
    struct km_processes p = {0};

    assert_int_equal(read_one(t, &p, &folder), -ENOENT);
    temp_root_put(t, "/cg/c/cgroup.procs", "nobody\n");
    assert_int_equal(read_one(t, &p, &folder), -EINVAL);
    assert_false(p.known);
    temp_root_put(t, "/cg/c/cgroup.procs", "");
    assert_int_equal(read_one(t, &p, &folder), 0);
    assert_true(p.known);
    assert_int_equal(p.count, 0);
    km_processes_done(&p, &t->root);
    km_kept_close(&t->root, &folder.procs);
}

/* Who stays keeps the file that is open for it, wherever it stands now. */
static void files_stay_with_their_processes(void **state)
{
    struct temp_root *t = *state;
    struct km_procs_folder folder = {.path = "/c"};
    struct km_processes p = {0};
    int open_for_8;

    temp_root_put(t, "/proc/7/io", "7\n");
    temp_root_put(t, "/proc/8/io", "8\n");
    temp_root_put(t, "/cg/c/cgroup.procs", "7\n8\n");
    assert_int_equal(read_one(t, &p, &folder), 0);
    for (size_t i = 0; i < p.count; i++)
        assert_int_equal(km_kept_read(&t->root, &p.list[i].io, KM_KEPT_WHOLE, &t->buf,
                                      "/proc/%d/io", (int)p.list[i].pid),
                         0);
    assert_int_equal(t->root.kept, 3);
    open_for_8 = p.list[1].io.fd_and_1;
    temp_root_put(t, "/cg/c/cgroup.procs", "9\n10\n8\n");
    assert_int_equal(read_one(t, &p, &folder), 0);
    assert_int_equal(p.count, 3);
    assert_int_equal(p.list[0].io.fd_and_1, 0);
    assert_int_equal(p.list[2].io.fd_and_1, open_for_8);
    assert_int_equal(t->root.kept, 2); /* that of 7 is closed */
    temp_root_put(t, "/cg/c/cgroup.procs", "");
    assert_int_equal(read_one(t, &p, &folder), 0);
    assert_int_equal(t->root.kept, 1);
    km_processes_done(&p, &t->root);
    km_kept_close(&t->root, &folder.procs);
    assert_int_equal(t->root.kept, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(adds_those_of_cgroups_below),
        with_root(tells_empty_from_gone_and_from_garbage),
        with_root(files_stay_with_their_processes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
