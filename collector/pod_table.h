/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_TABLE_H
#define KM_COLLECTOR_POD_TABLE_H

#include <stdbool.h>

#include "batch.h"
#include "cgroup_read.h"
#include "pod_facts.h"
#include "pod_network.h"
#include "process_io.h"
#include "usage.h"

/*
 * The pods and containers whose cgroups are there, with what is remembered of each from tick to
 * tick. Each is held by its folders in the cgroup tree (cgroup_tree.h), to which the paths belong;
 * more than one where the tree shows it twice, as a node that is itself a container does.
 */
struct km_container_entry {
    char id[65];
    unsigned holds;
    struct km_procs_folder *folders; /* its own first, then those within it */
    size_t n_folders;
    bool is_pause; /* the sandbox's own container: counted, not reported */
    struct km_cgroup cgroup;
    struct km_usage usage;
    struct km_processes processes;
    struct km_process_io io;
    int64_t oom_kills; /* by the last reading */
};

struct km_pod_entry {
    char uid[37];
    unsigned holds;
    unsigned number;    /* of all pods that there were: spreads what is done once in a while */
    const char *path;   /* of its own folder; NULL: it has none */
    unsigned scattered; /* containers that are elsewhere: its numbers are their sum */
    struct km_cgroup cgroup;
    struct km_usage usage;
    struct km_pod_network network;
    bool has_disk;
    int64_t disk_read, disk_write; /* grown by its containers', so that it outlives them */
    int64_t oom_kills;             /* the same */
    struct km_container_entry **containers;
    size_t n_containers, containers_room;
    struct km_container *readings;    /* room for one of each container */
    const struct km_pod_facts *facts; /* a reference; NULL while nothing is known */
    uint64_t generation;              /* of the names when they were asked last */
};

struct km_pod_table {
    struct km_pod_entry **pods;
    size_t count, room;
    unsigned numbers; /* given out */
};

void km_pod_table_done(struct km_pod_table *table, struct km_root *root);

/* The entry, made if it is new, held once more; NULL when memory runs out. */
struct km_pod_entry *km_pod_table_hold(struct km_pod_table *table, const char *uid);
struct km_container_entry *km_pod_table_hold_container(struct km_pod_entry *pod, const char *id);

/* Lets go; nothing is left of what nobody holds. */
void km_pod_table_let_go(struct km_pod_table *table, struct km_pod_entry *pod,
                         struct km_root *root);
void km_pod_table_let_go_container(struct km_pod_entry *pod, struct km_container_entry *container,
                                   struct km_root *root);

/* Adds a folder with processes of the container. Returns 0 or -ENOMEM. */
int km_container_add_folder(struct km_container_entry *container, const char *path);
void km_container_drop_folder(struct km_container_entry *container, const char *path,
                              struct km_root *root);

#endif
