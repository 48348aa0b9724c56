/* SPDX-License-Identifier: Apache-2.0 */
#include "pods.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "pod_read.h"
#include "pod_table.h"
#include "pod_walk.h"

struct km_pods {
    struct km_pod_table table;
    struct km_pod *readings;
    char host_network[64]; /* what /proc/1/ns/net links to */
};

struct km_pods *km_pods_new(void)
{
    return calloc(1, sizeof(struct km_pods));
}

void km_pods_free(struct km_pods *pods)
{
    if (!pods)
        return;
    km_pod_table_done(&pods->table);
    free(pods->readings);
    free(pods);
}

/*
 * The host's network namespace: that of process 1, or, where the kernel does not show it, our own
 * (the DaemonSet runs with hostNetwork).
 */
static void find_host_network(struct km_pods *pods, const struct km_root *root)
{
    static const char *const processes[] = {"1", "self"};

    pods->host_network[0] = '\0';
    for (size_t i = 0; i < 2 && !pods->host_network[0]; i++) {
        char path[KM_PATH];
        ssize_t len;

        km_root_path(root, path, "%s/%s/ns/net", root->proc, processes[i]);
        len = readlink(path, pods->host_network, sizeof(pods->host_network) - 1);
        pods->host_network[len > 0 ? len : 0] = '\0';
    }
}

int km_pods_read(struct km_pods *pods, struct km_root *root, const struct km_cgroup_mounts *mounts,
                 struct km_names *names, struct km_buf *buf, const struct km_pod **ret_pods,
                 size_t *ret_count)
{
    struct km_pod_reader reader = {root, mounts, names, buf, pods->host_network};
    struct km_pod_table *table = &pods->table;
    struct km_pod *list;
    int r;

    find_host_network(pods, root);
    r = km_pod_walk(root, mounts->tree, table);
    if (r < 0)
        return r;
    list = realloc(pods->readings, (table->count + 1) * sizeof(*list));
    if (!list)
        return -ENOMEM;
    pods->readings = list;
    for (size_t i = 0; i < table->count; i++) {
        r = km_pod_read(&reader, table->pods[i]);
        if (r < 0)
            return r;
        list[i] = table->pods[i]->reading;
    }
    *ret_pods = list;
    *ret_count = table->count;
    return 0;
}
