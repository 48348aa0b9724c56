/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocation_count.h"
#include "collect.h"
#include "outbox.h"
#include "sample_check.h"
#include "temp_root.h"

/* Whole ticks of a host of many pods: what they allocate, and what they leave behind. */

#define PODS 20
#define CG   "/sys/fs/cgroup"

static void put_pod(struct temp_root *t, int n, int container, int usage)
{
    static const struct {
        const char *file, *text;
    } files[] = {{"memory.current", "4096\n"},
                 {"memory.stat", "anon 1\nfile 2\ninactive_file 3\npgfault 4\npgmajfault 5\n"},
                 {"memory.max", "max\n"},
                 {"memory.events", "oom_kill 0\n"},
                 {"cpu.max", "20000 100000\n"},
                 {"io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n"},
                 {"pids.current", "1\n"},
                 {"cpu.pressure", "some avg10=0.00 total=5\n"}};
    char pod[128], folder[256], path[512], text[128];

    snprintf(pod, sizeof(pod), CG "/kubepods/pod8712f785-1a3e-41ec-a00b-%012d", n);
    for (int level = 0; level < 2; level++) {
        snprintf(text, sizeof(text), "usage_usec %d\nnr_periods 1\nnr_throttled 0\n", usage);
        snprintf(folder, sizeof(folder), level ? "%s/%064d" : "%s", pod, container);
        for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
            snprintf(path, sizeof(path), "%s/%s", folder, files[i].file);
            temp_root_put(t, path, files[i].text);
        }
        snprintf(path, sizeof(path), "%s/cpu.stat", folder);
        temp_root_put(t, path, text);
        snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
        snprintf(text, sizeof(text), "%d\n", 1000 + n);
        temp_root_put(t, path, level ? text : "");
    }
    snprintf(path, sizeof(path), "/proc/%d/net/dev", 1000 + n);
    temp_root_put(t, path, "eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n");
    snprintf(path, sizeof(path), "%s/proc/%d/ns", t->dir, 1000 + n);
    mkdir(path, 0755);
    strcat(path, "/net");
    snprintf(text, sizeof(text), "net:[%d]", 1000 + n);
    (void)!symlink(text, path);
}

/* The pod works on: its CPU time, in both cgroups. */
static void let_run(struct temp_root *t, int n, int usage)
{
    char path[512], text[64];

    snprintf(text, sizeof(text), "usage_usec %d\nnr_periods 1\nnr_throttled 0\n", usage);
    snprintf(path, sizeof(path), CG "/kubepods/pod8712f785-1a3e-41ec-a00b-%012d/cpu.stat", n);
    temp_root_put(t, path, text);
    snprintf(path, sizeof(path), CG "/kubepods/pod8712f785-1a3e-41ec-a00b-%012d/%064d/cpu.stat", n,
             1);
    temp_root_put(t, path, text);
}

struct host {
    struct temp_root *t;
    struct km_names *names;
    struct km_collector *collector;
    struct km_outbox *outbox;
    struct km_buf body;
    struct km_batch batch;
};

static int setup(void **state)
{
    struct host *h = calloc(1, sizeof(*h));
    struct km_collector_config config = {.node = "n", .interval_ms = 5000, .files_max = 10000};
    struct km_names_config names = {.source = KM_NAMES_LOGS, .node = "n"};
    struct km_buf error = KM_BUF_INIT;
    char path[512];

    if (!h || temp_root_setup((void **)&h->t) < 0)
        return -1;
    temp_root_put(h->t, "/proc/1/mountinfo", "35 23 0:29 / " CG " rw - cgroup2 cgroup2 rw\n");
    temp_root_put(h->t, "/proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
    temp_root_put(h->t, "/proc/meminfo", "MemTotal: 1000 kB\nMemFree: 100 kB\n");
    temp_root_put(h->t, "/proc/vmstat", "oom_kill 0\npgrefill 0\n");
    temp_root_put(h->t, "/proc/1/net/dev", "eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n");
    temp_root_put(h->t, "/proc/diskstats", " 8 0 sda 1 0 2 0 3 0 4 0 0 5 0\n");
    temp_root_put(h->t, "/sys/block/sda", NULL);
    temp_root_put(h->t, "/sys/class/net/eth0/device", NULL);
    temp_root_put(h->t, "/proc/1/ns", NULL);
    snprintf(path, sizeof(path), "%s/proc/1/ns/net", h->t->dir);
    if (symlink("net:[1]", path) < 0)
        return -1;
    /* A folder that was changed just now may change again unnoticed, and is read each time. */
    temp_root_put(h->t, "/var/log/containers", NULL);
    snprintf(path, sizeof(path), "%s/var/log/containers", h->t->dir);
    if (utimensat(AT_FDCWD, path, (struct timespec[2]){{.tv_sec = 1}, {.tv_sec = 1}}, 0) < 0)
        return -1;
    for (int n = 0; n < PODS; n++)
        put_pod(h->t, n, 1, 1000);
    config.root = h->t->dir;
    if (km_names_new(&names, &error, &h->names) < 0)
        return -1;
    config.names = h->names;
    h->outbox = km_outbox_new(16 << 20);
    *state = h;
    return h->outbox ? km_collector_new(&config, &h->collector) : -1;
}

static int teardown(void **state)
{
    struct host *h = *state;
    void *t = h->t;

    km_collector_free(h->collector);
    km_names_free(h->names);
    km_outbox_free(h->outbox);
    km_buf_done(&h->body);
    free(h);
    return temp_root_teardown(&t);
}

/* What main.c does: read, encode, hand over; and what the sender does then. */
static void tick(struct host *h)
{
    struct km_collector_health health = {.tick_usec = 1};
    struct km_json w = {.out = &h->body};

    assert_int_equal(km_collector_tick(h->collector, &health, &h->batch), 0);
    km_buf_clear(&h->body);
    km_batch_encode(&w, &h->batch);
    assert_int_equal(km_outbox_put(h->outbox, h->body.data, h->body.len), 0);
    km_outbox_done(h->outbox, km_outbox_take(h->outbox, 0));
}

/* 130 ticks: twice through all that is done once in a while. */
static void a_steady_tick_allocates_nothing(void **state)
{
    struct host *h = *state;

    km_outbox_pack_all(h->outbox, true);
    for (int i = 0; i < 70; i++) {
        let_run(h->t, i % 3, 2000 + i);
        tick(h);
    }
    for (int i = 0; i < 130; i++) {
        let_run(h->t, i % 3, 3000 + i);
        allocation_count_start();
        tick(h);
        assert_int_equal(allocation_count_stop(), 0);
        assert_int_equal(h->batch.n_pods, PODS);
    }
}

static int open_files(void)
{
    int n = 0;

    for (int fd = 3; fd < 4096; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* Pods come and go in waves; nothing is missed, and nothing stays behind: not memory, not files. */
static void gone_pods_leave_nothing_behind(void **state)
{
    struct host *h = *state;
    int64_t memory = 0;
    int files = 0;

    for (int wave = 0; wave < 4; wave++) {
        char path[256];

        for (int n = 0; n < PODS; n++)
            put_pod(h->t, 100 * (wave + 1) + n, 1, 1000);
        for (int i = 0; i < 3; i++)
            tick(h);
        assert_int_equal(h->batch.n_pods, 2 * PODS);
        for (int n = 0; n < PODS; n++) {
            snprintf(path, sizeof(path), CG "/kubepods/pod8712f785-1a3e-41ec-a00b-%012d",
                     100 * (wave + 1) + n);
            temp_root_drop(h->t, path);
        }
        tick(h);
        assert_int_equal(h->batch.n_pods, PODS);
        /* The first wave makes tables as large as they have to be. */
        if (wave == 0) {
            memory = allocation_bytes();
            files = open_files();
        }
        assert_int_equal(allocation_bytes(), memory);
        assert_int_equal(open_files(), files);
    }
}

/* What sleeps costs three files a tick, what works a dozen more. */
static void sleeping_pods_are_cheap(void **state)
{
    struct host *h = *state;
    int64_t asleep = INT64_MAX, one_awake = INT64_MAX;

    for (int i = 0; i < 12; i++) {
        const struct km_sample *s = &h->batch.reading.sample;

        tick(h);
        if (s->value[KM_SELF_FILES_READ] < asleep)
            asleep = s->value[KM_SELF_FILES_READ];
    }
    /* Of a pod cpu.stat, memory.current, io.stat and its net/dev; of its container io.stat. */
    assert_true(asleep >= PODS * 5);
    assert_true(asleep < PODS * 5 + 30);
    for (int i = 0; i < 12; i++) {
        const struct km_sample *s = &h->batch.reading.sample;

        let_run(h->t, 0, 5000 + i);
        tick(h);
        if (s->value[KM_SELF_FILES_READ] < one_awake)
            one_awake = s->value[KM_SELF_FILES_READ];
    }
    assert_true(one_awake > asleep + 5);
    assert_true(one_awake < asleep + 25);
}

static void a_host_of_few_files_is_read_all_the_same(void **state)
{
    struct host *h = *state;
    struct km_collector_config config = {
        .node = "n", .interval_ms = 5000, .files_max = 50, .root = h->t->dir};
    struct km_collector_health health = {.tick_usec = -1};
    struct km_collector *collector;
    struct km_batch batch;

    assert_int_equal(km_collector_new(&config, &collector), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(km_collector_tick(collector, &health, &batch), 0);
        assert_int_equal(batch.n_pods, PODS);
        for (size_t p = 0; p < batch.n_pods; p++) {
            check(&batch.pods[p].reading.sample, KM_MEM_USAGE, 4096);
            check(&batch.pods[p].reading.sample, KM_CPU_PERIODS, 1);
            check(&batch.pods[p].reading.sample, KM_NET_RX_BYTES, 1);
            assert_int_equal(batch.pods[p].n_containers, 1);
        }
        check(&batch.reading.sample, KM_SELF_FILES_OPEN, 50);
    }
    assert_true(km_collector_shortage(collector).files);
    assert_false(km_collector_shortage(h->collector).files);
    km_collector_free(collector);
}

/* Mounts are looked at again and again; for a moment they may not be readable, but nobody has gone.
 */
static void pods_stay_while_mounts_cannot_be_read(void **state)
{
    struct host *h = *state;

    tick(h);
    temp_root_drop(h->t, "/proc/1/mountinfo");
    for (int i = 0; i < 130; i++) {
        tick(h);
        assert_int_equal(h->batch.n_pods, PODS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_steady_tick_allocates_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(gone_pods_leave_nothing_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(sleeping_pods_are_cheap, setup, teardown),
        cmocka_unit_test_setup_teardown(a_host_of_few_files_is_read_all_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(pods_stay_while_mounts_cannot_be_read, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
