/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_SCAN_H
#define KM_COLLECTOR_CGROUP_SCAN_H

#include "cgroup_mounts.h"
#include "sample.h"

/*
 * The files of a cgroup, v1 and v2: where each stands, when it is worth reading, and what its text
 * means. Only texts here; cgroup_read.h reads. Formulas: metric.def; the kernel's cgroup-v1 and
 * cgroup-v2 documents.
 */

/* When a file may say something new. */
enum km_cgroup_when {
    KM_WHEN_ASKED,  /* limits: when somebody writes them */
    KM_WHEN_CPU,    /* at any time; the same text means that no task of the cgroup has run */
    KM_WHEN_USAGE,  /* at any time; the same text means that nothing was charged or freed */
    KM_WHEN_MEMORY, /* when a task ran, memory was charged or freed, or reclaim moved pages */
    KM_WHEN_BUSY,   /* when a task ran */
    KM_WHEN_ALWAYS, /* at any time */
};

/* What else must hold for a file to be read. */
enum km_cgroup_if {
    KM_IF_QUOTA = 1,      /* there is a CPU quota */
    KM_IF_NOT_BEFORE = 2, /* the file before it in the table could not be read */
    KM_IF_DISK = 4,       /* the kernel counts bytes of disks */
};

/* What goes from file to file of one cgroup. */
struct km_cgroup_scan {
    const struct km_stacked_devices *stacked;
    int64_t quota; /* us in each period; 0 or less: none */
    struct km_sample *sample;
};

struct km_cgroup_file {
    const char *name;
    uint8_t controller; /* enum km_controller; KM_CONTROLLERS: of none, in the v2 tree */
    uint8_t version;    /* 1 or 2: the hierarchy that the controller must be in */
    uint8_t when;       /* enum km_cgroup_when */
    uint8_t only_if;    /* sum of enum km_cgroup_if */
    void (*scan)(struct km_cgroup_scan *c, char *text);
    unsigned sets[8]; /* metrics that it may set; they are absent before. Ends with 0 */
};

/* Limits come first, then CPU and memory usage, then the others. */
#define KM_CGROUP_FILES 27
extern const struct km_cgroup_file km_cgroup_files[KM_CGROUP_FILES];

/* The mount that the file is in on this machine; NULL if it has another version of it, or none. */
const char *km_cgroup_mount_of(const struct km_cgroup_mounts *mounts,
                               const struct km_cgroup_file *file);

/*
 * PSI lines of a "cpu.pressure", "memory.pressure" or "io.pressure" file into two metrics; full may
 * be KM_METRIC_COUNT for none.
 *
 *     some avg10=0.00 avg60=0.00 avg300=0.00 total=1234
 */
void km_pressure_scan(const char *text, unsigned some, unsigned full, struct km_sample *sample);

#endif
