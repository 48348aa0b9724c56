/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pods.h"
#include "sample_check.h"
#include "temp_root.h"

/* What needs more than one tick; tests/hosts has the rest. */

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

#define POD    "/kubepods/pod8712f785-1a3e-41ec-a00b-e2dcc77431cb"
#define ONE    POD "/17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"
#define TWO    POD "/27db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"
#define NO_OOM "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n"

static const struct km_cgroup_mounts v1 = {.v1 = {[KM_MEMORY] = "/m"}, .tree = "/m"};

static const struct km_wall_clock the_clock;

static const struct km_sample *tick(struct temp_root *t, struct km_pods *pods)
{
    const struct km_pod *list;
    size_t n;

    assert_int_equal(km_pods_read(pods, &v1, NULL, false, &t->buf, &list, &n), 0);
    assert_int_equal(n, 1);
    return &list[0].reading.sample;
}

/* v1 counts in the container's cgroup alone; the pod keeps what a container took with it. */
static void oom_kills_outlive_a_container(void **state)
{
    struct temp_root *t = *state;
    struct km_pods *pods = km_pods_new(&t->root, &the_clock, 5000);

    assert_non_null(pods);
    temp_root_put(t, "/m" POD "/memory.oom_control", NO_OOM);
    temp_root_put(t, "/m" ONE "/memory.oom_control", "oom_kill 2\n");
    check(tick(t, pods), KM_MEM_OOM_KILLS, 2);
    temp_root_put(t, "/m" ONE "/memory.oom_control", "oom_kill 3\n");
    temp_root_put(t, "/m" TWO "/memory.oom_control", "oom_kill 1\n");
    check(tick(t, pods), KM_MEM_OOM_KILLS, 4);
    temp_root_drop(t, "/m" ONE);
    check(tick(t, pods), KM_MEM_OOM_KILLS, 4);
    km_pods_free(pods);
}

static void disk_bytes_outlive_a_container(void **state)
{
    struct temp_root *t = *state;
    struct km_pods *pods = km_pods_new(&t->root, &the_clock, 5000);

    assert_non_null(pods);
    temp_root_put(t, "/m" ONE "/cgroup.procs", "7\n");
    temp_root_put(t, "/m" TWO "/cgroup.procs", "8\n");
    temp_root_put(t, "/proc/7/io", "read_bytes: 1\nwrite_bytes: 10\n");
    temp_root_put(t, "/proc/8/io", "read_bytes: 2\nwrite_bytes: 200\n");
    check(tick(t, pods), KM_DISK_WRITE_BYTES, 210);
    temp_root_drop(t, "/m" ONE);
    temp_root_put(t, "/proc/8/io", "read_bytes: 2\nwrite_bytes: 201\n");
    check(tick(t, pods), KM_DISK_WRITE_BYTES, 211);
    check(tick(t, pods), KM_DISK_READ_BYTES, 3);
    temp_root_drop(t, "/m" TWO);
    check(tick(t, pods), KM_DISK_WRITE_BYTES, 211);
    km_pods_free(pods);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(oom_kills_outlive_a_container),
        with_root(disk_bytes_outlive_a_container),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
