/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_procs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "clean.h"
#include "scan.h"

#define DEPTH 4 /* init inside a container makes two or three levels */

struct search {
    struct km_root *root;
    struct km_buf *buf;
    int64_t *pids;
    size_t count;
};

/* "8419\n8573\n"; -EINVAL where it begins with something else. */
static int take(struct search *s)
{
    const char *p = s->buf->data;
    int64_t *pids = realloc(s->pids, (s->count + s->buf->len / 2 + 1) * sizeof(*pids)), pid;

    if (!pids)
        return -ENOMEM;
    s->pids = pids;
    for (; km_scan_next(&p, &pid); p += *p == '\n') {
        if (pid > 0)
            pids[s->count++] = pid;
    }
    return p == s->buf->data && *p ? -EINVAL : 0;
}

/* A folder whose cgroup.procs cannot be read ends the search only where it is the first. */
static int search(struct search *s, const char *folder, int depth)
{
    km_auto_closedir DIR *dir = NULL;
    const struct dirent *entry;
    char path[KM_PATH];
    int r = km_root_read(s->root, s->buf, "%s/cgroup.procs", folder);

    if (r == 0)
        r = take(s);
    if (r < 0)
        return r;
    km_root_path(s->root, path, "%s", folder);
    dir = depth > 0 && *path ? opendir(path) : NULL;
    while (dir && (entry = readdir(dir))) {
        char inner[KM_PATH];

        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            snprintf(inner, sizeof(inner), "%s/%s", folder, entry->d_name) >= (int)sizeof(inner))
            continue;
        if (search(s, inner, depth - 1) == -ENOMEM)
            return -ENOMEM;
    }
    return 0;
}

int km_cgroup_procs(struct km_root *root, const struct km_cgroup_mounts *mounts, const char *path,
                    struct km_buf *buf, int64_t **ret_pids, size_t *ret_count)
{
    struct search s = {.root = root, .buf = buf};
    char folder[KM_PATH];
    int r = -ENAMETOOLONG;

    if (snprintf(folder, sizeof(folder), "%s%s", mounts->tree, path) < (int)sizeof(folder))
        r = search(&s, folder, DEPTH);
    if (r < 0) {
        free(s.pids);
        return r;
    }
    *ret_pids = s.pids;
    *ret_count = s.count;
    return 0;
}
