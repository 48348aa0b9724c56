/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node.h"
#include "sample_check.h"
#include "temp_root.h"

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

static const unsigned file_system[] = {KM_FS_CAPACITY, KM_FS_USED, KM_FS_INODES, KM_FS_INODES_USED};

/* Without the file systems, which are those of the machine that tests. */
static struct km_sample read_node(struct temp_root *t, const char *v1_cpu)
{
    struct km_cgroup_mounts mounts = {0};
    struct km_node node = {0};
    struct km_sample s = {0};

    strcpy(mounts.v1[KM_CPUACCT], v1_cpu);
    km_node_read(&node, &t->root, &mounts, &t->buf, &s);
    km_node_close(&node, &t->root);
    assert_int_equal(t->root.kept, 0);
    for (size_t i = 0; i < sizeof(file_system) / sizeof(file_system[0]); i++)
        km_sample_unset(&s, file_system[i]);
    return s;
}

static void reads_cpu_time(void **state)
{
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/proc/stat",
                  "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n"
                  "cpu3 0 0 0 0 0 0 0 0 0 0\nprocs_running 2\nprocs_blocked 1\n");
    s = read_node(t, "");
    check(&s, KM_CPU_CAPACITY, 2000);
    check(&s, KM_CPU_USER_USEC, 30000);
    check(&s, KM_CPU_SYSTEM_USEC, 30000);
    check(&s, KM_CPU_IOWAIT_USEC, 50000);
    check(&s, KM_CPU_IRQ_USEC, 130000);
    check(&s, KM_CPU_STEAL_USEC, 80000);
    check(&s, KM_CPU_USAGE_USEC, 190000);
    check(&s, KM_PROC_RUNNING, 2);
    check(&s, KM_PROC_BLOCKED, 1);
    temp_root_put(t, "/cpu/cpuacct.usage", "-5\n");
    s = read_node(t, "/cpu");
    check(&s, KM_CPU_USAGE_USEC, 190000);
    temp_root_put(t, "/cpu/cpuacct.usage", "191234567\n");
    s = read_node(t, "/cpu");
    check(&s, KM_CPU_USAGE_USEC, 191234);
}

static void a_wrong_cpu_line_is_left_out(void **state)
{
    static const char *const lines[] = {"cpu  1 2 3 4 5 6 7\n", "cpu  1 2 -3 4 5 6 7 8\n",
                                        "cpu  1 2 x 4 5 6 7 8\n", "",
                                        "cpu  9223372036854775807 2 3 4 5 6 7 8\n"};
    struct temp_root *t = *state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct km_sample s;

        temp_root_put(t, "/proc/stat", lines[i]);
        s = read_node(t, "");
        check_only(&s, NULL, 0);
    }
}

static void reads_memory(void **state)
{
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/proc/meminfo",
                  "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 600 kB\n"
                  "Buffers: 50 kB\nCached: 250 kB\nSwapCached: 9 kB\n"
                  "SwapTotal: 80 kB\nSwapFree: 30 kB\n");
    s = read_node(t, "");
    check(&s, KM_MEM_TOTAL, 1024000);
    check(&s, KM_MEM_USED, 600 * 1024);
    check(&s, KM_MEM_WORKING_SET, 400 * 1024);
    check(&s, KM_MEM_SWAP_USED, 50 * 1024);
    /* Parts that are more than the whole: the difference is not known. */
    temp_root_put(t, "/proc/meminfo",
                  "MemTotal: 10 kB\nMemFree: 6 kB\nMemAvailable: 11 kB\n"
                  "Buffers: 3 kB\nCached: 2 kB\nSwapTotal: 1 kB\nSwapFree: 2 kB\n");
    s = read_node(t, "");
    check(&s, KM_MEM_CACHED, 2048);
    assert_false(km_sample_has(&s, KM_MEM_USED));
    assert_false(km_sample_has(&s, KM_MEM_WORKING_SET));
    assert_false(km_sample_has(&s, KM_MEM_SWAP_USED));
}

static void reads_load(void **state)
{
    static const unsigned loads[] = {KM_LOAD1, KM_LOAD5, KM_LOAD15};
    static const char *const wrong[] = {"",
                                        "nan inf 1\n",
                                        "1 2 3 4/5\n",
                                        "-1.00 0.00 0.00 1/2\n",
                                        "0.00 1.00\n",
                                        "9999999999.00 0.00 0.00 1/2 3\n",
                                        "0.-5 0.00 0.00 1/2\n"};
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/proc/loadavg", "0.05 1.50 123.45 2/312 12345\n");
    s = read_node(t, "");
    check(&s, KM_LOAD1, 50);
    check(&s, KM_LOAD5, 1500);
    check(&s, KM_LOAD15, 123450);
    check(&s, KM_PROC_TOTAL, 312);
    temp_root_put(t, "/proc/loadavg", "0.00 0.00 0.00 x\n");
    s = read_node(t, "");
    check_only(&s, loads, 3);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        temp_root_put(t, "/proc/loadavg", wrong[i]);
        s = read_node(t, "");
        check_only(&s, NULL, 0);
    }
}

static void counts_whole_disks_once(void **state)
{
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/sys/block/sda", NULL);
    temp_root_put(t, "/sys/block/dm-0", NULL);
    temp_root_put(t, "/proc/diskstats",
                  " 8 0 sda 1 0 2 0 3 0 4 0 0 5 0\n 8 1 sda1 1 0 2 0 3 0 4 0 0 5 0\n"
                  " 253 0 dm-0 1 0 2 0 3 0 4 0 0 5 0\n 8 0 sda 1 0\n");
    s = read_node(t, "");
    check(&s, KM_DISK_READ_OPS, 1);
    check(&s, KM_DISK_READ_BYTES, 1024);
    check(&s, KM_DISK_WRITE_OPS, 3);
    check(&s, KM_DISK_WRITE_BYTES, 2048);
    check(&s, KM_DISK_IO_TIME, 5);
}

#define LINE(n) ": " #n " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"

static void counts_interfaces_with_a_device(void **state)
{
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/proc/1/net/dev",
                  "lo" LINE(1) "eth0" LINE(20) "bond0" LINE(300) "veth1" LINE(4000));
    temp_root_put(t, "/proc/net/dev", "eth9" LINE(70000));
    s = read_node(t, "");
    check(&s, KM_NET_RX_BYTES, 320); /* no devices: by name, as in a node that is a container */
    temp_root_put(t, "/sys/class/net/eth0/device", NULL);
    s = read_node(t, "");
    check(&s, KM_NET_RX_BYTES, 20);
}

/* A name is looked up once, and again after KM_NAME_MEMO_READINGS. */
static void finds_new_devices_in_time(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup_mounts mounts = {0};
    struct km_node node = {0};

    temp_root_put(t, "/proc/1/net/dev", "eth0" LINE(1) "eth1" LINE(20));
    temp_root_put(t, "/sys/class/net/eth0/device", NULL);
    for (int tick = 0; tick <= KM_NAME_MEMO_READINGS; tick++) {
        struct km_sample s = {0};

        km_node_read(&node, &t->root, &mounts, &t->buf, &s);
        check(&s, KM_NET_RX_BYTES, tick < KM_NAME_MEMO_READINGS ? 1 : 21);
        if (tick == 0)
            temp_root_put(t, "/sys/class/net/eth1/device", NULL);
    }
    km_node_close(&node, &t->root);
}

static void sees_reclaim_at_work(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup_mounts mounts = {0};
    struct km_node node = {0};
    static const struct {
        const char *vmstat;
        bool reclaim;
    } ticks[] = {{"pgrefill 5\npgscan_kswapd 7\n", true},
                 {"pgrefill 5\npgscan_kswapd 7\npgactivate 9\n", false},
                 {"pgrefill 6\npgscan_kswapd 7\n", true},
                 {"pgrefill 6\npgscan_kswapd 7\npgscan_direct 1\n", true},
                 {"pgrefill 6\npgscan_kswapd 7\npgscan_direct 1\n", false}};

    for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++) {
        struct km_sample s = {0};

        temp_root_put(t, "/proc/vmstat", ticks[i].vmstat);
        km_node_read(&node, &t->root, &mounts, &t->buf, &s);
        assert_int_equal(node.reclaim, ticks[i].reclaim);
    }
    km_node_close(&node, &t->root);
}

static void takes_a_boot_id_that_is_one(void **state)
{
    struct temp_root *t = *state;
    char id[64];

    km_node_boot_id(&t->root, &t->buf, id);
    assert_string_equal(id, "");
    temp_root_put(t, "/proc/sys/kernel/random/boot_id", "8a0d4b8e-5a1e-4c0d-9d5e-0f3c7e1b2a94\n");
    km_node_boot_id(&t->root, &t->buf, id);
    assert_string_equal(id, "8a0d4b8e-5a1e-4c0d-9d5e-0f3c7e1b2a94");
    temp_root_put(t, "/proc/sys/kernel/random/boot_id", "\xff\"garbage");
    km_node_boot_id(&t->root, &t->buf, id);
    assert_string_equal(id, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(reads_cpu_time),
        with_root(a_wrong_cpu_line_is_left_out),
        with_root(reads_memory),
        with_root(reads_load),
        with_root(counts_whole_disks_once),
        with_root(counts_interfaces_with_a_device),
        with_root(finds_new_devices_in_time),
        with_root(sees_reclaim_at_work),
        with_root(takes_a_boot_id_that_is_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
