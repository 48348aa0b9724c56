/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroup_name.h"
#include "clean.h"

#define WALK_DEPTH 8 /* kind's nested nodes put pods 6 folders deep */

struct walk {
    struct km_pod_table *table;
    const struct km_root *root;
    const char *mount;
    bool no_memory;
};

static void found_container(struct walk *w, struct km_pod_entry *pod, const char *id,
                            const char *path)
{
    struct km_container_entry *c = km_pod_table_container(pod, id);

    w->no_memory |= !c;
    if (c) {
        c->seen = true;
        snprintf(c->path, sizeof(c->path), "%s", path);
    }
}

/* Looks through the folder at path ("" is the mount itself) of pod, or of none yet. */
static void walk(struct walk *w, const char *path, struct km_pod_entry *pod, int depth)
{
    char full[KM_PATH];
    km_auto_closedir DIR *dir = NULL;
    const struct dirent *entry;

    km_root_path(w->root, full, "%s%s", w->mount, path);
    dir = *full ? opendir(full) : NULL;
    while (dir && (entry = readdir(dir))) {
        char inner[512], uid[37], id[65];

        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >= (int)sizeof(inner))
            continue;
        if (pod) {
            if (km_cgroup_container(entry->d_name, id))
                found_container(w, pod, id, inner);
        } else if (km_cgroup_pod_container(entry->d_name, uid, id)) {
            struct km_pod_entry *found = km_pod_table_pod(w->table, uid);

            w->no_memory |= !found;
            if (found) {
                found->seen = found->scattered = true;
                found_container(w, found, id, inner);
            }
        } else if (km_cgroup_pod(entry->d_name, uid)) {
            struct km_pod_entry *found = km_pod_table_pod(w->table, uid);

            w->no_memory |= !found;
            if (found) {
                found->seen = true;
                memcpy(found->path, inner, sizeof(inner));
                walk(w, inner, found, depth);
            }
        } else if (depth > 0) {
            walk(w, inner, NULL, depth - 1);
        }
    }
}

int km_pod_walk(const struct km_root *root, const char *mount, struct km_pod_table *table)
{
    struct walk w = {.table = table, .root = root, .mount = mount};

    walk(&w, "", NULL, WALK_DEPTH);
    km_pod_table_forget_unseen(table);
    return w.no_memory ? -ENOMEM : 0;
}
