/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cgroup_mounts.h"
#include "temp_root.h"

#define V2      "35 23 0:29 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define UNIFIED "31 30 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw\n"
#define SYSTEMD "32 30 0:28 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup rw,name=systemd\n"
#define CPU     "33 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:12 - cgroup cgroup rw,cpu,cpuacct\n"
#define CPUSET  "34 30 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
#define MEMORY  "35 30 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"

static int parse(const char *text, struct km_cgroup_mounts *mounts)
{
    char copy[2048];

    snprintf(copy, sizeof(copy), "%s", text);
    return km_cgroup_mounts_parse(copy, mounts);
}

static void knows_v2(void **state)
{
    struct km_cgroup_mounts m;

    (void)state;
    assert_int_equal(parse("22 1 0:1 / / rw - ext4 /dev/vda rw\n" V2, &m), 0);
    assert_string_equal(m.v2, "/sys/fs/cgroup");
    assert_string_equal(m.tree, "/sys/fs/cgroup");
    for (int c = 0; c < KM_CONTROLLERS; c++)
        assert_string_equal(m.v1[c], "");
}

static void knows_a_hybrid_host(void **state)
{
    struct km_cgroup_mounts m;

    (void)state;
    assert_int_equal(parse(UNIFIED SYSTEMD CPU CPUSET MEMORY, &m), 0);
    assert_string_equal(m.v1[KM_CPU], "/sys/fs/cgroup/cpu,cpuacct");
    assert_string_equal(m.v1[KM_CPUACCT], "/sys/fs/cgroup/cpu,cpuacct");
    assert_string_equal(m.v1[KM_MEMORY], "/sys/fs/cgroup/memory");
    assert_string_equal(m.v1[KM_BLKIO], "");
    assert_string_equal(m.v2, "/sys/fs/cgroup/unified");
    assert_string_equal(m.tree, "/sys/fs/cgroup/memory");
}

/* A container has its own part mounted besides; which line is first must not matter. */
static void takes_the_mount_that_shows_most(void **state)
{
    static const char own[] =
        "1 2 0:31 /kubepods/pod1/ab /sys/fs/cgroup/memory ro - cgroup c ro,memory\n";
    static const char host[] = "3 2 0:31 / /host/sys/fs/cgroup/memory ro - cgroup c ro,memory\n";
    static const char private[] = "4 2 0:29 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
    static const char whole[] = "5 2 0:29 /../../.. /host/sys/fs/cgroup ro - cgroup2 cgroup rw\n";
    char text[512];
    struct km_cgroup_mounts m;

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        snprintf(text, sizeof(text), "%s%s", turn ? own : host, turn ? host : own);
        assert_int_equal(parse(text, &m), 0);
        assert_string_equal(m.v1[KM_MEMORY], "/host/sys/fs/cgroup/memory");
        snprintf(text, sizeof(text), "%s%s", turn ? private : whole, turn ? whole : private);
        assert_int_equal(parse(text, &m), 0);
        assert_string_equal(m.v2, "/host/sys/fs/cgroup");
    }
}

static void refuses_what_is_no_cgroup(void **state)
{
    static const char *const texts[] = {"",
                                        "garbage\n",
                                        "35 23 0:29 / /x rw - cgroup2\n",
                                        "35 23 - cgroup2 cgroup2 rw\n",
                                        SYSTEMD CPUSET,
                                        "22 1 0:1 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"};
    struct km_cgroup_mounts m;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(parse(texts[i], &m), -ENOENT);
}

/* Below a folder the mounts of process 1 count, and ours are the next best. */
static void reads_process_1_of_another_root(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup_mounts m;

    assert_int_equal(km_cgroup_mounts_read(&t->root, &t->buf, &m), -ENOENT);
    temp_root_put(t, "/proc/self/mountinfo", UNIFIED);
    assert_int_equal(km_cgroup_mounts_read(&t->root, &t->buf, &m), 0);
    assert_string_equal(m.tree, "/sys/fs/cgroup/unified");
    temp_root_put(t, "/proc/1/mountinfo", V2);
    assert_int_equal(km_cgroup_mounts_read(&t->root, &t->buf, &m), 0);
    assert_string_equal(m.tree, "/sys/fs/cgroup");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_v2),
        cmocka_unit_test(knows_a_hybrid_host),
        cmocka_unit_test(takes_the_mount_that_shows_most),
        cmocka_unit_test(refuses_what_is_no_cgroup),
        cmocka_unit_test_setup_teardown(reads_process_1_of_another_root, temp_root_setup,
                                        temp_root_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
