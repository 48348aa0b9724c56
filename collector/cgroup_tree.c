/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "cgroup_folder.h"
#include "clean.h"

#define LISTING 32768
#define EVENTS  (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)

/* One name of a listing. */
static void found(struct km_cgroup_tree *tree, struct km_folder *parent,
                  const struct dirent64 *entry)
{
    struct km_folder **at = &parent->inner;

    while (*at && strcmp((*at)->name, entry->d_name) != 0)
        at = &(*at)->next;
    if (*at && (*at)->inode == entry->d_ino) {
        (*at)->seen = true;
        tree->no_memory |= !km_folder_take_over(*at);
        return;
    }
    if (*at) {
        struct km_folder *gone = *at;

        *at = gone->next;
        km_folder_drop(tree, gone);
    }
    km_folder_add(tree, parent, entry->d_name, entry->d_ino);
}

/* Lists a folder by getdents64(): readdir() would allocate. */
static void list(struct km_cgroup_tree *tree, struct km_folder *f, int fd, struct km_buf *buf)
{
    ssize_t n;

    km_buf_clear(buf);
    if (km_buf_reserve(buf, LISTING) < 0) {
        tree->no_memory = true;
        return;
    }
    while ((n = getdents64(fd, buf->data, LISTING)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const struct dirent64 *)(void *)(buf->data + at);

            if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
                found(tree, f, entry);
            at += entry->d_reclen;
        }
    }
}

static void stop_notifying(struct km_cgroup_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        tree->all[i]->watch = -1;
    close(km_take_fd(&tree->notify));
}

/* Watches first and lists then, so that nothing is made in between unnoticed. */
static void watch(struct km_cgroup_tree *tree, struct km_folder *f, const char *path)
{
    if (tree->notify < 0 || f->watch >= 0)
        return;
    f->watch = inotify_add_watch(tree->notify, path, EVENTS);
    if (f->watch < 0 && errno != ENOENT && errno != ENOTDIR)
        stop_notifying(tree);
}

/* Looks through a folder, and through those that are new in it. */
static void look(struct km_cgroup_tree *tree, struct km_folder *f, struct km_buf *buf)
{
    km_auto_close int fd = -1;
    struct km_folder **at;
    char path[KM_PATH];

    f->changed = false;
    km_root_path(tree->root, path, "%s%s", tree->mount, f->path);
    watch(tree, f, path);
    for (struct km_folder *i = f->inner; i; i = i->next)
        i->seen = false;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT && errno != ENOTDIR && errno != ENODEV)
        return; /* no more files to be had, say: what is known stays */
    if (fd >= 0)
        list(tree, f, fd, buf);
    for (at = &f->inner; *at;) {
        struct km_folder *i = *at;

        if (i->seen) {
            at = &i->next;
            continue;
        }
        *at = i->next;
        km_folder_drop(tree, i);
    }
    for (struct km_folder *i = f->inner; i; i = i->next) {
        if (i->changed)
            look(tree, i, buf);
    }
}

/* The folder's inode is no more; another one may have its number by now. */
static void forget(struct km_folder *f)
{
    f->watch = -1;
    f->inode = 0;
    if (f->parent)
        f->parent->changed = true;
}

/* Marks the folders that inotify names. */
static void take_events(struct km_cgroup_tree *tree)
{
    char events[4096] __attribute__((aligned(8)));
    ssize_t n;

    while (tree->notify >= 0 && (n = read(tree->notify, events, sizeof(events))) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *e = (const struct inotify_event *)(void *)(events + at);

            at += (ssize_t)(sizeof(*e) + e->len);
            tree->look_at_all |= (e->mask & IN_Q_OVERFLOW) != 0;
            for (size_t i = 0; i < tree->count; i++) {
                if (tree->all[i]->watch != e->wd)
                    continue;
                if (e->mask & IN_IGNORED)
                    forget(tree->all[i]);
                if (e->mask & IN_ISDIR)
                    tree->all[i]->changed = true;
            }
        }
    }
}

struct km_cgroup_tree *km_cgroup_tree_new(struct km_root *root, const char *mount,
                                          struct km_pod_table *table)
{
    struct km_cgroup_tree *tree = calloc(1, sizeof(*tree));

    if (!tree || strlen(mount) >= sizeof(tree->mount)) {
        free(tree);
        return NULL;
    }
    tree->root = root;
    tree->table = table;
    strcpy(tree->mount, mount);
    tree->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    tree->top = km_folder_top(tree);
    if (!tree->top) {
        km_cgroup_tree_free(tree);
        return NULL;
    }
    return tree;
}

void km_cgroup_tree_free(struct km_cgroup_tree *tree)
{
    if (!tree)
        return;
    if (tree->top)
        km_folder_drop(tree, tree->top);
    if (tree->notify >= 0)
        close(tree->notify);
    free(tree->all);
    free(tree);
}

int km_cgroup_tree_update(struct km_cgroup_tree *tree, struct km_buf *buf)
{
    bool again;

    tree->no_memory = false;
    if (tree->notify < 0) {
        tree->look_at_all = true;
        if (++tree->untold % KM_CGROUP_TREE_SWEEP == 0)
            tree->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    }
    take_events(tree);
    for (size_t n = tree->count / KM_CGROUP_TREE_SWEEP + 1; n > 0; n--)
        tree->all[tree->sweep++ % tree->count]->changed = true;
    do {
        again = false;
        for (size_t i = 0; i < tree->count && tree->look_at_all; i++)
            tree->all[i]->changed = true;
        tree->look_at_all = false;
        /* Looking may drop any folder but the top one, and put others in its place. */
        for (size_t i = 0; i < tree->count; i++) {
            if (tree->all[i]->changed) {
                look(tree, tree->all[i], buf);
                again = true;
            }
        }
    } while (again && !tree->no_memory);
    return tree->no_memory ? -ENOMEM : 0;
}

bool km_cgroup_tree_is_told(const struct km_cgroup_tree *tree)
{
    return tree->notify >= 0;
}
