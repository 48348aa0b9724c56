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

    for (size_t i = 0; i < p->listed; i++)
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
    assert_int_equal(p.ended, 1); /* 7, and 8 with it from now on */
    assert_int_equal(p.list[3].pid, 7);
    temp_root_put(t, "/cg/c/cgroup.procs", "");
    assert_int_equal(read_one(t, &p, &folder), 0);
    assert_int_equal(p.count, 0);
    assert_int_equal(p.ended, 2);
    assert_int_equal(t->root.kept, 3);
    km_processes_done(&p, &t->root);
    km_kept_close(&t->root, &folder.procs);
    assert_int_equal(t->root.kept, 0);
}

static void lists_so_many_and_counts_the_others(void **state)
{
    struct temp_root *t = *state;
    struct km_procs_folder folder = {.path = "/c"};
    struct km_processes p = {0};
    char text[4 * 3000] = "";
    size_t len = 0;

    for (int pid = 1; pid <= 2000; pid++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%d\n", pid);
    temp_root_put(t, "/cg/c/cgroup.procs", text);
    assert_int_equal(read_one(t, &p, &folder), 0);
    assert_int_equal(p.count, 2000);
    assert_int_equal(p.listed, KM_PROCESSES_LISTED);
    assert_int_equal(p.list[KM_PROCESSES_LISTED - 1].pid, KM_PROCESSES_LISTED);
    km_processes_done(&p, &t->root);
    km_kept_close(&t->root, &folder.procs);
}

static void keeps_so_many_that_have_ended(void **state)
{
    struct temp_root *t = *state;
    struct km_procs_folder folder = {.path = "/c"};
    struct km_processes p = {0};

    for (int i = 0; i < 3 * KM_PROCESSES_ENDED; i++) {
        char path[32], text[32];

        snprintf(path, sizeof(path), "/proc/%d/io", i + 1);
        snprintf(text, sizeof(text), "%d\n", i + 1);
        temp_root_put(t, path, text);
        temp_root_put(t, "/cg/c/cgroup.procs", text);
        assert_int_equal(read_one(t, &p, &folder), 0);
        assert_int_equal(km_kept_read(&t->root, &p.list[0].io, KM_KEPT_WHOLE, &t->buf, "%s", path),
                         0);
    }
    assert_int_equal(p.ended, KM_PROCESSES_ENDED);
    assert_int_equal(t->root.kept, KM_PROCESSES_ENDED + 2);
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
        with_root(lists_so_many_and_counts_the_others),
        with_root(keeps_so_many_that_have_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
