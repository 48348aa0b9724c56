/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroup_mounts.h"

#include <errno.h>
#include <stdio.h>
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
 * One line of mountinfo (proc_pid_mountinfo(5)): 5th field the mount point, and behind " - " the
 * type, the source and the super options, where v1 names its controllers:
 *
 *     33 26 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:11 - cgroup cgroup rw,cpu,cpuacct
 */
static void take_line(char *line, struct km_cgroup_mounts *mounts)
{
    static const char *const names[KM_CONTROLLERS] = {"cpuacct", "cpu", "memory", "blkio", "pids"};
    char *rest = strstr(line, " - "), *save = NULL, *point;
    char *type, *options;

    if (!rest)
        return;
    *rest = '\0';
    point = strtok_r(line, " ", &save);
    for (int field = 1; point && field < 5; field++)
        point = strtok_r(NULL, " ", &save);
    type = strtok_r(rest + 3, " ", &save);
    strtok_r(NULL, " ", &save);
    options = strtok_r(NULL, " ", &save);
    if (!point || !type || !options)
        return;
    if (strcmp(type, "cgroup2") == 0) {
        snprintf(mounts->v2, sizeof(mounts->v2), "%s", point);
    } else if (strcmp(type, "cgroup") == 0) {
        for (int c = 0; c < KM_CONTROLLERS; c++) {
            if (has_word(options, names[c]))
                snprintf(mounts->v1[c], sizeof(mounts->v1[c]), "%s", point);
        }
    }
}

int km_cgroup_mounts_read(struct km_root *root, struct km_buf *buf,
                          struct km_cgroup_mounts *ret_mounts)
{
    struct km_cgroup_mounts mounts = {0};
    char *save = NULL;
    int r = km_root_read(root, buf, "%s/self/mountinfo", root->proc);

    if (r < 0)
        return r;
    for (char *line = strtok_r(buf->data, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        take_line(line, &mounts);
    mounts.use_v1 = mounts.v1[KM_CPUACCT][0] || mounts.v1[KM_MEMORY][0];
    if (!mounts.use_v1 && !mounts.v2[0])
        return -ENOENT;
    *ret_mounts = mounts;
    return 0;
}
