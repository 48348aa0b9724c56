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
    size_t room, other_room;
    size_t count;         /* how many there are */
    size_t listed, ended; /* list has the listed ones first, then the ended ones */
    bool known;           /* the last reading went well */
};

/*
 * Of more processes than these the others are only counted: somebody who starts them without end
 * must not keep us from our work.
 */
#define KM_PROCESSES_LISTED 1024

/*
 * A process that has ended is in no cgroup.procs any more, but until its parent asks for its end
 * nobody else has its numbers: so long its io file goes on telling. Of a container so many are
 * followed. Whoever reads the files (process_io.h) takes out those that tell no more.
 */
#define KM_PROCESSES_ENDED 16

/* A folder that holds processes, and its cgroup.procs. */
struct km_procs_folder {
    const char *path; /* within the mount */
    struct km_kept_file procs;
};

/*
 * Reads the list anew from the folders (the cgroup itself first) in the mount. A process that was
 * in it before keeps its open file; with one that is in it no more goes among the ended. Processes
 * of which only other pid namespaces know, which the kernel writes as 0, are not among them.
 * Allocates only where there are more of them than ever before.
 *
 * Returns 0, -ENOENT where the first folder has gone, or another negative errno; then the list is
 * empty. A later folder that cannot be read is left out.
 */
int km_processes_read(struct km_processes *processes, struct km_root *root, const char *mount,
                      struct km_procs_folder *folders, size_t n, struct km_buf *buf);

/* Closes all files and frees all memory. */
void km_processes_done(struct km_processes *processes, struct km_root *root);

#endif
