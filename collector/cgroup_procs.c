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
        int r = pid > 0 ? make_room(p, p->count + 1) : 0;

        if (r < 0)
            return r;
        if (pid > 0)
            p->list[p->count++] = (struct km_process){.pid = pid};
    }
    return at == text && *at ? -EINVAL : 0;
}

/* Moves the open files of a process from the list of before, where most stand at the same place. */
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

int km_processes_read(struct km_processes *processes, struct km_root *root, const char *mount,
                      struct km_procs_folder *folders, size_t n, struct km_buf *buf)
{
    struct km_process *before = processes->list;
    size_t n_before = processes->count, room = processes->room;
    int r = 0;

    processes->list = processes->other;
    processes->room = processes->other_room;
    processes->count = 0;
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
        processes->count = 0;
    for (size_t i = 0; i < processes->count && n_before > 0; i++)
        take_over(&processes->list[i], i, before, n_before);
    for (size_t i = 0; i < n_before; i++)
        km_kept_close(root, &before[i].io);
    processes->other = before;
    processes->other_room = room;
    return r;
}

void km_processes_done(struct km_processes *processes, struct km_root *root)
{
    for (size_t i = 0; i < processes->count; i++)
        km_kept_close(root, &processes->list[i].io);
    free(processes->list);
    free(processes->other);
    *processes = (struct km_processes){0};
}
