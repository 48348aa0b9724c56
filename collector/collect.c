/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "node.h"
#include "pods.h"
#include "scan.h"
#include "time_format.h"
#include "usage.h"

struct km_collector {
    struct km_collector_config config;
    struct km_root root;
    struct km_pods *pods;
    struct km_usage usage;
    struct km_buf buf;
    char boot_id[64];
};

static const char *find_proc(const struct km_root *root)
{
    char path[KM_PATH];
    struct stat st;

    km_root_path(root, path, "/host/proc/stat");
    return stat(path, &st) == 0 ? "/host/proc" : "/proc";
}

int km_collector_new(const struct km_collector_config *config, struct km_collector **ret_collector)
{
    struct km_collector *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->config = *config;
    c->root = (struct km_root){.dir = config->root};
    c->root.proc = config->proc ? config->proc : find_proc(&c->root);
    c->pods = km_pods_new();
    if (!c->pods) {
        km_collector_free(c);
        return -ENOMEM;
    }
    km_node_boot_id(&c->root, &c->buf, c->boot_id);
    *ret_collector = c;
    return 0;
}

void km_collector_free(struct km_collector *collector)
{
    if (!collector)
        return;
    km_pods_free(collector->pods);
    km_buf_done(&collector->buf);
    free(collector);
}

/* The collector's own cost, always of this machine, whatever root is read. */
static void read_self(struct km_collector *c, const struct km_collector_health *health,
                      struct km_sample *s)
{
    struct km_root own = {.dir = "/"};
    struct rusage usage;
    int64_t pages;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        km_sample_set(s, KM_SELF_CPU_USEC,
                      (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                          usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    /* "size resident shared …" in pages. */
    if (km_root_read(&own, &c->buf, "/proc/self/statm") == 0) {
        const char *p = c->buf.data;

        if (km_scan_next(&p, &pages) && km_scan_next(&p, &pages))
            km_sample_set(s, KM_SELF_RSS, pages * sysconf(_SC_PAGESIZE));
    }
    if (health->tick_usec >= 0)
        km_sample_set(s, KM_SELF_TICK_USEC, health->tick_usec);
    km_sample_set(s, KM_SELF_TICKS_SKIPPED, health->ticks_skipped);
    km_sample_set(s, KM_SELF_BATCHES_DROPPED, health->batches_dropped);
    km_sample_set(s, KM_SELF_READ_ERRORS, (int64_t)c->root.failures);
}

int km_collector_tick(struct km_collector *collector, const struct km_collector_health *health,
                      struct km_batch *ret_batch)
{
    struct km_collector *c = collector;
    struct km_batch batch = {.node = c->config.node,
                             .boot_id = *c->boot_id ? c->boot_id : NULL,
                             .interval_ms = c->config.interval_ms,
                             .has_node = true};
    struct km_sample *s = &batch.reading.sample;
    struct km_cgroup_mounts mounts = {0};
    uint64_t files = c->root.files;
    bool has_cgroups;
    int64_t now;
    int r = 0;

    s->time_ms = km_time_now_ms();
    now = km_usage_clock();
    has_cgroups = km_cgroup_mounts_read(&c->root, &c->buf, &mounts) == 0;
    km_node_read(&c->root, &mounts, &c->buf, s);
    km_usage_update(&c->usage, now, s);
    if (c->config.names)
        km_names_refresh(c->config.names, &c->root);
    if (has_cgroups)
        r = km_pods_read(c->pods, &c->root, &mounts, c->config.names, &c->buf, &batch.pods,
                         &batch.n_pods);
    if (r < 0)
        return r;
    read_self(c, health, s);
    km_sample_set(s, KM_SELF_FILES_READ, (int64_t)(c->root.files - files));
    *ret_batch = batch;
    return 0;
}
