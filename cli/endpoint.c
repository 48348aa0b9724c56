/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clean.h"

#define PATH_ROOM 4096

/* Makes the fetch; the connection is taken. */
static int open_fetch(const struct km_cli_settings *settings, struct km_kube_config *connection,
                      const char *prefix, const char *hint, const char *accept, struct km_buf *out,
                      struct km_fetch **ret_fetch)
{
    struct km_fetch_config config = {.connection = *connection,
                                     .prefix = prefix,
                                     .hint = hint,
                                     .timeout_ms = settings->timeout,
                                     .accept = accept};
    int r = km_fetch_new(&config, ret_fetch);

    if (r < 0)
        km_buf_puts(out, "memory ran out\n");
    return r;
}

static int open_url(const struct km_cli_settings *s, struct km_buf *out,
                    struct km_fetch **ret_fetch)
{
    struct km_kube_config connection = KM_KUBE_CONFIG_INIT;
    size_t len = strlen(s->server);

    if (strncmp(s->server, "http://", 7) != 0 && strncmp(s->server, "https://", 8) != 0) {
        km_buf_printf(out, "--server: \"%s\" does not begin with http:// or https://\n", s->server);
        return -EINVAL;
    }
    if (s->token_file && access(s->token_file, R_OK) < 0) {
        km_buf_printf(out, "--token-file: %s: %s\n", s->token_file, strerror(errno));
        return -EINVAL;
    }
    while (len > 0 && s->server[len - 1] == '/')
        len--;
    connection.server = strndup(s->server, len);
    connection.ca_file = s->ca_file ? strdup(s->ca_file) : NULL;
    connection.token_file = s->token_file ? strdup(s->token_file) : NULL;
    if (!connection.server || (s->ca_file && !connection.ca_file) ||
        (s->token_file && !connection.token_file)) {
        km_kube_config_done(&connection);
        km_buf_puts(out, "memory ran out\n");
        return -ENOMEM;
    }
    return open_fetch(s, &connection, "",
                      "Is kubemonitor-api running there? --server URL or KUBEMONITOR_SERVER says "
                      "where.",
                      NULL, out, ret_fetch);
}

/*
 * The kubeconfig file: --kubeconfig, the first of the list in KUBECONFIG that is there, or the
 * one in the home folder. Returns false where there is none.
 */
static bool find_kubeconfig(const struct km_cli_settings *s, char ret_path[PATH_ROOM])
{
    const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");

    if (s->kubeconfig) {
        snprintf(ret_path, PATH_ROOM, "%s", s->kubeconfig);
        return true;
    }
    while (list && *list) {
        size_t len = strcspn(list, ":");

        snprintf(ret_path, PATH_ROOM, "%.*s", (int)len, list);
        if (len > 0 && access(ret_path, R_OK) == 0)
            return true;
        list += len + (list[len] == ':');
    }
    if (getenv("KUBECONFIG") && *getenv("KUBECONFIG"))
        return false;
    snprintf(ret_path, PATH_ROOM, "%s/.kube/config", home ? home : "");
    return home && access(ret_path, R_OK) == 0;
}

/* How the Kubernetes API is reached; -ENOENT, without a word, where nothing says so. */
static int load_cluster(const struct km_cli_settings *s, struct km_kube_config *connection,
                        struct km_buf *out)
{
    char path[PATH_ROOM];

    if (!find_kubeconfig(s, path))
        return km_kube_config_in_cluster(connection) < 0 ? -ENOENT : 0;
    return km_kube_config_load(path, connection, out) < 0 ? -EINVAL : 0;
}

static int no_server(struct km_buf *out)
{
    km_buf_puts(out, "no server is known and no kubeconfig file is there to find it by: --server "
                     "URL or KUBEMONITOR_SERVER says where kubemonitor-api answers, --kubeconfig "
                     "FILE or KUBECONFIG which cluster it is in\n");
    return -ENOTCONN;
}

static int open_cluster(const struct km_cli_settings *s, struct km_buf *out,
                        struct km_fetch **ret_fetch)
{
    struct km_kube_config connection = KM_KUBE_CONFIG_INIT;
    km_auto_buf struct km_buf prefix = KM_BUF_INIT, hint = KM_BUF_INIT;
    int r = load_cluster(s, &connection, out);

    if (r == -ENOENT)
        return no_server(out);
    if (r < 0) {
        km_buf_puts(out, "\nWithout it: kubectl port-forward, and --server with the address it "
                         "gives.\n");
        return r;
    }
    km_buf_puts(&prefix, "/api/v1/namespaces/");
    km_url_escape(&prefix, s->monitor_namespace);
    km_buf_puts(&prefix, "/services/" KM_SERVICE "/proxy");
    km_buf_printf(&hint,
                  "Is kubemonitor installed in namespace %s of the cluster %s? "
                  "--monitor-namespace names another one, --server a server elsewhere.",
                  s->monitor_namespace, connection.server);
    if (!km_buf_str(&prefix) || !km_buf_str(&hint)) {
        km_kube_config_done(&connection);
        km_buf_puts(out, "memory ran out\n");
        return -ENOMEM;
    }
    return open_fetch(s, &connection, prefix.data, hint.data, NULL, out, ret_fetch);
}

int km_endpoint_open(const struct km_cli_settings *settings, struct km_buf *out,
                     struct km_fetch **ret_fetch)
{
    if (settings->server && *settings->server)
        return open_url(settings, out, ret_fetch);
    return open_cluster(settings, out, ret_fetch);
}

#define METADATA "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"

int km_endpoint_open_kubernetes(const struct km_cli_settings *settings, const char *hint,
                                struct km_buf *out, struct km_fetch **ret_fetch)
{
    struct km_kube_config connection = KM_KUBE_CONFIG_INIT;
    int r = load_cluster(settings, &connection, out);

    if (r == -ENOENT)
        km_buf_puts(out, "no kubeconfig file is there: --kubeconfig FILE or KUBECONFIG says which "
                         "cluster to ask for labels");
    return r < 0 ? -EINVAL : open_fetch(settings, &connection, "", hint, METADATA, out, ret_fetch);
}
