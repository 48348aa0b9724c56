/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_PROCESS_IO_H
#define KM_COLLECTOR_PROCESS_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup_procs.h"

/*
 * Bytes that a container's processes moved from and to disks, by /proc/<pid>/io: for kernels whose
 * cgroups do not count them. A process that ended tells its own until its parent reaps it, and is
 * in its parent's from then on; where that was not the container's own parent the sum goes down,
 * and what was counted stays counted.
 */
struct km_process_io {
    int64_t read_bytes, write_bytes;   /* since first read, what was there then included */
    int64_t read_growth, write_growth; /* by the last reading */
    int64_t read_sum, write_sum;       /* over processes, as last read */
    bool known; /* a process could be read, now or before: the rest means something */
};

/* Reads all processes and moves the totals on. Those that cannot be read are left out; of the ended
 * ones they are taken out. */
void km_process_io_read(struct km_process_io *io, struct km_root *root, struct km_buf *buf,
                        struct km_processes *processes);

#endif
