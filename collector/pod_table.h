/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_TABLE_H
#define KM_COLLECTOR_POD_TABLE_H

#include <stdbool.h>

#include "batch.h"
#include "pod_facts.h"
#include "process_io.h"
#include "usage.h"

/*
 * The pods and containers whose cgroups are there, with what is remembered of each from tick to
 * tick. Paths are folders within the mount that is walked.
 */
struct km_container_entry {
    char id[65];
    char path[512];
    bool seen;     /* by the walk of this tick */
    bool is_pause; /* the sandbox's own container: counted, not reported */
    struct km_usage usage;
    struct km_process_io io;
    int64_t oom_kills; /* by the last reading */
    struct km_container reading;
};

struct km_pod_entry {
    char uid[37];
    char path[512];
    bool seen;
    struct km_usage usage;
    bool scattered; /* its containers are not below its folder: its numbers are their sum */
    bool has_disk;
    int64_t disk_read, disk_write; /* grown by its containers', so that it outlives them */
    int64_t oom_kills;             /* the same */
    struct km_container_entry **containers;
    size_t n_containers;
    struct km_container *readings;    /* room for one of each container */
    const struct km_pod_facts *facts; /* a reference; NULL while nothing is known */
    uint64_t generation;              /* of the names when they were asked last */
    struct km_pod reading;
};

struct km_pod_table {
    struct km_pod_entry **pods;
    size_t count;
};

void km_pod_table_done(struct km_pod_table *table);

/* The entry, made if it is new; NULL when memory runs out. */
struct km_pod_entry *km_pod_table_pod(struct km_pod_table *table, const char *uid);
struct km_container_entry *km_pod_table_container(struct km_pod_entry *pod, const char *id);

/* Frees what has no mark "seen", and takes the mark off the others. */
void km_pod_table_forget_unseen(struct km_pod_table *table);

#endif
