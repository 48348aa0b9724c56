/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "cgroup_name.h"

#define DEPTH       8    /* kind's nested nodes put pods 6 folders deep */
#define INNER_DEPTH 4    /* an init inside a container makes two or three levels */
#define INNER_MAX   1024 /* in a container; who makes more must not keep us from our work */

static void take_out(struct km_cgroup_tree *tree, struct km_folder *f)
{
    struct km_folder *last = tree->all[--tree->count];

    tree->all[f->place] = last;
    last->place = f->place;
}

void km_folder_drop(struct km_cgroup_tree *tree, struct km_folder *f)
{
    while (f->inner) {
        struct km_folder *first = f->inner;

        f->inner = first->next;
        km_folder_drop(tree, first);
    }
    if (f->container)
        km_container_drop_folder(f->container, f->path, tree->root);
    if (f->role == CONTAINER) {
        /* The same container stands elsewhere as well: its folder there takes over. */
        tree->look_at_all |= f->container->holds > 1;
        f->pod->scattered -= f->parent->role != POD;
        km_pod_table_let_go_container(f->pod, f->container, tree->root);
    }
    if (f->pod && f->pod->path == f->path) {
        f->pod->path = NULL;
        tree->look_at_all |= f->pod->holds > 1;
    }
    if (f->role == POD || f->role == CONTAINER)
        km_pod_table_let_go(tree->table, f->pod, tree->root);
    if (f->watch >= 0)
        inotify_rm_watch(tree->notify, f->watch);
    take_out(tree, f);
    free(f);
}

/* What a name within the parent is; false if it is nothing of ours. */
static bool recognise(const struct km_folder *parent, const char *name,
                      enum km_folder_role *ret_role, char ret_uid[37], char ret_id[65])
{
    if (parent->role == POD) {
        *ret_role = CONTAINER;
        return km_cgroup_container(name, ret_id);
    }
    *ret_role = INNER;
    if (parent->role == CONTAINER || parent->role == INNER)
        return parent->depth > 0 && parent->container->n_folders <= INNER_MAX;
    *ret_role = CONTAINER;
    if (km_cgroup_pod_container(name, ret_uid, ret_id))
        return true;
    *ret_role = POD;
    if (km_cgroup_pod(name, ret_uid))
        return true;
    *ret_role = PLAIN;
    return parent->depth > 0;
}

/* Counts the folder's processes, and those of the folders within it, as the container's. */
static bool add_folders(struct km_folder *f)
{
    if (km_container_add_folder(f->container, f->path) < 0)
        return false;
    for (struct km_folder *i = f->inner; i; i = i->next) {
        if (!add_folders(i))
            return false;
    }
    return true;
}

bool km_folder_take_over(struct km_folder *f)
{
    if (f->role == POD && !f->pod->path)
        f->pod->path = f->path;
    if (f->role == CONTAINER && f->container->n_folders == 0)
        return add_folders(f);
    return true;
}

/* True if the folder is within the one that the container has taken. */
static bool is_taken(const struct km_folder *f)
{
    const struct km_container_entry *c = f->container;

    while (f->role == INNER)
        f = f->parent;
    return c->n_folders > 0 && c->folders[0].path == f->path;
}

/* Takes hold of the pod and container that the folder is. */
static bool hold(struct km_cgroup_tree *tree, struct km_folder *f, const char *uid, const char *id)
{
    struct km_folder *parent = f->parent;

    if (f->role == PLAIN)
        return true;
    if (f->role == INNER) {
        f->pod = parent->pod;
        f->container = parent->container;
        tree->no_memory |= is_taken(f) && km_container_add_folder(f->container, f->path) < 0;
        return true;
    }
    f->pod = km_pod_table_hold(tree->table, parent->role == POD ? parent->pod->uid : uid);
    if (!f->pod)
        return false;
    if (f->role == CONTAINER) {
        f->container = km_pod_table_hold_container(f->pod, id);
        if (!f->container) {
            km_pod_table_let_go(tree->table, f->pod, tree->root);
            return false;
        }
        f->pod->scattered += parent->role != POD;
    }
    tree->no_memory |= !km_folder_take_over(f);
    return true;
}

static struct km_folder *make(struct km_cgroup_tree *tree, struct km_folder *parent,
                              const char *name, ino_t inode)
{
    size_t before = parent ? strlen(parent->path) : 0, len = before + strlen(name) + 2;
    struct km_folder *f;

    if (tree->count == tree->room) {
        size_t room = tree->room ? tree->room * 2 : 64;
        struct km_folder **all = realloc(tree->all, room * sizeof(struct km_folder *));

        if (!all)
            return NULL;
        tree->all = all;
        tree->room = room;
    }
    f = calloc(1, sizeof(*f) + len);
    if (!f)
        return NULL;
    f->parent = parent;
    f->inode = inode;
    f->watch = -1;
    f->changed = true;
    if (parent) {
        memcpy(f->path, parent->path, before);
        f->path[before] = '/';
        strcpy(f->path + before + 1, name);
    }
    f->name = f->path + before + (parent != NULL);
    f->place = tree->count;
    tree->all[tree->count++] = f;
    return f;
}

void km_folder_add(struct km_cgroup_tree *tree, struct km_folder *parent, const char *name,
                   ino_t inode)
{
    char uid[37], id[65];
    enum km_folder_role role;
    struct km_folder *f;

    if (!recognise(parent, name, &role, uid, id))
        return;
    f = make(tree, parent, name, inode);
    if (!f) {
        tree->no_memory = true;
        return;
    }
    f->role = (uint8_t)role;
    f->depth = role == CONTAINER ? INNER_DEPTH : (uint8_t)(parent->depth - (parent->depth > 0));
    if (!hold(tree, f, uid, id)) {
        tree->no_memory = true;
        take_out(tree, f);
        free(f);
        return;
    }
    f->seen = true;
    f->next = parent->inner;
    parent->inner = f;
}

struct km_folder *km_folder_top(struct km_cgroup_tree *tree)
{
    struct km_folder *top = make(tree, NULL, "", 0);

    if (top)
        top->depth = DEPTH;
    return top;
}
