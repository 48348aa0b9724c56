/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_READ_H
#define KM_COLLECTOR_CGROUP_READ_H

#include "cgroup_scan.h"
#include "kept_file.h"

/*
 * Reads one pod's or container's cgroup, as few of its files as keep every number right.
 *
 * CPU usage and memory usage are read each time, and decide about the others:
 *
 *   - While CPU usage stays to the nanosecond (v1) or microsecond (v2), no task of the cgroup has
 *     run. What only its tasks can move has then stayed as well: user and system time, throttling,
 *     OOM kills, tasks, v1's disk traffic. All that is read once more, as a number may have moved
 *     between its own reading and that of the usage; then it is left alone, and its files are
 *     closed. Pressure is the exception: it grows while a task waits, without running. It is
 *     read on as long as it grows from one reading to the next; once it has stood still while no
 *     task ran, no task waits, and none can begin to without running.
 *   - While memory usage stays as well, nothing was charged or freed. Then memory.stat can only
 *     move by reclaim, which the node counts: KM_CGROUP_MEMORY has it read all the same.
 *   - Limits are read at first and when KM_CGROUP_LIMITS asks for them.
 *
 * A cgroup without CPU usage is read whole each time. All zero is a cgroup not read yet;
 * km_cgroup_close() when it is gone.
 */
struct km_cgroup {
    struct km_kept_file files[KM_CGROUP_FILES];
    struct km_sample sample;       /* what the files say; cpu_usage and time_ms are not among it */
    uint64_t cpu_text, usage_text; /* of both files as last read: a hash */
    int64_t quota;                 /* see struct km_cgroup_scan */
    int64_t stalls;                /* pressure's sum */
    uint8_t quiet;     /* readings in a row in which no task had run, at most KM_CGROUP_QUIET */
    bool known;        /* read before */
    bool busy_open;    /* files are open that a quiet cgroup does not need */
    bool usage_stayed; /* by the last reading: nothing was charged or freed */
    bool made_anew;    /* by the last reading: another one stands under its path */
};

/* quiet says so: its tasks' numbers are not read any more. */
#define KM_CGROUP_QUIET 2

/* What is known before: a sum of these. */
enum km_cgroup_how {
    KM_CGROUP_LIMITS = 1,       /* limits may have been changed */
    KM_CGROUP_MEMORY = 2,       /* memory.stat too */
    KM_CGROUP_NO_TASK_RAN = 4,  /* the cgroup above says so: CPU usage is not read */
    KM_CGROUP_USAGE_STAYED = 8, /* the same of memory usage */
    KM_CGROUP_NO_MEMORY = 16,   /* nobody asks for its memory */
};

/*
 * Brings cgroup->sample up to date. path is the folder within its hierarchy:
 * "/kubepods/burstable/pod…". What cannot be read is absent.
 */
void km_cgroup_read(struct km_cgroup *cgroup, struct km_root *root,
                    const struct km_cgroup_mounts *mounts, const char *path, unsigned how,
                    struct km_buf *buf);

void km_cgroup_close(struct km_cgroup *cgroup, struct km_root *root);

#endif
