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
#include "node_extra.h"
#include "pods.h"
#include "scan.h"
#include "time_format.h"
#include "usage.h"
#include "wall_clock.h"

/* Mounts of cgroups are there from the boot on; where there is none yet, each tick looks. */
#define MOUNTS_TICKS 60

struct km_collector {
    struct km_collector_config config;
    struct km_root root, own;
    struct km_kept_file statm;
    struct km_cgroup_mounts mounts;
    unsigned mounts_rest; /* ticks until they are looked for again */
    struct km_wall_clock clock;
    struct km_node node;
    struct km_node_extra extra;
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
    c->root = (struct km_root){.dir = config->root, .kept_max = config->files_max};
    c->root.proc = config->proc ? config->proc : find_proc(&c->root);
    c->own = (struct km_root){.dir = "/", .kept_max = 1};
    c->pods = km_pods_new(&c->root, &c->clock, config->interval_ms);
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
    km_node_close(&collector->node, &collector->root);
    km_kept_close(&collector->own, &collector->statm);
    km_buf_done(&collector->buf);
    free(collector);
}

/* The collector's own cost, always of this machine, whatever root is read. */
static void read_self(struct km_collector *c, const struct km_collector_health *health,
                      struct km_sample *s)
{
    struct rusage usage;
    int64_t pages;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        km_sample_set(s, KM_SELF_CPU_USEC,
                      (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                          usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    /* "size resident shared …" in pages. */
    if (km_kept_read(&c->own, &c->statm, KM_KEPT_WHOLE, &c->buf, "/proc/self/statm") >= 0) {
        const char *p = c->buf.data;

        if (km_scan_next(&p, &pages) && km_scan_next(&p, &pages))
            km_sample_set(s, KM_SELF_RSS, pages * sysconf(_SC_PAGESIZE));
    }
    if (health->tick_usec >= 0)
        km_sample_set(s, KM_SELF_TICK_USEC, health->tick_usec);
    km_sample_set(s, KM_SELF_TICKS_SKIPPED, health->ticks_skipped);
    km_sample_set(s, KM_SELF_BATCHES_DROPPED, health->batches_dropped);
    km_sample_set(s, KM_SELF_READ_ERRORS, (int64_t)c->root.failures);
    km_sample_set(s, KM_SELF_FILES_OPEN, c->root.kept);
}

/* Stamps the reading, and says whether the wall clock was set since the one before. */
static void look_at_clock(struct km_collector *c, struct km_sample *s)
{
    int64_t steady, wall, step;
    int tries = 0;

    /* The two belong together: again where this machine let us wait between them. */
    do {
        steady = km_time_steady_ms();
        wall = km_time_now_ms();
    } while (km_time_steady_ms() - steady > 1 && ++tries < 5);
    step = km_wall_clock_look(&c->clock, wall, steady);
    s->time_ms = km_wall_clock_stamp(&c->clock, km_time_steady_ms());
    km_sample_set(s, KM_SELF_CLOCK_STEPS, c->clock.steps);
    if (step)
        km_sample_set(s, KM_SELF_CLOCK_STEP, step < 0 ? -step : step);
}

/* True if cgroups are mounted; where nothing can be learned now, what was known holds. */
static bool find_mounts(struct km_collector *c)
{
    if (c->mounts_rest > 0)
        c->mounts_rest--;
    else if (km_cgroup_mounts_read(&c->root, &c->buf, &c->mounts) == 0)
        c->mounts_rest = MOUNTS_TICKS;
    return *c->mounts.tree;
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
    uint64_t files = c->root.files;
    int64_t now;
    bool has_cgroups = find_mounts(c);
    int r = 0;

    look_at_clock(c, s);
    now = km_usage_clock();
    km_node_read(&c->node, &c->root, &c->mounts, &c->buf, s);
    km_usage_update(&c->usage, now, s);
    km_node_extra_fill(&c->extra, &c->node.own);
    batch.reading.extra = c->extra.items;
    batch.reading.n_extra = c->extra.count;
    if (c->config.names)
        km_names_refresh(c->config.names, &c->root);
    if (has_cgroups)
        r = km_pods_read(c->pods, &c->mounts, c->config.names, c->node.reclaim, &c->buf,
                         &batch.pods, &batch.n_pods);
    if (r < 0)
        return r;
    read_self(c, health, s);
    km_sample_set(s, KM_SELF_FILES_READ, (int64_t)(c->root.files - files));
    *ret_batch = batch;
    return 0;
}

struct km_collector_shortage km_collector_shortage(const struct km_collector *collector)
{
    return (struct km_collector_shortage){.files = collector->root.not_kept > 0,
                                          .inotify = !km_pods_are_told(collector->pods)};
}
