/* SPDX-License-Identifier: Apache-2.0 */
#include "process_io.h"

#include "scan.h"

static int64_t growth(int64_t *sum, int64_t now)
{
    int64_t grown = now > *sum ? now - *sum : 0;

    *sum = now;
    return grown;
}

/*
 * "rchar: 1\nwchar: 1\nsyscr: 1\nsyscw: 1\nread_bytes: 4096\nwrite_bytes: 8192\n
 * cancelled_write_bytes: 0\n" (proc_pid_io(5)): read_bytes and write_bytes are those of storage.
 */
void km_process_io_read(struct km_process_io *io, struct km_root *root, struct km_buf *buf,
                        struct km_processes *processes)
{
    int64_t reads = 0, writes = 0;

    for (size_t i = 0; i < processes->count; i++) {
        struct km_process *process = &processes->list[i];
        int64_t value[2];

        if (km_kept_read(root, &process->io, KM_KEPT_WHOLE, buf, "%s/%lld/io", root->proc,
                         (long long)process->pid) < 0 ||
            !km_scan_value(buf->data, "read_bytes:", &value[0]) || value[0] < 0 ||
            !km_scan_value(buf->data, "write_bytes:", &value[1]) || value[1] < 0)
            continue;
        if (__builtin_add_overflow(reads, value[0], &value[0]) ||
            __builtin_add_overflow(writes, value[1], &value[1]))
            continue;
        reads = value[0];
        writes = value[1];
        io->known = true;
    }
    io->read_growth = growth(&io->read_sum, reads);
    io->write_growth = growth(&io->write_sum, writes);
    if (__builtin_add_overflow(io->read_bytes, io->read_growth, &io->read_bytes) ||
        __builtin_add_overflow(io->write_bytes, io->write_growth, &io->write_bytes))
        *io = (struct km_process_io){0};
}
