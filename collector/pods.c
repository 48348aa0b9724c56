/* SPDX-License-Identifier: Apache-2.0 */
#include "pods.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_tree.h"
#include "pod_read.h"
#include "trim.h"

/*
 * cgroup v1 gives who has a cgroup.procs open the list of before, unless that was last read more
 * than a second ago (CGROUP_PIDLIST_DESTROY_DELAY).
 */
#define V1_LIST_MS 2000

#define GIVE_BACK 32 /* pods fewer than there were: their memory goes back to the system */

struct km_pods {
    struct km_root *root;
    const struct km_wall_clock *clock;
    int64_t interval_ms;
    struct km_pod_table table;
    struct km_cgroup_tree *tree;
    struct km_pod *readings;
    size_t room;
    size_t most; /* pods since memory was given back */
    uint64_t tick;
    char mount[256];       /* of the tree */
    char host_network[64]; /* what /proc/1/ns/net links to */
};

struct km_pods *km_pods_new(struct km_root *root, const struct km_wall_clock *clock,
                            int64_t interval_ms)
{
    struct km_pods *pods = calloc(1, sizeof(*pods));

    if (!pods)
        return NULL;
    pods->root = root;
    pods->clock = clock;
    pods->interval_ms = interval_ms;
    return pods;
}

void km_pods_free(struct km_pods *pods)
{
    if (!pods)
        return;
    km_cgroup_tree_free(pods->tree);
    km_pod_table_done(&pods->table, pods->root);
    free(pods->readings);
    free(pods);
}

/*
 * The host's network namespace: that of process 1, or, where the kernel does not show it, our own
 * (the DaemonSet runs with hostNetwork). It is the same one for good.
 */
static void find_host_network(struct km_pods *pods)
{
    static const char *const processes[] = {"1", "self"};

    for (size_t i = 0; i < 2 && !pods->host_network[0]; i++) {
        char path[KM_PATH];
        ssize_t len;

        km_root_path(pods->root, path, "%s/%s/ns/net", pods->root->proc, processes[i]);
        len = readlink(path, pods->host_network, sizeof(pods->host_network) - 1);
        pods->host_network[len > 0 ? len : 0] = '\0';
    }
}

/* The tree of the mount; a new one where the mount is another. */
static int find_tree(struct km_pods *pods, const char *mount)
{
    if (pods->tree && strcmp(pods->mount, mount) == 0)
        return 0;
    km_cgroup_tree_free(pods->tree);
    strcpy(pods->mount, mount);
    pods->tree = km_cgroup_tree_new(pods->root, mount, &pods->table);
    return pods->tree ? 0 : -ENOMEM;
}

/* Room for a reading of each pod; less where many have gone. */
static int make_room(struct km_pods *pods)
{
    size_t count = pods->table.count, room = pods->room ? pods->room : 16;
    struct km_pod *readings;

    if (count > pods->most)
        pods->most = count;
    if (count + GIVE_BACK <= pods->most && count < pods->most / 2) {
        free(pods->readings);
        pods->readings = NULL;
        pods->room = 0;
        pods->most = count;
        km_trim();
        return make_room(pods);
    }
    if (pods->room >= count + 1)
        return 0;
    while (room < count + 1)
        room *= 2;
    readings = realloc(pods->readings, room * sizeof(*readings));
    if (!readings)
        return -ENOMEM;
    pods->readings = readings;
    pods->room = room;
    return 0;
}

int km_pods_read(struct km_pods *pods, const struct km_cgroup_mounts *mounts,
                 struct km_names *names, bool reclaim, struct km_buf *buf,
                 const struct km_pod **ret_pods, size_t *ret_count)
{
    struct km_pod_reader reader = {.root = pods->root,
                                   .clock = pods->clock,
                                   .mounts = mounts,
                                   .names = names,
                                   .buf = buf,
                                   .host_network = pods->host_network,
                                   .tick = pods->tick++,
                                   .reclaim = reclaim,
                                   .repeats_lists = pods->interval_ms < V1_LIST_MS &&
                                                    strcmp(mounts->tree, mounts->v2) != 0};
    int r;

    find_host_network(pods);
    r = find_tree(pods, mounts->tree);
    if (r == 0)
        r = km_cgroup_tree_update(pods->tree, buf);
    if (r == 0)
        r = make_room(pods);
    if (r < 0)
        return r;
    for (size_t i = 0; i < pods->table.count; i++)
        km_pod_read(&reader, pods->table.pods[i], &pods->readings[i]);
    *ret_pods = pods->readings;
    *ret_count = pods->table.count;
    return 0;
}

bool km_pods_are_told(const struct km_pods *pods)
{
    return !pods->tree || km_cgroup_tree_is_told(pods->tree);
}
