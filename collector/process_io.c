/* SPDX-License-Identifier: Apache-2.0 */
#include "process_io.h"

#include "scan.h"

static int64_t growth(int64_t *sum, int64_t now)
{
    int64_t grown = now > *sum ? now - *sum : 0;

    *sum = now;
    return grown;
}

struct sums {
    int64_t reads, writes;
};

/*
 * Adds what one process says; false where it says nothing.
 *
 * "rchar: 1\nwchar: 1\nsyscr: 1\nsyscw: 1\nread_bytes: 4096\nwrite_bytes: 8192\n
 * cancelled_write_bytes: 0\n" (proc_pid_io(5)): read_bytes and write_bytes are those of storage.
 */
static bool add(const char *text, struct sums *sums)
{
    int64_t reads, writes;

    if (!km_scan_value(text, "read_bytes:", &reads) || reads < 0 ||
        !km_scan_value(text, "write_bytes:", &writes) || writes < 0 ||
        __builtin_add_overflow(sums->reads, reads, &reads) ||
        __builtin_add_overflow(sums->writes, writes, &writes))
        return false;
    *sums = (struct sums){reads, writes};
    return true;
}

static int read_one(struct km_process *process, struct km_root *root, struct km_buf *buf)
{
    return km_kept_read(root, &process->io, KM_KEPT_WHOLE, buf, "%s/%lld/io", root->proc,
                        (long long)process->pid);
}

/* An ended process's file tells until it is reaped. Another one under its number is not it. */
static void read_ended(struct km_processes *p, struct km_root *root, struct km_buf *buf,
                       struct sums *sums)
{
    struct km_process *ended = p->list + p->listed;
    size_t kept = 0;

    for (size_t i = 0; i < p->ended; i++) {
        if (read_one(&ended[i], root, buf) == 0 && add(buf->data, sums))
            ended[kept++] = ended[i];
        else
            km_kept_close(root, &ended[i].io);
    }
    p->ended = kept;
}

void km_process_io_read(struct km_process_io *io, struct km_root *root, struct km_buf *buf,
                        struct km_processes *processes)
{
    struct sums sums = {0};

    for (size_t i = 0; i < processes->listed; i++)
        io->known |= read_one(&processes->list[i], root, buf) >= 0 && add(buf->data, &sums);
    if (processes->ended)
        read_ended(processes, root, buf, &sums);
    io->read_growth = growth(&io->read_sum, sums.reads);
    io->write_growth = growth(&io->write_sum, sums.writes);
    if (__builtin_add_overflow(io->read_bytes, io->read_growth, &io->read_bytes) ||
        __builtin_add_overflow(io->write_bytes, io->write_growth, &io->write_bytes))
        *io = (struct km_process_io){0};
}
