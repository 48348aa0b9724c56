/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_FOLDER_H
#define KM_COLLECTOR_CGROUP_FOLDER_H

#include <sys/types.h>

#include "pod_table.h"
#include "root.h"

/* The folders of a cgroup tree in memory: what each is, and which pod and container it holds. Only
 * cgroup_tree.c, which fills it, needs this. */

enum km_folder_role { PLAIN, POD, CONTAINER, INNER };

struct km_folder {
    struct km_folder *parent, *inner, *next;
    struct km_pod_entry *pod;             /* of POD, CONTAINER and INNER */
    struct km_container_entry *container; /* of CONTAINER and INNER */
    ino_t inode;
    size_t place;        /* in tree->all */
    int watch;           /* inotify's number; -1: none */
    uint8_t role, depth; /* depth: levels that may follow */
    bool seen, changed;
    const char *name; /* the last part of the path */
    char path[];      /* within the mount; "" is the mount itself */
};

struct km_cgroup_tree {
    struct km_root *root;
    struct km_pod_table *table;
    int notify;      /* -1: there is no inotify */
    unsigned untold; /* updates without it */
    struct km_folder *top, **all;
    size_t count, room, sweep;
    bool no_memory, look_at_all;
    char mount[256];
};

/* The mount itself; NULL when memory runs out. */
struct km_folder *km_folder_top(struct km_cgroup_tree *tree);

/*
 * Adds what stands under the name in the parent, with hold of the pod and container that it is;
 * nothing if the name is none of ours, or one of very many within a container. It is marked
 * changed: it has not been looked through. Sets tree->no_memory where memory runs out.
 */
void km_folder_add(struct km_cgroup_tree *tree, struct km_folder *parent, const char *name,
                   ino_t inode);

/* Is the pod's or container's folder from now on, unless another one is. False without memory. */
bool km_folder_take_over(struct km_folder *folder);

/* Lets go of what the folder was, and frees it with all within it. Its parent's list is the
 * caller's. */
void km_folder_drop(struct km_cgroup_tree *tree, struct km_folder *folder);

#endif
