/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "memory_limit.h"

static char root[64];

static int setup(void **state)
{
    (void)state;
    strcpy(root, "/tmp/test_memory_limit.XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes a file below the root, its folders too. */
static void put(const char *path, const char *text)
{
    char name[512];
    FILE *file;

    snprintf(name, sizeof(name), "%s%s", root, path);
    for (char *p = strchr(name + strlen(root) + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        mkdir(name, 0700);
        *p = '/';
    }
    file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void assert_limit(int64_t expected)
{
    int64_t limit = -1;

    assert_int_equal(km_memory_limit(root, &limit), 0);
    assert_int_equal(limit, expected);
}

static void assert_no_limit(void)
{
    int64_t limit = 7;

    assert_int_equal(km_memory_limit(root, &limit), -ENOENT);
    assert_int_equal(limit, 7);
}

#define V2_MOUNT "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

static void takes_the_smallest_of_all_ancestors(void **state)
{
    (void)state;
    assert_no_limit(); /* no files at all */
    put("/proc/self/cgroup", "0::/kubepods/pod1/c1\n");
    put("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n" V2_MOUNT);
    assert_no_limit();
    put("/sys/fs/cgroup/kubepods/pod1/c1/memory.max", "max\n");
    assert_no_limit();
    put("/sys/fs/cgroup/kubepods/memory.max", "3000000\n");
    assert_limit(3000000);
    put("/sys/fs/cgroup/kubepods/pod1/memory.max", "2000000\n");
    assert_limit(2000000);
    put("/sys/fs/cgroup/kubepods/pod1/c1/memory.max", "5000000\n");
    assert_limit(2000000);
    put("/sys/fs/cgroup/memory.max", "1000000\n");
    assert_limit(1000000);
    put("/sys/fs/cgroup/other/memory.max", "5\n");
    assert_limit(1000000);
}

/* As a container sees itself with a cgroup namespace: all is "/". */
static void reads_the_top_of_a_namespace(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/\n");
    put("/proc/self/mountinfo", V2_MOUNT);
    put("/sys/fs/cgroup/memory.max", "4194304\n");
    assert_limit(4194304);
}

/* A process that was moved out of its namespace's top sees "/../sibling". */
static void stays_within_the_mount(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/../sibling\n");
    put("/proc/self/mountinfo", V2_MOUNT);
    put("/sys/fs/cgroup/memory.max", "4194304\n");
    put("/sys/fs/sibling/memory.max", "5\n");
    assert_limit(4194304);
}

/* v1 without a namespace: the container's folder is mounted, the path is the host's. */
static void reads_v1_as_containers_mount_it(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "11:cpu,cpuacct:/docker/abc\n9:memory:/docker/abc\n0::/docker/abc\n");
    put("/proc/self/mountinfo",
        "36 35 0:30 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct\n"
        "37 35 0:31 /docker/abc /sys/fs/cgroup/memory ro,nosuid master:9 - cgroup cgroup "
        "rw,memory\n");
    put("/sys/fs/cgroup/cpu/memory.limit_in_bytes", "5\n");
    assert_no_limit();
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_no_limit();
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "8388608\n");
    assert_limit(8388608);
}

static void takes_the_smaller_of_v1_and_v2(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "9:hugetlb,memory:/a/b\n0::/a/b\n");
    put("/proc/self/mountinfo", "37 35 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                                "38 35 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "8388608\n");
    assert_limit(8388608);
    put("/sys/fs/cgroup/unified/a/b/memory.max", "7000000\n");
    assert_limit(7000000);
}

static void overlooks_lines_it_does_not_know(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "\nnothing\n:\n::\n1:name=systemd:/x\n0::/a\n");
    put("/proc/self/mountinfo", "\n-\n - \n1 2 3\n - cgroup2\n" V2_MOUNT);
    put("/sys/fs/cgroup/a/memory.max", "junk\n");
    assert_no_limit();
    put("/sys/fs/cgroup/a/memory.max", "-5\n");
    assert_no_limit();
    put("/sys/fs/cgroup/memory.max", "6000000\n");
    assert_limit(6000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(takes_the_smallest_of_all_ancestors, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_the_top_of_a_namespace, setup, teardown),
        cmocka_unit_test_setup_teardown(stays_within_the_mount, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_v1_as_containers_mount_it, setup, teardown),
        cmocka_unit_test_setup_teardown(takes_the_smaller_of_v1_and_v2, setup, teardown),
        cmocka_unit_test_setup_teardown(overlooks_lines_it_does_not_know, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
