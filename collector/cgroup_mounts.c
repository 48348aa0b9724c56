/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_mounts.h"

#include <errno.h>
#include <string.h>

/* True if the comma-separated list has the word. */
static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (; *list; list += strcspn(list, ","), list += *list == ',') {
        if (strncmp(list, word, len) == 0 && (list[len] == ',' || !list[len]))
            return true;
    }
    return false;
}

/*
 * How much of a hierarchy a mount shows, by the folder that is its root. A container sees its own
 * part first, "/kubepods/pod…/<id>", or with a cgroup namespace "/"; the whole one that was mounted
 * into it is then "/../../..".
 */
static int extent(const char *root)
{
    if (strncmp(root, "/..", 3) == 0)
        return 3;
    return strcmp(root, "/") == 0 ? 2 : 1;
}

/* What has been found so far, and how much each mount of it shows. */
struct search {
    struct km_cgroup_mounts mounts;
    int v1[KM_CONTROLLERS], v2;
};

/* Takes a mount that shows more than the one before. */
static void take(char to[256], int *best, const char *point, const char *root)
{
    if (extent(root) <= *best || strlen(point) >= 256)
        return;
    *best = extent(root);
    strcpy(to, point);
}

/*
 * One line of mountinfo (proc_pid_mountinfo(5)): 4th field the root, 5th the mount point, and
 * behind " - " the type, the source and the super options, where v1 names its controllers:
 *
 *     33 26 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:11 - cgroup cgroup rw,cpu,cpuacct
 */
static void take_line(char *line, struct search *found)
{
    static const char *const names[KM_CONTROLLERS] = {"cpuacct", "cpu", "memory", "blkio", "pids"};
    char *rest = strstr(line, " - "), *save = NULL, *field[5] = {NULL};
    char *type, *options;

    if (!rest)
        return;
    *rest = '\0';
    for (int i = 0; i < 5; i++)
        field[i] = strtok_r(i ? NULL : line, " ", &save);
    type = strtok_r(rest + 3, " ", &save);
    strtok_r(NULL, " ", &save);
    options = strtok_r(NULL, " ", &save);
    if (!field[4] || !type || !options)
        return;
    if (strcmp(type, "cgroup2") == 0)
        take(found->mounts.v2, &found->v2, field[4], field[3]);
    for (int c = 0; c < KM_CONTROLLERS && strcmp(type, "cgroup") == 0; c++) {
        if (has_word(options, names[c]))
            take(found->mounts.v1[c], &found->v1[c], field[4], field[3]);
    }
}

int km_cgroup_mounts_parse(char *text, struct km_cgroup_mounts *ret_mounts)
{
    static const enum km_controller trees[] = {KM_MEMORY, KM_CPUACCT, KM_CPU, KM_PIDS};
    struct search found = {0};
    struct km_cgroup_mounts *mounts = &found.mounts;
    char *save = NULL;

    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        take_line(line, &found);
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]) && !*mounts->tree; i++)
        strcpy(mounts->tree, mounts->v1[trees[i]]);
    if (!*mounts->tree)
        strcpy(mounts->tree, mounts->v2);
    if (!*mounts->tree)
        return -ENOENT;
    *ret_mounts = *mounts;
    return 0;
}

int km_cgroup_mounts_read(struct km_root *root, struct km_buf *buf,
                          struct km_cgroup_mounts *ret_mounts)
{
    static const char *const ours[] = {"self", "1"}, *const others[] = {"1", "self"};
    const char *const *process = strcmp(root->dir, "/") == 0 ? ours : others;
    struct km_cgroup_mounts mounts;
    int r = -ENOENT;

    for (int i = 0; i < 2 && r < 0; i++) {
        r = km_root_read(root, buf, "%s/%s/mountinfo", root->proc, process[i]);
        if (r == 0)
            r = km_cgroup_mounts_parse(buf->data, &mounts);
    }
    if (r < 0)
        return r;
    km_stacked_devices_read(root, buf, &mounts.stacked);
    *ret_mounts = mounts;
    return 0;
}
