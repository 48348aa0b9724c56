/* SPDX-License-Identifier: Apache-2.0 */
#include "kubernetes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kube_config.h"

struct km_kubernetes {
    struct km_kube_config kube;
    bool has_kube;
    char *account_space, *account; /* of --ingest-account */
    struct km_gate *gate;
    struct km_cluster_watch *watch;
};

/* The way to the API: the option's, else the pod's own, else none. */
static int find_api(struct km_kubernetes *k, const struct km_api_config *config,
                    struct km_buf *error)
{
    int r;

    if (config->kubeconfig)
        r = km_kube_config_load(config->kubeconfig, &k->kube, error);
    else
        r = km_kube_config_in_cluster(&k->kube);
    k->has_kube = r == 0;
    return r == -ENOENT && !config->kubeconfig ? 0 : r;
}

/* "NAMESPACE/NAME", or "NAME" in the namespace that the server runs in. */
static int split_account(struct km_kubernetes *k, const char *text, struct km_buf *error)
{
    const char *slash = strchr(text, '/'), *own = k->kube.name_space;

    k->account_space =
        slash ? strndup(text, (size_t)(slash - text)) : strdup(own ? own : "default");
    k->account = strdup(slash ? slash + 1 : text);
    if (!k->account_space || !k->account)
        return -ENOMEM;
    if (*k->account_space && *k->account && !strchr(k->account, '/'))
        return 0;
    km_buf_puts(error, "--ingest-account: must be NAMESPACE/NAME or NAME");
    return -EINVAL;
}

/* What an option says, and what "auto" stands for. */
static int check_mode(const struct km_kubernetes *k, const char *option, int mode,
                      const char *token_file, enum km_gate_mode automatic,
                      enum km_gate_mode *ret_mode, struct km_buf *error)
{
    *ret_mode = mode != KM_GATE_AUTO ? (enum km_gate_mode)mode
                : token_file         ? KM_GATE_TOKEN
                                     : automatic;
    if (*ret_mode == KM_GATE_TOKEN && !token_file) {
        km_buf_printf(error, "--%s-auth token: --%s-token-file is wanting", option, option);
        return -EINVAL;
    }
    if (*ret_mode == KM_GATE_KUBERNETES && !k->has_kube) {
        km_buf_printf(
            error,
            "--%s-auth kubernetes: this is no pod with a service account, and there is no "
            "--kubeconfig",
            option);
        return -EINVAL;
    }
    return 0;
}

static int start_gate(struct km_kubernetes *k, const struct km_api_config *config,
                      void (*say)(const char *words), struct km_buf *error)
{
    struct km_gate_config gate = {.ingest_token_file = config->ingest_token_file,
                                  .read_token_file = config->read_token_file,
                                  .kube = &k->kube,
                                  .audience = config->ingest_audience,
                                  .account_space = k->account_space,
                                  .account = k->account,
                                  .say = say};
    bool in_cluster = k->has_kube && !config->kubeconfig;
    int r = check_mode(k, "ingest", config->ingest_auth, config->ingest_token_file,
                       in_cluster ? KM_GATE_KUBERNETES : KM_GATE_NONE, &gate.ingest, error);

    if (r == 0)
        r = check_mode(k, "read", config->read_auth, config->read_token_file, KM_GATE_NONE,
                       &gate.read, error);
    if (r == 0)
        r = km_gate_new(&gate, &k->gate);
    if (r < 0 && error->len == 0)
        km_buf_printf(error, "the gate cannot be made: %s", strerror(-r));
    return r;
}

int km_kubernetes_start(const struct km_api_config *config, void (*say)(const char *words),
                        struct km_kubernetes **ret_kubernetes, struct km_buf *error)
{
    struct km_kubernetes *k = calloc(1, sizeof(*k));
    int r;

    if (!k)
        return -ENOMEM;
    k->kube = (struct km_kube_config)KM_KUBE_CONFIG_INIT;
    r = find_api(k, config, error);
    if (r == 0)
        r = split_account(k, config->ingest_account, error);
    if (r == 0)
        r = start_gate(k, config, say, error);
    if (r == 0 && k->has_kube)
        r = km_cluster_watch_start(&k->kube, say, &k->watch);
    if (r < 0) {
        km_kubernetes_free(k);
        return r;
    }
    *ret_kubernetes = k;
    return 0;
}

struct km_gate *km_kubernetes_gate(struct km_kubernetes *kubernetes)
{
    return kubernetes->gate;
}

const struct km_kube_config *km_kubernetes_api(const struct km_kubernetes *kubernetes)
{
    return kubernetes->has_kube ? &kubernetes->kube : NULL;
}

struct km_cluster_watch *km_kubernetes_watch(struct km_kubernetes *kubernetes)
{
    return kubernetes->watch;
}

void km_kubernetes_free(struct km_kubernetes *kubernetes)
{
    if (!kubernetes)
        return;
    km_cluster_watch_stop(kubernetes->watch);
    km_gate_free(kubernetes->gate);
    km_kube_config_done(&kubernetes->kube);
    free(kubernetes->account_space);
    free(kubernetes->account);
    free(kubernetes);
}
