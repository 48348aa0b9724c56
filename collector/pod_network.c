/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_network.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net_dev.h"

void km_pod_network_choose(struct km_pod_network *network, struct km_root *root, const char *host,
                           const char *container, int64_t pid)
{
    char path[KM_PATH], link[64];
    ssize_t len;

    if (network->pid || !*host)
        return;
    km_root_path(root, path, "%s/%lld/ns/net", root->proc, (long long)pid);
    len = readlink(path, link, sizeof(link) - 1);
    if (len < 0)
        return;
    link[len] = '\0';
    network->pid = pid;
    network->is_host = strcmp(link, host) == 0;
    snprintf(network->container, sizeof(network->container), "%s", container);
}

static bool any_interface(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return true;
}

void km_pod_network_read(struct km_pod_network *network, struct km_root *root, struct km_buf *buf,
                         struct km_sample *sample, int8_t *ret_host_network)
{
    int r;

    if (!network->pid)
        return;
    *ret_host_network = network->is_host;
    if (network->is_host)
        return;
    r = km_kept_read(root, &network->file, KM_KEPT_LIST, buf, "%s/%lld/net/dev", root->proc,
                     (long long)network->pid);
    if (r >= 0)
        km_net_dev_scan(buf->data, any_interface, NULL, sample, NULL);
}

void km_pod_network_close(struct km_pod_network *network, struct km_root *root)
{
    km_kept_close(root, &network->file);
    *network = (struct km_pod_network){0};
}

void km_pod_network_container_gone(struct km_pod_network *network, const char *container,
                                   struct km_root *root)
{
    if (network->pid && strcmp(network->container, container) == 0)
        km_pod_network_close(network, root);
}
