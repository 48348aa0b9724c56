/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_limit.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

/* cgroup v1 says "none" by a number close to the largest. */
#define NONE (INT64_C(1) << 50)

/* One of the two places where a limit may be. */
struct hierarchy {
    const char *fstype;     /* in mountinfo */
    const char *option;     /* that must be among the file system's own, or NULL */
    const char *controller; /* in /proc/self/cgroup: "9:memory:/path", "0::/path" */
    const char *file;
};

static const struct hierarchy hierarchies[] = {
    {"cgroup2", NULL, "", "memory.max"},
    {"cgroup", "memory", "memory", "memory.limit_in_bytes"},
};

static FILE *open_below(const char *root, const char *path)
{
    char name[PATH_MAX];

    if ((size_t)snprintf(name, sizeof(name), "%s%s", root, path) >= sizeof(name))
        return NULL;
    return fopen(name, "re");
}

/* True if word stands in a list "rw,memory,cpu". */
static bool is_listed(const char *list, const char *word)
{
    size_t len = strlen(word);

    while (*list) {
        size_t end = strcspn(list, ",\n");

        if (end == len && memcmp(list, word, len) == 0)
            return true;
        list += end + (list[end] != '\0');
    }
    return false;
}

/* The process's path in a hierarchy: "/kubepods/burstable/pod1/c1". */
static bool find_path(const char *root, const struct hierarchy *h, char *path, size_t size)
{
    km_auto_fclose FILE *file = open_below(root, "/proc/self/cgroup");
    km_auto_free char *line = NULL;
    size_t room = 0;

    while (file && getline(&line, &room, file) > 0) {
        char *controllers = strchr(line, ':'), *at;

        at = controllers ? strchr(++controllers, ':') : NULL;
        if (!at)
            continue;
        *at++ = '\0';
        at[strcspn(at, "\n")] = '\0';
        if (*h->controller ? is_listed(controllers, h->controller) : !*controllers)
            return (size_t)snprintf(path, size, "%s", at) < size;
    }
    return false;
}

/*
 * Where a hierarchy is mounted and which of its folders is the mount's top:
 * "36 35 0:31 /kubepods/pod1 /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory".
 */
static bool find_mount(const char *root, const struct hierarchy *h, char *ret_top,
                       char *ret_mountpoint)
{
    km_auto_fclose FILE *file = open_below(root, "/proc/self/mountinfo");
    km_auto_free char *line = NULL;
    size_t room = 0;

    while (file && getline(&line, &room, file) > 0) {
        char top[1024], mountpoint[1024], fstype[32], options[1024];
        const char *rest = strstr(line, " - ");

        if (!rest || sscanf(line, "%*s %*s %*s %1023s %1023s", top, mountpoint) != 2 ||
            sscanf(rest, " - %31s %*s %1023s", fstype, options) != 2 ||
            strcmp(fstype, h->fstype) != 0 || (h->option && !is_listed(options, h->option)))
            continue;
        memcpy(ret_top, top, sizeof(top));
        memcpy(ret_mountpoint, mountpoint, sizeof(mountpoint));
        return true;
    }
    return false;
}

static int64_t read_limit(const char *root, const char *folder, const char *name)
{
    char path[PATH_MAX];
    km_auto_fclose FILE *file = NULL;
    int64_t limit;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = open_below(root, path);
    /* "max" is no number: none. */
    return file && fscanf(file, "%" SCNd64, &limit) == 1 && limit > 0 && limit < NONE ? limit
                                                                                      : INT64_MAX;
}

static int64_t smallest_limit(const char *root, const struct hierarchy *h)
{
    char path[1024], top[1024], mountpoint[1024], folder[2 * 1024 + 2];
    int64_t smallest = INT64_MAX;
    const char *inside = path;
    size_t top_len, mount_len;

    if (!find_path(root, h, path, sizeof(path)) || !find_mount(root, h, top, mountpoint))
        return INT64_MAX;
    top_len = strcmp(top, "/") == 0 ? 0 : strlen(top);
    mount_len = strlen(mountpoint);
    if (strncmp(path, top, top_len) == 0 && (path[top_len] == '/' || !path[top_len]))
        inside += top_len;
    else
        inside = ""; /* a mount of another folder: its top is the nearest to ours that is seen */
    if (strstr(inside, "/..") || strcmp(inside, "/") == 0)
        inside = "";
    snprintf(folder, sizeof(folder), "%s%s", mountpoint, inside);
    for (;;) {
        int64_t limit = read_limit(root, folder, h->file);

        if (limit < smallest)
            smallest = limit;
        if (strlen(folder) <= mount_len)
            return smallest;
        *strrchr(folder, '/') = '\0';
    }
}

int km_memory_limit(const char *root, int64_t *ret_bytes)
{
    int64_t smallest = INT64_MAX;

    for (size_t i = 0; i < sizeof(hierarchies) / sizeof(hierarchies[0]); i++) {
        int64_t limit = smallest_limit(root, &hierarchies[i]);

        if (limit < smallest)
            smallest = limit;
    }
    if (smallest == INT64_MAX)
        return -ENOENT;
    *ret_bytes = smallest;
    return 0;
}
