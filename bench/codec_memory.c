/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store takes for each sample, all in, and what a sample costs to store and to read:
 *
 *     codec_memory [PODS [ROWS]]     6000 pods, 240 rows of 22 metrics each
 *
 * A quarter of the values change with each row. Prints Markdown table lines.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store.h"

#define COLUMNS 22
#define BEGIN   INT64_C(1800000000000)

/* In 1000 rows, how often a metric changes, and how. */
static const struct {
    unsigned metric;
    int64_t first;
    uint64_t often, most;
    int64_t unit; /* negative: both ways */
} kinds[COLUMNS] = {
    {KM_CPU_USAGE, 12000, 950, 8000, -1},
    {KM_CPU_REQUEST, 100, 0, 1, 1},
    {KM_CPU_LIMIT, 250, 0, 1, 1},
    {KM_CPU_USAGE_USEC, 90000000, 950, 20000, 1},
    {KM_CPU_USER_USEC, 60000000, 900, 12000, 1},
    {KM_CPU_SYSTEM_USEC, 30000000, 850, 8000, 1},
    {KM_MEM_USAGE, 1 << 28, 450, 40, -4096},
    {KM_MEM_WORKING_SET, 1 << 27, 400, 40, -4096},
    {KM_MEM_RSS, 1 << 26, 250, 16, -4096},
    {KM_MEM_CACHE, 1 << 26, 150, 16, -4096},
    {KM_MEM_LIMIT, 1 << 29, 0, 1, 1},
    {KM_MEM_PAGE_FAULTS, 100000, 200, 300, 1},
    {KM_MEM_MAJOR_PAGE_FAULTS, 300, 50, 3, 1},
    {KM_NET_RX_BYTES, 1 << 24, 100, 3000, 1},
    {KM_NET_TX_BYTES, 1 << 23, 100, 2000, 1},
    {KM_NET_RX_PACKETS, 20000, 100, 20, 1},
    {KM_NET_TX_PACKETS, 20000, 100, 20, 1},
    {KM_NET_RX_ERRORS, 0, 0, 1, 1},
    {KM_DISK_READ_BYTES, 1 << 20, 0, 1, 4096},
    {KM_DISK_WRITE_BYTES, 1 << 22, 50, 8, 4096},
    {KM_DISK_WRITE_OPS, 2000, 50, 3, 1},
    {KM_PROC_PIDS, 12, 30, 2, -1},
};

static uint64_t random_state = 88172645463325252u;

static uint64_t any(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    if (!f || fscanf(f, "%*u %lu", &pages) != 1)
        exit(1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* The next values of a node's 30 pods, from pods[0] on. */
static void next_values(struct km_pod *pods, unsigned count, int64_t time_ms)
{
    for (unsigned p = 0; p < count; p++) {
        struct km_sample *s = &pods[p].reading.sample;

        s->time_ms = time_ms;
        for (unsigned c = 0; c < COLUMNS; c++) {
            int64_t step = (int64_t)(1 + any(kinds[c].most)) * llabs(kinds[c].unit);
            int64_t v = km_sample_has(s, kinds[c].metric) ? s->value[kinds[c].metric]
                                                          : kinds[c].first * (1 + (int64_t)any(4));

            if (any(1000) < kinds[c].often)
                v += kinds[c].unit < 0 && any(2) ? -step : step;
            km_sample_set(s, kinds[c].metric, v);
        }
    }
}

static int count_row(void *arg, const struct km_row *row)
{
    *(uint64_t *)arg += row->count;
    return 0;
}

int main(int argc, char **argv)
{
    unsigned pods = argc > 1 ? (unsigned)atoi(argv[1]) : 6000;
    unsigned rows = argc > 2 ? (unsigned)atoi(argv[2]) : 240;
    struct km_store_config config = {.retention_ms = 3600000,
                                     .memory_limit = (size_t)4 << 30,
                                     .interval_ms = 5000,
                                     .max_entities = 1000000,
                                     .max_keys = 100};
    struct km_pod *pod = calloc(pods, sizeof(*pod));
    char(*names)[48] = calloc(pods, sizeof(*names));
    struct km_filter filter = {.kind = KM_ENTITY_POD};
    struct km_store_status status;
    struct km_store *store;
    struct km_ref *refs = NULL;
    static struct km_view view;
    size_t before, grown, n;
    double storing = 0, reading, viewing, samples;
    uint64_t seen = 0;

    if (!pod || !names || km_store_new(&config, &store) < 0)
        return 1;
    for (unsigned p = 0; p < pods; p++) {
        snprintf(names[p], sizeof(names[p]), "%08x-1234-5678-9abc-def012345678", p);
        km_pod_init(&pod[p]);
        pod[p].name = names[p] + 24;
        pod[p].name_space = "default";
        pod[p].uid = names[p];
        next_values(&pod[p], 1, BEGIN);
    }
    before = resident();
    for (unsigned r = 0; r < rows; r++) {
        for (unsigned p = 0; p < pods; p += 30) {
            char node[16];
            unsigned count = pods - p < 30 ? pods - p : 30;
            struct km_batch batch = {.node = node, .pods = pod + p, .n_pods = count};
            int64_t time_ms = BEGIN + 5000 * (int64_t)r + (int64_t)any(3);
            double begin;

            snprintf(node, sizeof(node), "n%u", p / 30);
            next_values(pod + p, count, time_ms);
            begin = cpu_seconds();
            if (km_store_append(store, &batch, time_ms) < 0)
                return 1;
            storing += cpu_seconds() - begin;
        }
    }
    grown = resident() - before;
    km_store_get_status(store, &status);
    if (km_store_list(store, &filter, BEGIN + 5000 * (int64_t)rows, &refs, &n) < 0)
        return 1;
    reading = cpu_seconds();
    for (size_t i = 0; i < n; i++)
        km_store_scan(store, refs[i], BEGIN, INT64_MAX, count_row, &seen);
    reading = cpu_seconds() - reading;
    viewing = cpu_seconds();
    for (size_t i = 0; i < n; i++)
        km_store_view(store, refs[i], &view);
    viewing = cpu_seconds() - viewing;
    samples = (double)status.samples;
    printf("| figure | |\n|---|---|\n"
           "| pods, rows, samples | %u, %u, %.0f |\n"
           "| resident memory, bytes per sample | %.3f |\n"
           "| counted by the store, bytes per sample | %.3f |\n"
           "| storing, ns per sample | %.1f |\n"
           "| reading a pod's rows, us | %.1f |\n"
           "| newest two rows of a pod, us | %.2f |\n",
           pods, rows, samples, (double)grown / samples, (double)status.memory_used / samples,
           storing / samples * 1e9, reading / (double)n * 1e6, viewing / (double)n * 1e6);
    if (seen != status.samples)
        fprintf(stderr, "codec_memory: read %lu samples\n", (unsigned long)seen);
    free(refs);
    km_store_free(store);
    free(pod);
    free(names);
    return 0;
}
