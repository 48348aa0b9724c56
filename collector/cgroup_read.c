/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_read.h"

#include <string.h>

#include "scan.h"

/* cgroup v1 says "no limit" by the largest number of whole pages. */
#define V1_NO_LIMIT (INT64_MAX / 65536 * 65536 - 65536)

struct reader {
    struct km_root *root;
    const struct km_cgroup_mounts *mounts;
    const char *path;
    struct km_buf *buf;
    struct km_sample *sample;
};

static bool read_v1(struct reader *r, enum km_controller controller, const char *file)
{
    const char *mount = r->mounts->v1[controller];

    return *mount && km_root_read(r->root, r->buf, "%s%s/%s", mount, r->path, file) == 0;
}

static bool read_v2(struct reader *r, const char *file)
{
    return r->mounts->v2[0] &&
           km_root_read(r->root, r->buf, "%s%s/%s", r->mounts->v2, r->path, file) == 0;
}

/* A file of one number; negative ones mean none: "-1" is no quota. */
static bool number_v1(struct reader *r, enum km_controller controller, const char *file,
                      int64_t *ret_number)
{
    return read_v1(r, controller, file) && km_scan_number(r->buf->data, ret_number) &&
           *ret_number >= 0;
}

static bool number_v2(struct reader *r, const char *file, int64_t *ret_number)
{
    return read_v2(r, file) && km_scan_number(r->buf->data, ret_number) && *ret_number >= 0;
}

/* "20000" us of CPU in each "100000" us are 200 millicores. */
static void set_cpu_limit(struct km_sample *s, int64_t quota, int64_t period)
{
    if (quota > 0 && period > 0 && !__builtin_mul_overflow(quota, 1000, &quota))
        km_sample_set(s, KM_CPU_LIMIT, quota / period);
}

/* usage without the page cache that has not been used of late; never below 0. */
static void set_working_set(struct km_sample *s, int64_t inactive_file)
{
    int64_t usage = s->value[KM_MEM_USAGE];

    if (km_sample_has(s, KM_MEM_USAGE) && inactive_file >= 0)
        km_sample_set(s, KM_MEM_WORKING_SET, usage > inactive_file ? usage - inactive_file : 0);
}

static void cpu_v1(struct reader *r)
{
    static const struct km_scan_rule throttling[] = {
        {"nr_periods ", KM_CPU_PERIODS, 1}, {"nr_throttled ", KM_CPU_THROTTLED_PERIODS, 1}, {0}};
    int64_t quota, period, value;

    if (number_v1(r, KM_CPUACCT, "cpuacct.usage", &value))
        km_sample_set(r->sample, KM_CPU_USAGE_USEC, value / 1000);
    if (number_v1(r, KM_CPUACCT, "cpuacct.usage_user", &value))
        km_sample_set(r->sample, KM_CPU_USER_USEC, value / 1000);
    if (number_v1(r, KM_CPUACCT, "cpuacct.usage_sys", &value))
        km_sample_set(r->sample, KM_CPU_SYSTEM_USEC, value / 1000);
    /* Without a quota there is nothing to be throttled by, and nothing is said of it. */
    if (!number_v1(r, KM_CPU, "cpu.cfs_quota_us", &quota) || quota == 0)
        return;
    if (number_v1(r, KM_CPU, "cpu.cfs_period_us", &period))
        set_cpu_limit(r->sample, quota, period);
    if (read_v1(r, KM_CPU, "cpu.stat")) {
        km_scan_into(r->buf->data, throttling, r->sample);
        if (km_scan_value(r->buf->data, "throttled_time ", &value) && value >= 0)
            km_sample_set(r->sample, KM_CPU_THROTTLED_USEC, value / 1000);
    }
}

static void cpu_v2(struct reader *r)
{
    static const struct km_scan_rule usage[] = {{"usage_usec ", KM_CPU_USAGE_USEC, 1},
                                                {"user_usec ", KM_CPU_USER_USEC, 1},
                                                {"system_usec ", KM_CPU_SYSTEM_USEC, 1},
                                                {0}};
    static const struct km_scan_rule throttling[] = {{"nr_periods ", KM_CPU_PERIODS, 1},
                                                     {"nr_throttled ", KM_CPU_THROTTLED_PERIODS, 1},
                                                     {"throttled_usec ", KM_CPU_THROTTLED_USEC, 1},
                                                     {0}};
    const char *p;
    int64_t quota, period;

    /* "20000 100000", or "max 100000" without a quota. */
    if (read_v2(r, "cpu.max")) {
        p = r->buf->data;
        if (km_scan_next(&p, &quota) && km_scan_next(&p, &period))
            set_cpu_limit(r->sample, quota, period);
    }
    if (!read_v2(r, "cpu.stat"))
        return;
    km_scan_into(r->buf->data, usage, r->sample);
    if (km_sample_has(r->sample, KM_CPU_LIMIT))
        km_scan_into(r->buf->data, throttling, r->sample);
}

static void memory_v1(struct reader *r)
{
    static const struct km_scan_rule stat[] = {{"total_rss ", KM_MEM_RSS, 1},
                                               {"total_cache ", KM_MEM_CACHE, 1},
                                               {"total_swap ", KM_MEM_SWAP, 1},
                                               {"total_pgfault ", KM_MEM_PAGE_FAULTS, 1},
                                               {"total_pgmajfault ", KM_MEM_MAJOR_PAGE_FAULTS, 1},
                                               {0}};
    int64_t value;

    if (number_v1(r, KM_MEMORY, "memory.usage_in_bytes", &value))
        km_sample_set(r->sample, KM_MEM_USAGE, value);
    if (number_v1(r, KM_MEMORY, "memory.limit_in_bytes", &value) && value < V1_NO_LIMIT)
        km_sample_set(r->sample, KM_MEM_LIMIT, value);
    if (read_v1(r, KM_MEMORY, "memory.stat")) {
        km_scan_into(r->buf->data, stat, r->sample);
        if (km_scan_value(r->buf->data, "total_inactive_file ", &value))
            set_working_set(r->sample, value);
    }
    if (read_v1(r, KM_MEMORY, "memory.oom_control") &&
        km_scan_value(r->buf->data, "oom_kill ", &value) && value >= 0)
        km_sample_set(r->sample, KM_MEM_OOM_KILLS, value);
}

static void memory_v2(struct reader *r)
{
    static const struct km_scan_rule stat[] = {{"anon ", KM_MEM_RSS, 1},
                                               {"file ", KM_MEM_CACHE, 1},
                                               {"pgfault ", KM_MEM_PAGE_FAULTS, 1},
                                               {"pgmajfault ", KM_MEM_MAJOR_PAGE_FAULTS, 1},
                                               {0}};
    int64_t value;

    if (number_v2(r, "memory.current", &value))
        km_sample_set(r->sample, KM_MEM_USAGE, value);
    if (number_v2(r, "memory.max", &value))
        km_sample_set(r->sample, KM_MEM_LIMIT, value);
    if (number_v2(r, "memory.swap.current", &value))
        km_sample_set(r->sample, KM_MEM_SWAP, value);
    if (read_v2(r, "memory.stat")) {
        km_scan_into(r->buf->data, stat, r->sample);
        if (km_scan_value(r->buf->data, "inactive_file ", &value))
            set_working_set(r->sample, value);
    }
    if (read_v2(r, "memory.events") && km_scan_value(r->buf->data, "oom_kill ", &value) &&
        value >= 0)
        km_sample_set(r->sample, KM_MEM_OOM_KILLS, value);
}

/*
 * v1, a line a device and direction, "Total 0" alone where the kernel does not count:
 *
 *     8:0 Read 4096
 *     8:0 Write 8192
 */
static void io_lines_v1(struct reader *r, unsigned reads, unsigned writes)
{
    for (const char *line = r->buf->data; *line; line = km_scan_next_line(line)) {
        const char *word = line + strcspn(line, " \n");
        int64_t value;

        if (*word != ' ' || km_stacked_devices_has(&r->mounts->stacked, line))
            continue;
        if (strncmp(word, " Read ", 6) == 0 && km_scan_number(word + 6, &value))
            km_scan_add(r->sample, reads, value);
        else if (strncmp(word, " Write ", 7) == 0 && km_scan_number(word + 7, &value))
            km_scan_add(r->sample, writes, value);
    }
}

/*
 * Those of the block layer's throttle, which sees every device; "blkio.io_service_bytes" belongs to
 * one scheduler and is 0 under the others. Kernels before 4.20 have no recursive ones.
 */
static void io_v1(struct reader *r)
{
    if (read_v1(r, KM_BLKIO, "blkio.throttle.io_service_bytes_recursive") ||
        read_v1(r, KM_BLKIO, "blkio.throttle.io_service_bytes"))
        io_lines_v1(r, KM_DISK_READ_BYTES, KM_DISK_WRITE_BYTES);
    if (km_sample_has(r->sample, KM_DISK_READ_BYTES) &&
        (read_v1(r, KM_BLKIO, "blkio.throttle.io_serviced_recursive") ||
         read_v1(r, KM_BLKIO, "blkio.throttle.io_serviced")))
        io_lines_v1(r, KM_DISK_READ_OPS, KM_DISK_WRITE_OPS);
}

/*
 * v2: "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0"; a bad line spoils nothing else, a
 * file without a line is no traffic.
 */
static void io_v2(struct reader *r)
{
    static const struct km_scan_rule fields[] = {{" rbytes=", KM_DISK_READ_BYTES, 1},
                                                 {" wbytes=", KM_DISK_WRITE_BYTES, 1},
                                                 {" rios=", KM_DISK_READ_OPS, 1},
                                                 {" wios=", KM_DISK_WRITE_OPS, 1},
                                                 {0}};
    char *line, *save = NULL;
    bool empty;

    if (!read_v2(r, "io.stat"))
        return;
    empty = r->buf->len == 0;
    for (line = strtok_r(r->buf->data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        bool stacked = km_stacked_devices_has(&r->mounts->stacked, line);

        for (const struct km_scan_rule *f = fields; f->key; f++) {
            const char *at = strstr(line, f->key);
            int64_t value;

            if (at && km_scan_number(at + strlen(f->key), &value))
                km_scan_add(r->sample, f->metric, stacked ? 0 : value);
        }
    }
    for (const struct km_scan_rule *f = fields; empty && f->key; f++)
        km_sample_set(r->sample, f->metric, 0);
}

void km_pressure_scan(const char *text, unsigned some, unsigned full, struct km_sample *sample)
{
    for (const char *line = text; *line; line = km_scan_next_line(line)) {
        unsigned metric = strncmp(line, "some ", 5) == 0   ? some
                          : strncmp(line, "full ", 5) == 0 ? full
                                                           : KM_METRIC_COUNT;
        const char *total = strstr(line, "total=");
        const char *end = strchr(line, '\n');
        int64_t value;

        if (metric < KM_METRIC_COUNT && total && (!end || total < end) &&
            km_scan_number(total + 6, &value) && value >= 0)
            km_sample_set(sample, metric, value);
    }
}

static void pressure(struct reader *r)
{
    if (read_v2(r, "cpu.pressure"))
        km_pressure_scan(r->buf->data, KM_PSI_CPU_SOME, KM_METRIC_COUNT, r->sample);
    if (read_v2(r, "memory.pressure"))
        km_pressure_scan(r->buf->data, KM_PSI_MEMORY_SOME, KM_PSI_MEMORY_FULL, r->sample);
    if (read_v2(r, "io.pressure"))
        km_pressure_scan(r->buf->data, KM_PSI_IO_SOME, KM_PSI_IO_FULL, r->sample);
}

void km_cgroup_read(struct km_root *root, const struct km_cgroup_mounts *mounts, const char *path,
                    struct km_buf *buf, struct km_sample *sample)
{
    struct reader r = {root, mounts, path, buf, sample};
    int64_t threads;

    if (mounts->v1[KM_CPUACCT][0] || mounts->v1[KM_CPU][0])
        cpu_v1(&r);
    else
        cpu_v2(&r);
    if (mounts->v1[KM_MEMORY][0])
        memory_v1(&r);
    else
        memory_v2(&r);
    if (mounts->v1[KM_BLKIO][0])
        io_v1(&r);
    else
        io_v2(&r);
    if (mounts->v1[KM_PIDS][0] ? number_v1(&r, KM_PIDS, "pids.current", &threads)
                               : number_v2(&r, "pids.current", &threads))
        km_sample_set(sample, KM_PROC_THREADS, threads);
    pressure(&r);
}
