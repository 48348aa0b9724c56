/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_procs.h"

#include <errno.h>
#include <stdlib.h>

#include "scan.h"

static int make_room(struct km_processes *p, size_t room)
{
    struct km_process *list;

    if (room <= p->room)
        return 0;
    room = room < p->room * 2 ? p->room * 2 : room;
    list = realloc(p->list, room * sizeof(*list));
    if (!list)
        return -ENOMEM;
    p->list = list;
    p->room = room;
    return 0;
}

/* "8419\n8573\n"; -EINVAL where it begins with something else. */
static int take(struct km_processes *p, const char *text)
{
    const char *at = text;
    int64_t pid;

    for (; km_scan_next(&at, &pid); at += *at == '\n') {
        if (pid <= 0)
            continue;
        p->count++;
        if (p->listed == KM_PROCESSES_LISTED)
            continue;
        if (make_room(p, p->listed + 1) < 0)
            return -ENOMEM;
        p->list[p->listed++] = (struct km_process){.pid = pid};
    }
    return at == text && *at ? -EINVAL : 0;
}

/* Moves the open file of a process from the list of before, where most stand at the same place. */
static void take_over(struct km_process *process, size_t place, struct km_process *before, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct km_process *b = &before[(place + i) % n];

        if (b->pid == process->pid) {
            process->io = b->io;
            *b = (struct km_process){0};
            return;
        }
    }
}

/* Of those that are in the cgroup no more: what may still be read goes behind the list. */
static void keep_ended(struct km_processes *p, struct km_process *before, size_t n,
                       struct km_root *root)
{
    for (size_t i = 0; i < n; i++) {
        if (before[i].io.fd_and_1 && p->ended < KM_PROCESSES_ENDED &&
            make_room(p, p->listed + p->ended + 1) == 0)
            p->list[p->listed + p->ended++] = before[i];
        else
            km_kept_close(root, &before[i].io);
    }
}

int km_processes_read(struct km_processes *processes, struct km_root *root, const char *mount,
                      struct km_procs_folder *folders, size_t n, struct km_buf *buf)
{
    struct km_process *before = processes->list;
    size_t n_before = processes->listed + processes->ended, room = processes->room;
    int r = 0;

    processes->list = processes->other;
    processes->room = processes->other_room;
    processes->count = processes->listed = processes->ended = 0;
    for (size_t i = 0; i < n && r == 0; i++) {
        r = km_kept_read(root, &folders[i].procs, KM_KEPT_LIST, buf, "%s%s/cgroup.procs", mount,
                         folders[i].path);
        if (r >= 0)
            r = take(processes, buf->data);
        if (i > 0 && r != -ENOMEM)
            r = 0;
    }
    processes->known = r >= 0;
    if (r < 0)
        processes->count = processes->listed = 0;
    for (size_t i = 0; i < processes->listed && n_before > 0; i++)
        take_over(&processes->list[i], i, before, n_before);
    keep_ended(processes, before, n_before, root);
    processes->other = before;
    processes->other_room = room;
    return r;
}

void km_processes_done(struct km_processes *processes, struct km_root *root)
{
    for (size_t i = 0; i < processes->listed + processes->ended; i++)
        km_kept_close(root, &processes->list[i].io);
    free(processes->list);
    free(processes->other);
    *processes = (struct km_processes){0};
}
