/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cgroup_read.h"
#include "sample_check.h"
#include "temp_root.h"

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

static const struct km_cgroup_mounts v2 = {.v2 = "/cg", .tree = "/cg"};
static const struct km_cgroup_mounts v1 = {
    .v1 = {"/cpu", "/cpu", "/memory", "/blkio", "/pids"}, .v2 = "/unified", .tree = "/memory"};

static struct km_sample read_pod(struct temp_root *t, const struct km_cgroup_mounts *mounts)
{
    struct km_cgroup cgroup = {0};

    km_cgroup_read(&cgroup, &t->root, mounts, "/pod", 0, &t->buf);
    km_cgroup_close(&cgroup, &t->root);
    assert_int_equal(t->root.kept, 0);
    return cgroup.sample;
}

/* What one more reading of a cgroup takes, in files. */
static uint64_t read_again(struct temp_root *t, struct km_cgroup *cgroup,
                           const struct km_cgroup_mounts *mounts, unsigned how)
{
    uint64_t before = t->root.files;

    km_cgroup_read(cgroup, &t->root, mounts, "/pod", how, &t->buf);
    return t->root.files - before;
}

static void reads_v2(void **state)
{
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/cg/pod/cpu.max", "150000 100000\n");
    temp_root_put(t, "/cg/pod/cpu.stat",
                  "usage_usec 30\nuser_usec 20\nsystem_usec 10\nnice_usec 0\nnr_periods 4\n"
                  "nr_throttled 3\nthrottled_usec 2\n");
    temp_root_put(t, "/cg/pod/memory.current", "1000\n");
    temp_root_put(t, "/cg/pod/memory.max", "2000\n");
    temp_root_put(t, "/cg/pod/memory.swap.current", "5\n");
    temp_root_put(t, "/cg/pod/memory.stat",
                  "anon 300\nfile 700\nanon_thp 1\ninactive_file 400\npgfault 6\npgmajfault 7\n");
    temp_root_put(t, "/cg/pod/memory.events", "oom 9\noom_kill 8\noom_group_kill 1\n");
    temp_root_put(t, "/cg/pod/io.stat",
                  "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=9 dios=9\n"
                  "8:16 rbytes=10 wbytes=20 rios=30 wios=40\n");
    temp_root_put(t, "/cg/pod/pids.current", "11\n");
    temp_root_put(t, "/cg/pod/cpu.pressure", "some avg10=0.00 total=12\nfull avg10=0.00 total=1\n");
    temp_root_put(t, "/cg/pod/memory.pressure", "some total=13\nfull total=14\n");
    temp_root_put(t, "/cg/pod/io.pressure", "some total=15\nfull total=16\n");
    s = read_pod(t, &v2);
    check(&s, KM_CPU_LIMIT, 1500);
    check(&s, KM_CPU_USAGE_USEC, 30);
    check(&s, KM_CPU_USER_USEC, 20);
    check(&s, KM_CPU_SYSTEM_USEC, 10);
    check(&s, KM_CPU_PERIODS, 4);
    check(&s, KM_CPU_THROTTLED_PERIODS, 3);
    check(&s, KM_CPU_THROTTLED_USEC, 2);
    check(&s, KM_MEM_USAGE, 1000);
    check(&s, KM_MEM_LIMIT, 2000);
    check(&s, KM_MEM_SWAP, 5);
    check(&s, KM_MEM_RSS, 300);
    check(&s, KM_MEM_CACHE, 700);
    check(&s, KM_MEM_WORKING_SET, 600);
    check(&s, KM_MEM_PAGE_FAULTS, 6);
    check(&s, KM_MEM_MAJOR_PAGE_FAULTS, 7);
    check(&s, KM_MEM_OOM_KILLS, 8);
    check(&s, KM_DISK_READ_BYTES, 11);
    check(&s, KM_DISK_WRITE_BYTES, 22);
    check(&s, KM_DISK_READ_OPS, 33);
    check(&s, KM_DISK_WRITE_OPS, 44);
    check(&s, KM_PROC_THREADS, 11);
    check(&s, KM_PSI_CPU_SOME, 12);
    check(&s, KM_PSI_MEMORY_SOME, 13);
    check(&s, KM_PSI_MEMORY_FULL, 14);
    check(&s, KM_PSI_IO_SOME, 15);
    check(&s, KM_PSI_IO_FULL, 16);
}

/* Usage from v1, pressure from the v2 tree beside it. */
static void reads_a_hybrid_host(void **state)
{
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/cpu/pod/cpuacct.usage", "30999\n");
    temp_root_put(t, "/cpu/pod/cpuacct.usage_user", "20000\n");
    temp_root_put(t, "/cpu/pod/cpuacct.usage_sys", "10999\n");
    temp_root_put(t, "/cpu/pod/cpu.cfs_quota_us", "20000\n");
    temp_root_put(t, "/cpu/pod/cpu.cfs_period_us", "100000\n");
    temp_root_put(t, "/cpu/pod/cpu.stat", "nr_periods 4\nnr_throttled 3\nthrottled_time 2999\n");
    temp_root_put(t, "/memory/pod/memory.usage_in_bytes", "1000\n");
    temp_root_put(t, "/memory/pod/memory.limit_in_bytes", "4096\n");
    temp_root_put(t, "/memory/pod/memory.stat",
                  "cache 1\nrss 1\ninactive_file 1\ntotal_cache 700\ntotal_rss 300\ntotal_swap 5\n"
                  "total_pgfault 6\ntotal_pgmajfault 7\ntotal_inactive_file 1400\n");
    temp_root_put(t, "/memory/pod/memory.oom_control",
                  "oom_kill_disable 0\nunder_oom 0\noom_kill 8\n");
    temp_root_put(t, "/blkio/pod/blkio.throttle.io_service_bytes_recursive",
                  "8:0 Read 1\n8:0 Write 2\n8:0 Sync 3\n8:16 Read 10\n8:16 Write 20\nTotal 33\n");
    temp_root_put(t, "/blkio/pod/blkio.throttle.io_serviced_recursive",
                  "8:0 Read 3\n8:0 Write 4\nTotal 7\n");
    temp_root_put(t, "/pids/pod/pids.current", "11\n");
    temp_root_put(t, "/unified/pod/cpu.stat", "usage_usec 5\n");
    temp_root_put(t, "/unified/pod/cpu.pressure", "some avg10=0.00 total=12\n");
    s = read_pod(t, &v1);
    check(&s, KM_CPU_USAGE_USEC, 30);
    check(&s, KM_CPU_USER_USEC, 20);
    check(&s, KM_CPU_SYSTEM_USEC, 10);
    check(&s, KM_CPU_LIMIT, 200);
    check(&s, KM_CPU_PERIODS, 4);
    check(&s, KM_CPU_THROTTLED_PERIODS, 3);
    check(&s, KM_CPU_THROTTLED_USEC, 2);
    check(&s, KM_MEM_USAGE, 1000);
    check(&s, KM_MEM_LIMIT, 4096);
    check(&s, KM_MEM_CACHE, 700);
    check(&s, KM_MEM_RSS, 300);
    check(&s, KM_MEM_WORKING_SET, 0);
    check(&s, KM_MEM_OOM_KILLS, 8);
    check(&s, KM_DISK_READ_BYTES, 11);
    check(&s, KM_DISK_WRITE_BYTES, 22);
    check(&s, KM_DISK_READ_OPS, 3);
    check(&s, KM_DISK_WRITE_OPS, 4);
    check(&s, KM_PROC_THREADS, 11);
    check(&s, KM_PSI_CPU_SOME, 12);
}

/* "No limit" in each of its spellings, and the throttling that then means nothing. */
static void no_limit_is_absent(void **state)
{
    static const char *const v1_limits[] = {"9223372036854771712\n", "9223372036854710272\n",
                                            "9223372036854775807\n", "-1\n"};
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/cg/pod/cpu.max", "max 100000\n");
    temp_root_put(t, "/cg/pod/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_usec 0\n");
    temp_root_put(t, "/cg/pod/memory.max", "max\n");
    s = read_pod(t, &v2);
    check_only(&s, NULL, 0);
    temp_root_put(t, "/cpu/pod/cpu.cfs_quota_us", "-1\n");
    temp_root_put(t, "/cpu/pod/cpu.cfs_period_us", "100000\n");
    temp_root_put(t, "/cpu/pod/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
    for (size_t i = 0; i < sizeof(v1_limits) / sizeof(v1_limits[0]); i++) {
        temp_root_put(t, "/memory/pod/memory.limit_in_bytes", v1_limits[i]);
        s = read_pod(t, &v1);
        check_only(&s, NULL, 0);
    }
}

static void nothing_is_read_from_nothing(void **state)
{
    static const unsigned disk[] = {KM_DISK_READ_BYTES, KM_DISK_WRITE_BYTES, KM_DISK_READ_OPS,
                                    KM_DISK_WRITE_OPS};
    struct temp_root *t = *state;
    struct km_sample s = read_pod(t, &v2);

    check_only(&s, NULL, 0);
    s = read_pod(t, &v1);
    check_only(&s, NULL, 0);
    /* But io.stat without a line says that there was no traffic; v1's total alone says nothing. */
    temp_root_put(t, "/cg/pod/io.stat", "");
    s = read_pod(t, &v2);
    check_only(&s, disk, 4);
    check(&s, KM_DISK_WRITE_BYTES, 0);
    temp_root_put(t, "/blkio/pod/blkio.throttle.io_service_bytes_recursive", "Total 0\n");
    s = read_pod(t, &v1);
    check_only(&s, NULL, 0);
}

static void a_device_on_another_is_not_counted(void **state)
{
    struct km_cgroup_mounts lvm2 = v2, lvm1 = v1;
    struct temp_root *t = *state;
    struct km_sample s;

    temp_root_put(t, "/proc/devices", "Block devices:\n253 device-mapper\n");
    km_stacked_devices_read(&t->root, &t->buf, &lvm2.stacked);
    lvm1.stacked = lvm2.stacked;
    temp_root_put(t, "/cg/pod/io.stat",
                  "253:0 rbytes=1 wbytes=1 rios=1 wios=1\n(unknown)\n"
                  "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n");
    s = read_pod(t, &lvm2);
    check(&s, KM_DISK_READ_BYTES, 1);
    check(&s, KM_DISK_WRITE_OPS, 4);
    temp_root_put(t, "/blkio/pod/blkio.throttle.io_service_bytes",
                  "253:0 Read 5\n253:0 Write 6\n8:0 Read 5\n8:0 Write 6\n");
    s = read_pod(t, &lvm1);
    check(&s, KM_DISK_READ_BYTES, 5);
    check(&s, KM_DISK_WRITE_BYTES, 6);
}

static void put_v1(struct temp_root *t)
{
    temp_root_put(t, "/cpu/pod/cpuacct.usage", "30999\n");
    temp_root_put(t, "/cpu/pod/cpuacct.usage_user", "20000\n");
    temp_root_put(t, "/cpu/pod/cpuacct.usage_sys", "10999\n");
    temp_root_put(t, "/cpu/pod/cpu.cfs_quota_us", "-1\n");
    temp_root_put(t, "/memory/pod/memory.usage_in_bytes", "1000\n");
    temp_root_put(t, "/memory/pod/memory.limit_in_bytes", "4096\n");
    temp_root_put(t, "/memory/pod/memory.stat", "total_rss 300\ntotal_inactive_file 400\n");
    temp_root_put(t, "/memory/pod/memory.oom_control", "oom_kill 0\n");
    temp_root_put(t, "/pids/pod/pids.current", "1\n");
    temp_root_put(t, "/unified/pod/cpu.pressure", "some total=12\n");
}

/* No task has run: all but usage is left alone, and read again as soon as one has. */
static void a_cgroup_that_sleeps_costs_two_files(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup c = {0};

    put_v1(t);
    assert_int_equal(read_again(t, &c, &v1, 0), 10);
    assert_int_equal(read_again(t, &c, &v1, 0), 8); /* once more, without the limits */
    assert_int_equal(read_again(t, &c, &v1, 0), 2);
    assert_int_equal(t->root.kept, 3); /* usage, usage, memory.stat */
    check(&c.sample, KM_CPU_USER_USEC, 20);
    check(&c.sample, KM_PROC_THREADS, 1);
    /* 1 ns of CPU time, which microseconds do not show. */
    temp_root_put(t, "/cpu/pod/cpuacct.usage", "31000\n");
    temp_root_put(t, "/cpu/pod/cpuacct.usage_sys", "11000\n");
    temp_root_put(t, "/pids/pod/pids.current", "2\n");
    temp_root_put(t, "/memory/pod/memory.oom_control", "oom_kill 1\n");
    assert_int_equal(read_again(t, &c, &v1, 0), 8);
    check(&c.sample, KM_CPU_SYSTEM_USEC, 11);
    check(&c.sample, KM_PROC_THREADS, 2);
    check(&c.sample, KM_MEM_OOM_KILLS, 1);
    km_cgroup_close(&c, &t->root);
    assert_int_equal(t->root.kept, 0);
}

/* Reclaim frees memory of who sleeps, or moves its pages. */
static void memory_of_a_cgroup_that_sleeps_can_change(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup c = {0};

    put_v1(t);
    for (int i = 0; i < 3; i++)
        read_again(t, &c, &v1, 0);
    check(&c.sample, KM_MEM_WORKING_SET, 600);
    temp_root_put(t, "/memory/pod/memory.usage_in_bytes", "900\n");
    temp_root_put(t, "/memory/pod/memory.stat", "total_rss 300\ntotal_inactive_file 350\n");
    assert_int_equal(read_again(t, &c, &v1, 0), 3);
    check(&c.sample, KM_MEM_WORKING_SET, 550);
    temp_root_put(t, "/memory/pod/memory.stat", "total_rss 300\ntotal_inactive_file 100\n");
    assert_int_equal(read_again(t, &c, &v1, 0), 2);
    assert_int_equal(read_again(t, &c, &v1, KM_CGROUP_MEMORY), 3);
    check(&c.sample, KM_MEM_WORKING_SET, 800);
    km_cgroup_close(&c, &t->root);
}

/* A task that waits does not run, and its cgroup's pressure grows all the same. */
static void pressure_is_read_while_it_grows(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup c = {0};

    put_v1(t);
    read_again(t, &c, &v1, 0);
    for (int i = 0; i < 5; i++) {
        char text[64];

        snprintf(text, sizeof(text), "some total=%d\n", 100 + i);
        temp_root_put(t, "/unified/pod/cpu.pressure", text);
        assert_int_equal(read_again(t, &c, &v1, 0), 8);
        check(&c.sample, KM_PSI_CPU_SOME, 100 + i);
    }
    assert_int_equal(read_again(t, &c, &v1, 0), 8);
    assert_int_equal(read_again(t, &c, &v1, 0), 2);
    km_cgroup_close(&c, &t->root);
}

static void limits_are_read_when_asked_for(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup c = {0};

    put_v1(t);
    for (int i = 0; i < 3; i++)
        read_again(t, &c, &v1, 0);
    temp_root_put(t, "/memory/pod/memory.limit_in_bytes", "8192\n");
    temp_root_put(t, "/cpu/pod/cpu.cfs_quota_us", "50000\n");
    temp_root_put(t, "/cpu/pod/cpu.cfs_period_us", "100000\n");
    temp_root_put(t, "/cpu/pod/cpu.stat", "nr_periods 4\nnr_throttled 0\nthrottled_time 0\n");
    read_again(t, &c, &v1, 0);
    check(&c.sample, KM_MEM_LIMIT, 4096);
    assert_int_equal(read_again(t, &c, &v1, KM_CGROUP_LIMITS), 12);
    check(&c.sample, KM_MEM_LIMIT, 8192);
    check(&c.sample, KM_CPU_LIMIT, 500);
    check(&c.sample, KM_CPU_THROTTLED_PERIODS, 0);
    assert_int_equal(t->root.kept, 3);
    /* The same quota again: nothing else is read for it. */
    assert_int_equal(read_again(t, &c, &v1, KM_CGROUP_LIMITS), 5);
    check(&c.sample, KM_CPU_THROTTLED_PERIODS, 0);
    /* The quota is taken away: there is nothing to be throttled by. */
    temp_root_put(t, "/cpu/pod/cpu.cfs_quota_us", "-1\n");
    read_again(t, &c, &v1, KM_CGROUP_LIMITS);
    assert_false(km_sample_has(&c.sample, KM_CPU_LIMIT));
    assert_false(km_sample_has(&c.sample, KM_CPU_THROTTLED_PERIODS));
    km_cgroup_close(&c, &t->root);
}

/* The pod's cgroup speaks for its containers. */
static void what_the_cgroup_above_knows_is_not_read(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup c = {0};

    put_v1(t);
    read_again(t, &c, &v1, 0);
    assert_int_equal(read_again(t, &c, &v1, KM_CGROUP_NO_TASK_RAN | KM_CGROUP_USAGE_STAYED), 6);
    assert_int_equal(read_again(t, &c, &v1, KM_CGROUP_NO_TASK_RAN | KM_CGROUP_USAGE_STAYED), 0);
    assert_int_equal(read_again(t, &c, &v1, KM_CGROUP_NO_TASK_RAN), 1);
    check(&c.sample, KM_CPU_USAGE_USEC, 30);
    check(&c.sample, KM_MEM_USAGE, 1000);
    km_cgroup_close(&c, &t->root);
}

/* Without CPU usage nobody knows whether a task has run; io.stat grows when the flusher writes. */
static void what_can_always_change_is_always_read(void **state)
{
    struct temp_root *t = *state;
    struct km_cgroup no_cpu = {0}, c = {0};

    temp_root_put(t, "/cg/pod/memory.current", "1\n");
    temp_root_put(t, "/cg/pod/pids.current", "1\n");
    for (int i = 0; i < 4; i++)
        assert_int_equal(read_again(t, &no_cpu, &v2, 0), 2);
    temp_root_put(t, "/cg/pod/cpu.stat", "usage_usec 5\n");
    temp_root_put(t, "/cg/pod/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n");
    for (int i = 0; i < 4; i++)
        read_again(t, &c, &v2, 0);
    temp_root_put(t, "/cg/pod/io.stat", "8:0 rbytes=1 wbytes=7 rios=3 wios=5\n");
    assert_int_equal(read_again(t, &c, &v2, 0), 3);
    check(&c.sample, KM_DISK_WRITE_BYTES, 7);
    km_cgroup_close(&no_cpu, &t->root);
    km_cgroup_close(&c, &t->root);
}

static void pressure_takes_whole_lines_only(void **state)
{
    static const char *const texts[] = {"",
                                        "total=5\n",
                                        "some avg10=0.00\nother total=5\n",
                                        "some total=\nfull total=-1\n",
                                        "something total=5\n",
                                        "some total=99999999999999999999\n"};
    struct km_sample s = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        km_pressure_scan(texts[i], KM_PSI_IO_SOME, KM_PSI_IO_FULL, &s);
    check_only(&s, NULL, 0);
    km_pressure_scan("full avg10=0.00 total=7", KM_PSI_IO_SOME, KM_PSI_IO_FULL, &s);
    check_only(&s, (unsigned[]){KM_PSI_IO_FULL}, 1);
    km_pressure_scan("full total=7\n", KM_PSI_CPU_SOME, KM_METRIC_COUNT, &s);
    check_only(&s, (unsigned[]){KM_PSI_IO_FULL}, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(reads_v2),
        with_root(reads_a_hybrid_host),
        with_root(no_limit_is_absent),
        with_root(nothing_is_read_from_nothing),
        with_root(a_device_on_another_is_not_counted),
        with_root(a_cgroup_that_sleeps_costs_two_files),
        with_root(memory_of_a_cgroup_that_sleeps_can_change),
        with_root(pressure_is_read_while_it_grows),
        with_root(limits_are_read_when_asked_for),
        with_root(what_the_cgroup_above_knows_is_not_read),
        with_root(what_can_always_change_is_always_read),
        cmocka_unit_test(pressure_takes_whole_lines_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
