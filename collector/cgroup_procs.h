/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_PROCS_H
#define KM_COLLECTOR_CGROUP_PROCS_H

#include <stddef.h>
#include <stdint.h>

#include "kept_file.h"

/*
 * The processes of a cgroup and of those below it: a runtime (crun: "…scope/container") or an init
 * inside the container may have moved them down. All zero is a list not read yet.
 */
struct km_process {
    int64_t pid;
    struct km_kept_file io; /* of process_io.h */
};

struct km_processes {
    struct km_process *list, *other; /* other: what was read before, until it is sorted out */
    size_t count, room, other_room;
    bool known; /* the last reading went well */
};

/* A folder that holds processes, and its cgroup.procs. */
struct km_procs_folder {
    const char *path; /* within the mount */
    struct km_kept_file procs;
};

/*
 * Reads the list anew from the folders (the cgroup itself first) in the mount. A process that was
 * in it before keeps its open files; those of the others are closed. Processes of which only other
 * pid namespaces know, which the kernel writes as 0, are not among them. Allocates only where there
 * are more of them than ever before.
 *
 * Returns 0, -ENOENT where the first folder has gone, or another negative errno; then the list is
 * empty. A later folder that cannot be read is left out.
 */
int km_processes_read(struct km_processes *processes, struct km_root *root, const char *mount,
                      struct km_procs_folder *folders, size_t n, struct km_buf *buf);

/* Closes all files and frees all memory. */
void km_processes_done(struct km_processes *processes, struct km_root *root);

#endif
