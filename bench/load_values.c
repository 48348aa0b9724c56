/* SPDX-License-Identifier: Apache-2.0 */
#include "load_values.h"

#include <string.h>

#include "load_random.h"

#define PAGE        4096
#define PERIOD_MS   100 /* the kernel's usual quota period */
#define TEMPER_MS   5000
#define KERNEL_PART 32 /* of a pod's memory one in so many pages is the kernel's */

const uint8_t km_load_metric[KM_LOAD_COUNTERS] = {
    [KM_LOAD_USER_USEC] = KM_CPU_USER_USEC,
    [KM_LOAD_SYSTEM_USEC] = KM_CPU_SYSTEM_USEC,
    [KM_LOAD_RX_BYTES] = KM_NET_RX_BYTES,
    [KM_LOAD_TX_BYTES] = KM_NET_TX_BYTES,
    [KM_LOAD_RX_PACKETS] = KM_NET_RX_PACKETS,
    [KM_LOAD_TX_PACKETS] = KM_NET_TX_PACKETS,
    [KM_LOAD_READ_BYTES] = KM_DISK_READ_BYTES,
    [KM_LOAD_WRITE_BYTES] = KM_DISK_WRITE_BYTES,
    [KM_LOAD_READ_OPS] = KM_DISK_READ_OPS,
    [KM_LOAD_WRITE_OPS] = KM_DISK_WRITE_OPS,
    [KM_LOAD_PSI_CPU] = KM_PSI_CPU_SOME,
    [KM_LOAD_PSI_IO] = KM_PSI_IO_SOME,
    [KM_LOAD_PSI_IO_FULL] = KM_PSI_IO_FULL,
    [KM_LOAD_FAULTS] = KM_MEM_PAGE_FAULTS,
    [KM_LOAD_MAJOR_FAULTS] = KM_MEM_MAJOR_PAGE_FAULTS,
    [KM_LOAD_PERIODS] = KM_CPU_PERIODS,
    [KM_LOAD_THROTTLED_PERIODS] = KM_CPU_THROTTLED_PERIODS,
    [KM_LOAD_THROTTLED_USEC] = KM_CPU_THROTTLED_USEC,
};

/* Read by the collector, and 0 on a healthy pod for all its life. */
static const uint8_t zero_metrics[] = {
    KM_MEM_SWAP,       KM_MEM_OOM_KILLS,  KM_NET_RX_ERRORS,   KM_NET_TX_ERRORS,
    KM_NET_RX_DROPPED, KM_NET_TX_DROPPED, KM_PSI_MEMORY_SOME, KM_PSI_MEMORY_FULL,
};

/* In how many of 100 ticks each kind of work happens, and how much of it in TEMPER_MS. */
struct habit {
    uint8_t cpu, network, disk, memory; /* percent */
    uint32_t cpu_usec, packets, disk_ops, pages;
};

static const struct habit habits[] = {
    [KM_LOAD_IDLE] = {80, 50, 1, 3, 4000, 6, 2, 8},
    [KM_LOAD_STEADY] = {100, 100, 12, 50, 90000, 400, 6, 60},
    [KM_LOAD_BUSY] = {100, 100, 90, 100, 1900000, 9000, 120, 900},
};

/* What the process that holds the pod's namespaces has used, once, at its start. */
static const struct {
    uint8_t counter;
    uint16_t value;
} pause_work[] = {{KM_LOAD_USER_USEC, 12000}, {KM_LOAD_SYSTEM_USEC, 21000}, {KM_LOAD_FAULTS, 1140}};
#define PAUSE_RSS_PAGES   12
#define PAUSE_CACHE_PAGES 40

static bool happens(struct km_load_pod *pod, unsigned percent)
{
    return km_load_below(&pod->random, 100) < percent;
}

/* Around what is usual in TEMPER_MS, between half and one and a half of it, for ms. */
static uint64_t about(struct km_load_pod *pod, uint64_t usual, int64_t ms)
{
    uint64_t percent = 50 + km_load_below(&pod->random, 101);

    return usual * (uint64_t)ms / TEMPER_MS * percent / 100;
}

static void work_cpu(struct km_load_pod *pod, const struct km_load_identity *who, int64_t ms)
{
    uint64_t used = about(pod, habits[who->temper].cpu_usec, ms);
    uint64_t most = (uint64_t)who->cpu_limit * (uint64_t)ms; /* in usec; 0: no limit */
    uint64_t periods = (uint64_t)ms / PERIOD_MS;
    uint64_t user;

    if (most && used > most) {
        uint64_t over = used - most;

        pod->counter[KM_LOAD_THROTTLED_USEC] += over / 2;
        pod->counter[KM_LOAD_THROTTLED_PERIODS] += periods / 4 + 1;
        used = most;
    }
    if (most)
        pod->counter[KM_LOAD_PERIODS] += who->temper == KM_LOAD_IDLE ? periods / 25 + 1 : periods;
    user = used * (60 + km_load_below(&pod->random, 21)) / 100;
    pod->counter[KM_LOAD_USER_USEC] += user;
    pod->counter[KM_LOAD_SYSTEM_USEC] += used - user;
    if (who->temper == KM_LOAD_BUSY)
        pod->counter[KM_LOAD_PSI_CPU] += used / 50;
}

static void work_network(struct km_load_pod *pod, const struct km_load_identity *who, int64_t ms)
{
    uint64_t received = about(pod, habits[who->temper].packets, ms);
    uint64_t sent = about(pod, habits[who->temper].packets, ms);

    pod->counter[KM_LOAD_RX_PACKETS] += received;
    pod->counter[KM_LOAD_TX_PACKETS] += sent;
    pod->counter[KM_LOAD_RX_BYTES] += received * (80 + km_load_below(&pod->random, 200));
    pod->counter[KM_LOAD_TX_BYTES] += sent * (80 + km_load_below(&pod->random, 900));
}

static void work_disk(struct km_load_pod *pod, const struct km_load_identity *who, int64_t ms)
{
    uint64_t writes = about(pod, habits[who->temper].disk_ops, ms);
    uint64_t reads = happens(pod, 30) ? writes / 4 : 0;

    pod->counter[KM_LOAD_WRITE_OPS] += writes;
    pod->counter[KM_LOAD_WRITE_BYTES] += writes * PAGE * (1 + km_load_below(&pod->random, 8));
    pod->counter[KM_LOAD_READ_OPS] += reads;
    pod->counter[KM_LOAD_READ_BYTES] += reads * PAGE * 4;
    pod->counter[KM_LOAD_PSI_IO] += writes * 120;
    pod->counter[KM_LOAD_PSI_IO_FULL] += writes * 90;
    if (reads)
        pod->counter[KM_LOAD_MAJOR_FAULTS] += 1;
}

static uint64_t most_pages(const struct km_load_identity *who)
{
    return (uint64_t)who->memory_request * 2 / PAGE;
}

/* A step up or down, kept within a quarter and three quarters of what the pod may have. */
static void work_memory(struct km_load_pod *pod, const struct km_load_identity *who, int64_t ms)
{
    uint64_t most = most_pages(who);
    uint32_t step = 1 + (uint32_t)km_load_below(&pod->random, habits[who->temper].pages);

    if (pod->rss_pages > most * 5 / 8 || (pod->rss_pages > most / 8 && happens(pod, 45)))
        pod->rss_pages -= step;
    else
        pod->rss_pages += step;
    if (pod->cache_pages < most / 4)
        pod->cache_pages += step / 16;
    pod->counter[KM_LOAD_FAULTS] += about(pod, step, ms);
    if (who->temper != KM_LOAD_IDLE && happens(pod, 10))
        pod->threads = (uint16_t)(pod->pids + km_load_below(&pod->random, 24));
}

void km_load_pod_start(struct km_load_pod *pod, const struct km_load_identity *who, int64_t age_ms,
                       int64_t now_ms)
{
    uint64_t most = most_pages(who);

    *pod = (struct km_load_pod){.random = who->random,
                                .created_ms = now_ms - age_ms,
                                .generation = pod->generation,
                                .usage_milli = -1};
    pod->rss_pages = (uint32_t)(most / 8 + km_load_below(&pod->random, most / 4));
    pod->cache_pages = (uint32_t)(64 + km_load_below(&pod->random, most / 8));
    pod->pids = (uint16_t)(1 + km_load_below(&pod->random, 4));
    pod->threads = (uint16_t)(pod->pids + km_load_below(&pod->random, 16));
    if (age_ms > 0) {
        work_cpu(pod, who, age_ms);
        work_network(pod, who, age_ms);
        work_disk(pod, who, age_ms);
        work_memory(pod, who, age_ms);
    }
}

void km_load_pod_tick(struct km_load_pod *pod, const struct km_load_identity *who,
                      int64_t interval_ms, struct km_load_work *work)
{
    const struct habit *habit = &habits[who->temper];
    uint64_t before[KM_LOAD_COUNTERS], used;

    memcpy(before, pod->counter, sizeof(before));
    if (happens(pod, habit->cpu))
        work_cpu(pod, who, interval_ms);
    if (!who->host_network && happens(pod, habit->network))
        work_network(pod, who, interval_ms);
    if (happens(pod, habit->disk))
        work_disk(pod, who, interval_ms);
    if (happens(pod, habit->memory))
        work_memory(pod, who, interval_ms);
    for (int i = 0; i < KM_LOAD_COUNTERS; i++)
        work->counter[i] += pod->counter[i] - before[i];
    work->rss_pages += pod->rss_pages + PAUSE_RSS_PAGES;
    work->cache_pages += pod->cache_pages + PAUSE_CACHE_PAGES;
    work->threads += pod->threads + 1u;
    used = pod->counter[KM_LOAD_USER_USEC] - before[KM_LOAD_USER_USEC] +
           pod->counter[KM_LOAD_SYSTEM_USEC] - before[KM_LOAD_SYSTEM_USEC];
    pod->usage_milli = (int64_t)(used * 1000 / (uint64_t)interval_ms);
}

/* What a pod and its container show alike; scope leaves out what is not a container's. */
static void sample_shared(const struct km_load_pod *pod, const struct km_load_identity *who,
                          unsigned scope, struct km_sample *s)
{
    for (int i = 0; i < KM_LOAD_COUNTERS; i++) {
        if (km_metrics[km_load_metric[i]].scope & scope)
            km_sample_set(s, km_load_metric[i], (int64_t)pod->counter[i]);
    }
    for (size_t i = 0; i < sizeof(zero_metrics); i++) {
        if (km_metrics[zero_metrics[i]].scope & scope)
            km_sample_set(s, zero_metrics[i], 0);
    }
    for (unsigned m = KM_CPU_PERIODS; who->cpu_limit == 0 && m <= KM_CPU_THROTTLED_USEC; m++)
        km_sample_unset(s, m);
    for (unsigned m = KM_NET_RX_BYTES; who->host_network && m <= KM_NET_TX_DROPPED; m++)
        km_sample_unset(s, m);
    km_sample_set(s, KM_CPU_REQUEST, who->cpu_request);
    km_sample_set(s, KM_MEM_REQUEST, who->memory_request);
    if (who->cpu_limit)
        km_sample_set(s, KM_CPU_LIMIT, who->cpu_limit);
    if (who->memory_limit)
        km_sample_set(s, KM_MEM_LIMIT, who->memory_limit);
    if (pod->usage_milli >= 0)
        km_sample_set(s, KM_CPU_USAGE, pod->usage_milli);
}

static void sample_memory(struct km_sample *s, uint64_t rss, uint64_t cache)
{
    uint64_t usage = rss + cache + rss / KERNEL_PART;

    km_sample_set(s, KM_MEM_USAGE, (int64_t)(usage * PAGE));
    km_sample_set(s, KM_MEM_WORKING_SET, (int64_t)((usage - cache / 2) * PAGE));
    km_sample_set(s, KM_MEM_RSS, (int64_t)(rss * PAGE));
    km_sample_set(s, KM_MEM_CACHE, (int64_t)(cache * PAGE));
}

/* What follows from the counters and holds for the whole cgroup. */
static void sample_rest(struct km_sample *s, unsigned pids, unsigned threads)
{
    km_sample_set(s, KM_CPU_USAGE_USEC, s->value[KM_CPU_USER_USEC] + s->value[KM_CPU_SYSTEM_USEC]);
    km_sample_set(s, KM_PROC_PIDS, pids);
    km_sample_set(s, KM_PROC_THREADS, threads);
}

void km_load_pod_sample(const struct km_load_pod *pod, const struct km_load_identity *who,
                        int64_t time_ms, struct km_sample *ret_pod, struct km_sample *ret_container)
{
    km_sample_clear(ret_pod);
    km_sample_clear(ret_container);
    ret_pod->time_ms = ret_container->time_ms = time_ms;
    sample_shared(pod, who, KM_SCOPE_POD, ret_pod);
    sample_shared(pod, who, KM_SCOPE_CONTAINER, ret_container);
    for (size_t i = 0; i < sizeof(pause_work) / sizeof(pause_work[0]); i++)
        ret_pod->value[km_load_metric[pause_work[i].counter]] += pause_work[i].value;
    sample_memory(ret_pod, pod->rss_pages + PAUSE_RSS_PAGES, pod->cache_pages + PAUSE_CACHE_PAGES);
    sample_memory(ret_container, pod->rss_pages, pod->cache_pages);
    sample_rest(ret_pod, pod->pids + 1u, pod->threads + 1u);
    sample_rest(ret_container, pod->pids, pod->threads);
}
