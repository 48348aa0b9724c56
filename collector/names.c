/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "log_links.h"
#include "pod_watch.h"

struct km_names {
    struct km_log_links *links; /* NULL: not asked */
    struct km_directory *from_links, *from_api;
    struct km_kube_config kube;
    struct km_pod_watch *watch; /* NULL: not asked */
};

/* The way to the API; -ENOENT if there is none and none was asked for. */
static int find_api(const struct km_names_config *config, struct km_buf *error,
                    struct km_kube_config *ret_kube)
{
    int r;

    if (config->kubeconfig) {
        r = km_kube_config_load(config->kubeconfig, ret_kube, error);
        return r == -ENOENT ? -EINVAL : r;
    }
    r = km_kube_config_in_cluster(ret_kube);
    if (r == -ENOENT && config->source == KM_NAMES_API) {
        km_buf_puts(error, "not in a pod with a service account; --kubeconfig names another way to "
                           "the Kubernetes API");
        return -EINVAL;
    }
    return r;
}

static int start_watch(struct km_names *names, const struct km_names_config *config,
                       struct km_buf *error)
{
    int r = find_api(config, error, &names->kube);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    return km_pod_watch_start(&names->kube, config->node, config->first_pause_ms, config->trouble,
                              names->from_api, &names->watch);
}

int km_names_new(const struct km_names_config *config, struct km_buf *error,
                 struct km_names **ret_names)
{
    struct km_names *names = calloc(1, sizeof(*names));
    int r = 0;

    if (!names)
        return -ENOMEM;
    names->kube = (struct km_kube_config)KM_KUBE_CONFIG_INIT;
    names->from_links = km_directory_new();
    names->from_api = km_directory_new();
    if (config->source == KM_NAMES_AUTO || config->source == KM_NAMES_LOGS) {
        names->links = km_log_links_new();
        r = names->links ? 0 : -ENOMEM;
    }
    if (!names->from_links || !names->from_api)
        r = -ENOMEM;
    if (r == 0 && (config->source == KM_NAMES_AUTO || config->source == KM_NAMES_API))
        r = start_watch(names, config, error);
    if (r < 0) {
        km_names_free(names);
        return r;
    }
    *ret_names = names;
    return 0;
}

void km_names_free(struct km_names *names)
{
    if (!names)
        return;
    km_pod_watch_stop(names->watch);
    km_log_links_free(names->links);
    km_directory_free(names->from_links);
    km_directory_free(names->from_api);
    km_kube_config_done(&names->kube);
    free(names);
}

void km_names_wait(struct km_names *names, int64_t timeout_ms)
{
    if (names->watch)
        km_pod_watch_wait(names->watch, timeout_ms);
}

void km_names_refresh(struct km_names *names, const struct km_root *root)
{
    if (names->links)
        km_log_links_refresh(names->links, root, names->from_links);
}

uint64_t km_names_generation(const struct km_names *names)
{
    return 1 + km_directory_generation(names->from_api) +
           km_directory_generation(names->from_links);
}

const struct km_pod_facts *km_names_find(struct km_names *names, const char *uid)
{
    const struct km_pod_facts *facts = km_directory_find(names->from_api, uid);

    return facts ? facts : km_directory_find(names->from_links, uid);
}
