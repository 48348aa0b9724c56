/* SPDX-License-Identifier: Apache-2.0 */
#include "load_node.h"

#include "load_random.h"

#define PAGE INT64_C(4096)
#define GIB  (INT64_C(1) << 30)

/* Sizes that fit the largest pods of load_cluster.c: 2 CPUs at most, rarely, and 2 GiB. */
#define NODE_CPUS(pods)   (4 + (pods))
#define NODE_MEMORY(pods) ((4 + 2 * (int64_t)(pods)) * GIB)
#define KERNEL_PAGES      150000
#define BUFFER_PAGES      20000
#define KERNEL_THREADS    180
#define DISK_BYTES        (100 * GIB)
#define COLLECTOR_RSS     (3 * (INT64_C(1) << 20))

static const int64_t load_spans_ms[3] = {60000, 300000, 900000};

void km_load_node_start(struct km_load_node *node, uint64_t random, uint32_t pods)
{
    *node = (struct km_load_node){.random = random, .pods = pods, .usage_milli = -1};
    for (int i = 0; i < KM_LOAD_COUNTERS; i++)
        node->counter[i] = km_load_below(&node->random, UINT64_C(1) << 32);
}

/* Each load average moves towards the load of this tick as far as the tick is long. */
static void tick_loads(struct km_load_node *node, int64_t interval_ms)
{
    uint64_t load = (uint64_t)node->usage_milli / 1000 + km_load_below(&node->random, 500);

    for (int i = 0; i < 3; i++) {
        uint64_t part = (uint64_t)(interval_ms < load_spans_ms[i] ? interval_ms : load_spans_ms[i]);
        uint64_t span = (uint64_t)load_spans_ms[i];

        node->load_milli[i] = (node->load_milli[i] * (span - part) + load * part) / span;
    }
}

void km_load_node_tick(struct km_load_node *node, const struct km_load_work *work,
                       int64_t interval_ms)
{
    uint64_t ms = (uint64_t)interval_ms;
    uint64_t user = ms * (4 + km_load_below(&node->random, 6));
    uint64_t system = ms * (3 + km_load_below(&node->random, 6));
    uint64_t irq = ms * km_load_below(&node->random, 3);
    uint64_t writes = work->counter[KM_LOAD_WRITE_OPS];
    uint64_t used;

    for (int i = 0; i < KM_LOAD_COUNTERS; i++)
        node->counter[i] += work->counter[i];
    node->counter[KM_LOAD_USER_USEC] += user;
    node->counter[KM_LOAD_SYSTEM_USEC] += system;
    node->irq_usec += irq;
    node->iowait_usec += writes * 70;
    node->steal_usec += km_load_below(&node->random, 10) == 0 ? 10000 : 0;
    node->io_time_ms += writes / 5;
    node->collector_usec += 1500 + km_load_below(&node->random, 500);
    used =
        work->counter[KM_LOAD_USER_USEC] + work->counter[KM_LOAD_SYSTEM_USEC] + user + system + irq;
    node->usage_milli = (int64_t)(used * 1000 / ms);
    tick_loads(node, interval_ms);
    node->rss_pages = work->rss_pages;
    node->cache_pages = work->cache_pages;
    node->threads = work->threads;
}

static void sample_memory(const struct km_load_node *node, struct km_sample *s)
{
    int64_t total = NODE_MEMORY(node->pods);
    int64_t cached = (int64_t)node->cache_pages * PAGE, buffers = BUFFER_PAGES * PAGE;
    int64_t used = ((int64_t)node->rss_pages + KERNEL_PAGES) * PAGE;
    int64_t free_bytes = total - used - cached - buffers;
    int64_t available = free_bytes + cached / PAGE * 3 / 4 * PAGE;

    km_sample_set(s, KM_MEM_TOTAL, total);
    km_sample_set(s, KM_MEM_FREE, free_bytes);
    km_sample_set(s, KM_MEM_AVAILABLE, available);
    km_sample_set(s, KM_MEM_BUFFERS, buffers);
    km_sample_set(s, KM_MEM_CACHED, cached);
    km_sample_set(s, KM_MEM_USED, used);
    km_sample_set(s, KM_MEM_SWAP_TOTAL, 0);
    km_sample_set(s, KM_MEM_SWAP_USED, 0);
    km_sample_set(s, KM_MEM_WORKING_SET, total - available);
}

static void sample_cpu(const struct km_load_node *node, struct km_sample *s)
{
    uint64_t used =
        node->counter[KM_LOAD_USER_USEC] + node->counter[KM_LOAD_SYSTEM_USEC] + node->irq_usec;

    km_sample_set(s, KM_CPU_CAPACITY, NODE_CPUS(node->pods) * INT64_C(1000));
    km_sample_set(s, KM_CPU_USAGE_USEC, (int64_t)used);
    km_sample_set(s, KM_CPU_IOWAIT_USEC, (int64_t)node->iowait_usec);
    km_sample_set(s, KM_CPU_IRQ_USEC, (int64_t)node->irq_usec);
    km_sample_set(s, KM_CPU_STEAL_USEC, (int64_t)node->steal_usec);
    km_sample_set(s, KM_LOAD1, (int64_t)node->load_milli[0]);
    km_sample_set(s, KM_LOAD5, (int64_t)node->load_milli[1]);
    km_sample_set(s, KM_LOAD15, (int64_t)node->load_milli[2]);
    if (node->usage_milli >= 0)
        km_sample_set(s, KM_CPU_USAGE, node->usage_milli);
}

/* What stays as it is while a node is healthy. */
static void sample_constants(const struct km_load_node *node, struct km_sample *s)
{
    static const uint8_t zeros[] = {
        KM_NET_RX_ERRORS,    KM_NET_TX_ERRORS,      KM_NET_RX_DROPPED,      KM_NET_TX_DROPPED,
        KM_PSI_MEMORY_SOME,  KM_PSI_MEMORY_FULL,    KM_PROC_OOM_KILLS,      KM_PROC_BLOCKED,
        KM_SELF_READ_ERRORS, KM_SELF_TICKS_SKIPPED, KM_SELF_BATCHES_DROPPED};

    for (size_t i = 0; i < sizeof(zeros); i++)
        km_sample_set(s, zeros[i], 0);
    km_sample_set(s, KM_FS_CAPACITY, DISK_BYTES);
    km_sample_set(s, KM_FS_INODES, DISK_BYTES / 16384);
    km_sample_set(s, KM_FS_INODES_USED, 210000);
    km_sample_set(s, KM_SELF_RSS, COLLECTOR_RSS);
    km_sample_set(s, KM_SELF_FILES_READ, 12 + 14 * (int64_t)node->pods);
}

void km_load_node_sample(const struct km_load_node *node, int64_t time_ms,
                         struct km_sample *ret_sample)
{
    struct km_sample *s = ret_sample;

    km_sample_clear(s);
    s->time_ms = time_ms;
    for (int i = 0; i < KM_LOAD_COUNTERS; i++) {
        if (km_metrics[km_load_metric[i]].scope & KM_SCOPE_NODE)
            km_sample_set(s, km_load_metric[i], (int64_t)node->counter[i]);
    }
    sample_cpu(node, s);
    sample_memory(node, s);
    sample_constants(node, s);
    km_sample_set(s, KM_DISK_IO_TIME, (int64_t)node->io_time_ms);
    km_sample_set(s, KM_FS_USED,
                  DISK_BYTES / 4 +
                      (int64_t)(node->counter[KM_LOAD_WRITE_BYTES] % GIB) / PAGE * PAGE);
    km_sample_set(s, KM_PROC_RUNNING, 1 + (int64_t)(node->random >> 62));
    km_sample_set(s, KM_PROC_TOTAL, (int64_t)node->threads + KERNEL_THREADS);
    km_sample_set(s, KM_SELF_CPU_USEC, (int64_t)node->collector_usec);
    km_sample_set(s, KM_SELF_TICK_USEC, 1500 + (int64_t)(node->random >> 55));
}
