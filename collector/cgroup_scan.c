/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_scan.h"

#include <string.h>

#include "scan.h"

/* cgroup v1 says "no limit" by the largest number of whole pages. */
#define V1_NO_LIMIT (INT64_MAX / 65536 * 65536 - 65536)

/* A file of one number; negative ones mean none: "-1" is no quota. */
static void number(const char *text, unsigned metric, int64_t divisor, struct km_sample *sample)
{
    int64_t value;

    if (km_scan_number(text, &value) && value >= 0)
        km_sample_set(sample, metric, value / divisor);
}

/* "20000" us of CPU in each "100000" us are 200 millicores. */
static void set_cpu_limit(struct km_cgroup_scan *c, int64_t period)
{
    int64_t quota;

    if (c->quota > 0 && period > 0 && !__builtin_mul_overflow(c->quota, 1000, &quota))
        km_sample_set(c->sample, KM_CPU_LIMIT, quota / period);
}

/* usage without the page cache that has not been used of late; never below 0. */
static void set_working_set(const char *text, const char *key, struct km_sample *s)
{
    int64_t usage = s->value[KM_MEM_USAGE], inactive_file;

    if (km_sample_has(s, KM_MEM_USAGE) && km_scan_value(text, key, &inactive_file) &&
        inactive_file >= 0)
        km_sample_set(s, KM_MEM_WORKING_SET, usage > inactive_file ? usage - inactive_file : 0);
}

/* --- cgroup v1 ------------------------------------------------------------------------------- */

/* Without a quota there is nothing to be throttled by, and nothing is said of it. */
static void cfs_quota(struct km_cgroup_scan *c, char *text)
{
    if (!km_scan_number(text, &c->quota))
        c->quota = 0;
    if (c->quota > 0)
        return;
    km_sample_unset(c->sample, KM_CPU_PERIODS);
    km_sample_unset(c->sample, KM_CPU_THROTTLED_PERIODS);
    km_sample_unset(c->sample, KM_CPU_THROTTLED_USEC);
}

static void cfs_period(struct km_cgroup_scan *c, char *text)
{
    int64_t period;

    if (km_scan_number(text, &period))
        set_cpu_limit(c, period);
}

static void memory_limit_v1(struct km_cgroup_scan *c, char *text)
{
    int64_t value;

    if (km_scan_number(text, &value) && value >= 0 && value < V1_NO_LIMIT)
        km_sample_set(c->sample, KM_MEM_LIMIT, value);
}

/* Nanoseconds. */
static void cpu_usage_v1(struct km_cgroup_scan *c, char *text)
{
    number(text, KM_CPU_USAGE_USEC, 1000, c->sample);
}

static void cpu_user_v1(struct km_cgroup_scan *c, char *text)
{
    number(text, KM_CPU_USER_USEC, 1000, c->sample);
}

static void cpu_system_v1(struct km_cgroup_scan *c, char *text)
{
    number(text, KM_CPU_SYSTEM_USEC, 1000, c->sample);
}

/* "nr_periods 4\nnr_throttled 3\nthrottled_time 2999\n", the last in nanoseconds. */
static void throttling_v1(struct km_cgroup_scan *c, char *text)
{
    static const struct km_scan_rule rules[] = {
        {"nr_periods ", KM_CPU_PERIODS, 1}, {"nr_throttled ", KM_CPU_THROTTLED_PERIODS, 1}, {0}};
    int64_t value;

    km_scan_into(text, rules, c->sample);
    if (km_scan_value(text, "throttled_time ", &value) && value >= 0)
        km_sample_set(c->sample, KM_CPU_THROTTLED_USEC, value / 1000);
}

static void memory_stat_v1(struct km_cgroup_scan *c, char *text)
{
    static const struct km_scan_rule rules[] = {{"total_rss ", KM_MEM_RSS, 1},
                                                {"total_cache ", KM_MEM_CACHE, 1},
                                                {"total_swap ", KM_MEM_SWAP, 1},
                                                {"total_pgfault ", KM_MEM_PAGE_FAULTS, 1},
                                                {"total_pgmajfault ", KM_MEM_MAJOR_PAGE_FAULTS, 1},
                                                {0}};

    km_scan_into(text, rules, c->sample);
    set_working_set(text, "total_inactive_file ", c->sample);
}

/*
 * A line a device and direction, "Total 0" alone where the kernel does not count:
 *
 *     8:0 Read 4096
 *     8:0 Write 8192
 */
static void io_lines_v1(struct km_cgroup_scan *c, const char *text, unsigned reads, unsigned writes)
{
    for (const char *line = text; *line; line = km_scan_next_line(line)) {
        const char *word = line + strcspn(line, " \n");
        int64_t value;

        if (*word != ' ' || km_stacked_devices_has(c->stacked, line))
            continue;
        if (strncmp(word, " Read ", 6) == 0 && km_scan_number(word + 6, &value))
            km_scan_add(c->sample, reads, value);
        else if (strncmp(word, " Write ", 7) == 0 && km_scan_number(word + 7, &value))
            km_scan_add(c->sample, writes, value);
    }
}

static void io_bytes_v1(struct km_cgroup_scan *c, char *text)
{
    io_lines_v1(c, text, KM_DISK_READ_BYTES, KM_DISK_WRITE_BYTES);
}

static void io_ops_v1(struct km_cgroup_scan *c, char *text)
{
    io_lines_v1(c, text, KM_DISK_READ_OPS, KM_DISK_WRITE_OPS);
}

/* --- cgroup v2 ------------------------------------------------------------------------------- */

/* "20000 100000", or "max 100000" without a quota. */
static void cpu_max(struct km_cgroup_scan *c, char *text)
{
    const char *p = text;
    int64_t period;

    c->quota = 0;
    if (km_scan_next(&p, &c->quota) && km_scan_next(&p, &period))
        set_cpu_limit(c, period);
}

static void memory_max(struct km_cgroup_scan *c, char *text)
{
    number(text, KM_MEM_LIMIT, 1, c->sample);
}

/* Throttling as on v1: only where there is a quota. */
static void cpu_stat(struct km_cgroup_scan *c, char *text)
{
    static const struct km_scan_rule usage[] = {{"usage_usec ", KM_CPU_USAGE_USEC, 1},
                                                {"user_usec ", KM_CPU_USER_USEC, 1},
                                                {"system_usec ", KM_CPU_SYSTEM_USEC, 1},
                                                {0}};
    static const struct km_scan_rule throttling[] = {{"nr_periods ", KM_CPU_PERIODS, 1},
                                                     {"nr_throttled ", KM_CPU_THROTTLED_PERIODS, 1},
                                                     {"throttled_usec ", KM_CPU_THROTTLED_USEC, 1},
                                                     {0}};

    km_scan_into(text, usage, c->sample);
    if (km_sample_has(c->sample, KM_CPU_LIMIT))
        km_scan_into(text, throttling, c->sample);
}

static void memory_swap(struct km_cgroup_scan *c, char *text)
{
    number(text, KM_MEM_SWAP, 1, c->sample);
}

static void memory_stat(struct km_cgroup_scan *c, char *text)
{
    static const struct km_scan_rule rules[] = {{"anon ", KM_MEM_RSS, 1},
                                                {"file ", KM_MEM_CACHE, 1},
                                                {"pgfault ", KM_MEM_PAGE_FAULTS, 1},
                                                {"pgmajfault ", KM_MEM_MAJOR_PAGE_FAULTS, 1},
                                                {0}};

    km_scan_into(text, rules, c->sample);
    set_working_set(text, "inactive_file ", c->sample);
}

/*
 * "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0"; a bad line spoils nothing else, a file
 * without a line is no traffic.
 */
static void io_stat(struct km_cgroup_scan *c, char *text)
{
    static const struct km_scan_rule fields[] = {{" rbytes=", KM_DISK_READ_BYTES, 1},
                                                 {" wbytes=", KM_DISK_WRITE_BYTES, 1},
                                                 {" rios=", KM_DISK_READ_OPS, 1},
                                                 {" wios=", KM_DISK_WRITE_OPS, 1},
                                                 {0}};
    char *line, *save = NULL;
    bool empty = !*text;

    for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        bool stacked = km_stacked_devices_has(c->stacked, line);

        for (const struct km_scan_rule *f = fields; f->key; f++) {
            const char *at = strstr(line, f->key);
            int64_t value;

            if (at && km_scan_number(at + strlen(f->key), &value))
                km_scan_add(c->sample, f->metric, stacked ? 0 : value);
        }
    }
    for (const struct km_scan_rule *f = fields; empty && f->key; f++)
        km_sample_set(c->sample, f->metric, 0);
}

/* --- both ------------------------------------------------------------------------------------ */

static void memory_usage(struct km_cgroup_scan *c, char *text)
{
    number(text, KM_MEM_USAGE, 1, c->sample);
}

/* "oom_kill 8" of memory.oom_control or memory.events. */
static void oom_kills(struct km_cgroup_scan *c, char *text)
{
    static const struct km_scan_rule rules[] = {{"oom_kill ", KM_MEM_OOM_KILLS, 1}, {0}};

    km_scan_into(text, rules, c->sample);
}

static void tasks(struct km_cgroup_scan *c, char *text)
{
    number(text, KM_PROC_THREADS, 1, c->sample);
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

static void pressure_cpu(struct km_cgroup_scan *c, char *text)
{
    km_pressure_scan(text, KM_PSI_CPU_SOME, KM_METRIC_COUNT, c->sample);
}

static void pressure_memory(struct km_cgroup_scan *c, char *text)
{
    km_pressure_scan(text, KM_PSI_MEMORY_SOME, KM_PSI_MEMORY_FULL, c->sample);
}

static void pressure_io(struct km_cgroup_scan *c, char *text)
{
    km_pressure_scan(text, KM_PSI_IO_SOME, KM_PSI_IO_FULL, c->sample);
}

/* --- the table ------------------------------------------------------------------------------- */

#define THROTTLING KM_CPU_PERIODS, KM_CPU_THROTTLED_PERIODS, KM_CPU_THROTTLED_USEC
#define BYTES      KM_DISK_READ_BYTES, KM_DISK_WRITE_BYTES
#define OPS        KM_DISK_READ_OPS, KM_DISK_WRITE_OPS
#define FAULTS     KM_MEM_PAGE_FAULTS, KM_MEM_MAJOR_PAGE_FAULTS
#define MEMORY     KM_MEM_RSS, KM_MEM_CACHE, KM_MEM_WORKING_SET, FAULTS

#define V1(controller, name, when, only_if, scan, ...)                                             \
    {                                                                                              \
        name, KM_##controller, 1, KM_WHEN_##when, only_if, scan,                                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define V2(controller, name, when, scan, ...)                                                      \
    {                                                                                              \
        name, KM_##controller, 2, KM_WHEN_##when, 0, scan,                                         \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

/*
 * v1's bytes are those of the block layer's throttle, which sees every device;
 * "blkio.io_service_bytes" belongs to one scheduler and is 0 under the others. Kernels before 4.20
 * have no recursive ones. A bio of v1 is its task's own, so nothing is counted while no task runs;
 * v2 counts what the flusher writes in the cgroup's name later, so io.stat is always read.
 */
const struct km_cgroup_file km_cgroup_files[KM_CGROUP_FILES] = {
    V1(CPU, "cpu.cfs_quota_us", ASKED, 0, cfs_quota, KM_CPU_LIMIT),
    V1(CPU, "cpu.cfs_period_us", ASKED, KM_IF_QUOTA, cfs_period, 0),
    V1(MEMORY, "memory.limit_in_bytes", ASKED, 0, memory_limit_v1, KM_MEM_LIMIT),
    V2(CPU, "cpu.max", ASKED, cpu_max, KM_CPU_LIMIT),
    V2(MEMORY, "memory.max", ASKED, memory_max, KM_MEM_LIMIT),
    V1(CPUACCT, "cpuacct.usage", CPU, 0, cpu_usage_v1, KM_CPU_USAGE_USEC),
    V2(CPUACCT, "cpu.stat", CPU, cpu_stat, KM_CPU_USAGE_USEC, KM_CPU_USER_USEC, KM_CPU_SYSTEM_USEC,
       THROTTLING),
    V1(MEMORY, "memory.usage_in_bytes", USAGE, 0, memory_usage, KM_MEM_USAGE),
    V2(MEMORY, "memory.current", USAGE, memory_usage, KM_MEM_USAGE),
    V1(CPUACCT, "cpuacct.usage_user", BUSY, 0, cpu_user_v1, KM_CPU_USER_USEC),
    V1(CPUACCT, "cpuacct.usage_sys", BUSY, 0, cpu_system_v1, KM_CPU_SYSTEM_USEC),
    V1(CPU, "cpu.stat", BUSY, KM_IF_QUOTA, throttling_v1, THROTTLING),
    V1(MEMORY, "memory.stat", MEMORY, 0, memory_stat_v1, MEMORY, KM_MEM_SWAP),
    V1(MEMORY, "memory.oom_control", BUSY, 0, oom_kills, KM_MEM_OOM_KILLS),
    V2(MEMORY, "memory.swap.current", MEMORY, memory_swap, KM_MEM_SWAP),
    V2(MEMORY, "memory.stat", MEMORY, memory_stat, MEMORY),
    V2(MEMORY, "memory.events", BUSY, oom_kills, KM_MEM_OOM_KILLS),
    V1(BLKIO, "blkio.throttle.io_service_bytes_recursive", BUSY, 0, io_bytes_v1, BYTES),
    V1(BLKIO, "blkio.throttle.io_service_bytes", BUSY, KM_IF_NOT_BEFORE, io_bytes_v1, BYTES),
    V1(BLKIO, "blkio.throttle.io_serviced_recursive", BUSY, KM_IF_DISK, io_ops_v1, OPS),
    V1(BLKIO, "blkio.throttle.io_serviced", BUSY, KM_IF_DISK | KM_IF_NOT_BEFORE, io_ops_v1, OPS),
    V2(BLKIO, "io.stat", ALWAYS, io_stat, BYTES, OPS),
    V1(PIDS, "pids.current", BUSY, 0, tasks, KM_PROC_THREADS),
    V2(PIDS, "pids.current", BUSY, tasks, KM_PROC_THREADS),
    V2(CONTROLLERS, "cpu.pressure", BUSY, pressure_cpu, KM_PSI_CPU_SOME),
    V2(CONTROLLERS, "memory.pressure", BUSY, pressure_memory, KM_PSI_MEMORY_SOME,
       KM_PSI_MEMORY_FULL),
    V2(CONTROLLERS, "io.pressure", BUSY, pressure_io, KM_PSI_IO_SOME, KM_PSI_IO_FULL),
};

const char *km_cgroup_mount_of(const struct km_cgroup_mounts *mounts,
                               const struct km_cgroup_file *file)
{
    bool in_v1 = file->controller < KM_CONTROLLERS && *mounts->v1[file->controller];

    /* cpuacct and cpu are one controller on v2: what v1 has of either is not asked of v2. */
    if (file->controller == KM_CPU || file->controller == KM_CPUACCT) {
        bool either = *mounts->v1[KM_CPU] || *mounts->v1[KM_CPUACCT];

        if (file->version == 2)
            return !either && *mounts->v2 ? mounts->v2 : NULL;
    }
    if (file->version == 1)
        return in_v1 ? mounts->v1[file->controller] : NULL;
    return !in_v1 && *mounts->v2 ? mounts->v2 : NULL;
}
