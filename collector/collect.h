/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_COLLECT_H
#define KM_COLLECTOR_COLLECT_H

#include "batch.h"
#include "names.h"

/* One tick: everything read into a batch. */
struct km_collector;

struct km_collector_config {
    const char *node;
    const char *root;       /* "/" or a recorded host */
    const char *proc;       /* NULL: /host/proc if there is one, else /proc */
    struct km_names *names; /* NULL: pods are reported under their UIDs */
    int32_t interval_ms;
    uint32_t files_max; /* kernel files to keep open at most; 0: none is */
};

/* What the tick reports of the collector but cannot know itself. */
struct km_collector_health {
    int64_t tick_usec; /* how long the last tick took; -1: there was none */
    int64_t ticks_skipped, batches_dropped;
};

/* Returns 0 and a collector, or -ENOMEM. What config points to must outlive it. */
int km_collector_new(const struct km_collector_config *config, struct km_collector **ret_collector);
void km_collector_free(struct km_collector *collector);

/*
 * Reads the node and its pods. *ret_batch is valid until the next call. What cannot be read is
 * absent; only -ENOMEM is an error. Where no pod has come or gone since the tick before, nothing is
 * allocated.
 */
int km_collector_tick(struct km_collector *collector, const struct km_collector_health *health,
                      struct km_batch *ret_batch);

/* What makes ticks dearer than they have to be; both cost time only. */
struct km_collector_shortage {
    bool files;   /* files_max is too few: some are opened and closed each tick */
    bool inotify; /* none is to be had: all cgroup folders are looked through each tick */
};

struct km_collector_shortage km_collector_shortage(const struct km_collector *collector);

#endif
