/* SPDX-License-Identifier: Apache-2.0 */
#include "kube_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <yaml.h>

#include "base64.h"
#include "clean.h"

#define ACCOUNT  "/var/run/secrets/kubernetes.io/serviceaccount/"
#define FILE_MAX (1 << 20)

void km_kube_config_done(struct km_kube_config *config)
{
    free(config->server);
    free(config->ca_file);
    free(config->cert_file);
    free(config->key_file);
    free(config->token);
    free(config->token_file);
    free(config->name_space);
    for (size_t i = 0; i < 3; i++) {
        if (config->memory_files[i] >= 0)
            close(config->memory_files[i]);
    }
    *config = (struct km_kube_config)KM_KUBE_CONFIG_INIT;
}

/* --- YAML ----------------------------------------------------------------------------------------
 */

/* The member of a mapping, or NULL; node may be NULL. */
static yaml_node_t *member(yaml_document_t *doc, yaml_node_t *node, const char *key)
{
    if (!node || node->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *name = yaml_document_get_node(doc, pair->key);

        if (name && name->type == YAML_SCALAR_NODE &&
            strcmp((const char *)name->data.scalar.value, key) == 0)
            return yaml_document_get_node(doc, pair->value);
    }
    return NULL;
}

/* The text of a member, or NULL where it is absent, empty or no text. */
static const char *text(yaml_document_t *doc, yaml_node_t *node, const char *key)
{
    yaml_node_t *value = member(doc, node, key);

    if (!value || value->type != YAML_SCALAR_NODE || !*value->data.scalar.value)
        return NULL;
    return (const char *)value->data.scalar.value;
}

/*
 * Of a list such as
 *
 *     clusters: [{name: c, cluster: {server: https://…}}]
 *
 * the inner object ("cluster") of the item with the name, or NULL.
 */
static yaml_node_t *named(yaml_document_t *doc, const char *list, const char *name,
                          const char *inner)
{
    yaml_node_t *items = member(doc, yaml_document_get_root_node(doc), list);

    if (!items || items->type != YAML_SEQUENCE_NODE || !name)
        return NULL;
    for (yaml_node_item_t *i = items->data.sequence.items.start; i < items->data.sequence.items.top;
         i++) {
        yaml_node_t *item = yaml_document_get_node(doc, *i);
        const char *its = text(doc, item, "name");

        if (its && strcmp(its, name) == 0)
            return member(doc, item, inner);
    }
    return NULL;
}

/* --- members to config ---------------------------------------------------------------------------
 */

struct load {
    yaml_document_t *doc;
    const char *path; /* of the kubeconfig: its relative paths are relative to its folder */
    struct km_kube_config *config;
    struct km_buf *error;
};

static int fault(struct load *l, const char *sentence)
{
    km_buf_printf(l->error, "%s: %s", l->path, sentence);
    return -EINVAL;
}

/* A file in memory with these bytes; its name in *ret_file. */
static int memory_file(struct load *l, const char *base64, char **ret_file)
{
    km_auto_buf struct km_buf bytes = KM_BUF_INIT;
    km_auto_close int fd = memfd_create("kubeconfig", MFD_CLOEXEC);
    size_t slot = 0;

    if (km_base64_decode(base64, &bytes) < 0)
        return fault(l, "a \"…-data\" member is not base64");
    if (fd < 0 || write(fd, bytes.data, bytes.len) != (ssize_t)bytes.len)
        return -errno;
    while (l->config->memory_files[slot] >= 0)
        slot++;
    if (asprintf(ret_file, "/proc/self/fd/%d", fd) < 0) {
        *ret_file = NULL;
        return -ENOMEM;
    }
    l->config->memory_files[slot] = km_take_fd(&fd);
    return 0;
}

/* A path of the kubeconfig, made absolute. */
static int file_path(struct load *l, const char *path, char **ret_file)
{
    const char *slash = strrchr(l->path, '/');
    int folder = *path != '/' && slash ? (int)(slash - l->path + 1) : 0;

    if (asprintf(ret_file, "%.*s%s", folder, l->path, path) < 0) {
        *ret_file = NULL;
        return -ENOMEM;
    }
    return 0;
}

/* "<key>-data" if it is there, else "<key>"; absent both leaves *ret_file NULL. */
static int certificate(struct load *l, yaml_node_t *node, const char *key, char **ret_file)
{
    char data_key[64];
    const char *value;

    snprintf(data_key, sizeof(data_key), "%s-data", key);
    value = text(l->doc, node, data_key);
    if (value)
        return memory_file(l, value, ret_file);
    value = text(l->doc, node, key);
    return value ? file_path(l, value, ret_file) : 0;
}

static int copy(const char *value, char **ret_copy)
{
    if (!value)
        return 0;
    *ret_copy = strdup(value);
    return *ret_copy ? 0 : -ENOMEM;
}

static int take_cluster(struct load *l, yaml_node_t *cluster)
{
    const char *server = text(l->doc, cluster, "server");
    const char *insecure = text(l->doc, cluster, "insecure-skip-tls-verify");
    int r;

    if (!server)
        return fault(l, "the current context's cluster has no \"server\"");
    if (text(l->doc, cluster, "tls-server-name") || text(l->doc, cluster, "proxy-url"))
        return fault(l, "\"tls-server-name\" and \"proxy-url\" are not supported");
    l->config->insecure = insecure && strcmp(insecure, "true") == 0;
    r = copy(server, &l->config->server);
    if (r < 0)
        return r;
    for (size_t len = strlen(server); len > 0 && server[len - 1] == '/'; len--)
        l->config->server[len - 1] = '\0';
    return certificate(l, cluster, "certificate-authority", &l->config->ca_file);
}

static int take_user(struct load *l, yaml_node_t *user)
{
    struct km_kube_config *c = l->config;
    const char *token_file = text(l->doc, user, "tokenFile");
    int r;

    if (member(l->doc, user, "exec") || member(l->doc, user, "auth-provider"))
        return fault(l, "credentials by \"exec\" or \"auth-provider\" are not supported: use a "
                        "token, a tokenFile or a client certificate");
    r = certificate(l, user, "client-certificate", &c->cert_file);
    if (r == 0)
        r = certificate(l, user, "client-key", &c->key_file);
    if (r == 0)
        r = copy(text(l->doc, user, "token"), &c->token);
    if (r == 0 && token_file)
        r = file_path(l, token_file, &c->token_file);
    return r;
}

static int take_context(struct load *l)
{
    const char *name = text(l->doc, yaml_document_get_root_node(l->doc), "current-context");
    yaml_node_t *context, *cluster, *user;
    const char *user_name;
    int r;

    if (!name)
        return fault(l, "no \"current-context\"");
    context = named(l->doc, "contexts", name, "context");
    if (!context)
        return fault(l, "\"current-context\" names a context that is not there");
    cluster = named(l->doc, "clusters", text(l->doc, context, "cluster"), "cluster");
    if (!cluster)
        return fault(l, "the current context names a cluster that is not there");
    user_name = text(l->doc, context, "user");
    user = named(l->doc, "users", user_name, "user");
    if (user_name && !user)
        return fault(l, "the current context names a user that is not there");
    r = copy(text(l->doc, context, "namespace"), &l->config->name_space);
    if (r == 0)
        r = take_cluster(l, cluster);
    return r < 0 || !user ? r : take_user(l, user);
}

int km_kube_config_load(const char *path, struct km_kube_config *ret_config, struct km_buf *error)
{
    km_auto_fclose FILE *file = fopen(path, "re");
    struct km_kube_config config = KM_KUBE_CONFIG_INIT;
    yaml_parser_t parser;
    yaml_document_t doc;
    struct load l = {&doc, path, &config, error};
    int r;

    if (!file) {
        r = -errno;
        km_buf_printf(error, "%s: %s", path, strerror(errno));
        return r;
    }
    if (fseek(file, 0, SEEK_END) < 0 || ftell(file) > FILE_MAX)
        return fault(&l, "larger than 1 MiB: this is no kubeconfig");
    rewind(file);
    if (!yaml_parser_initialize(&parser))
        return -ENOMEM;
    yaml_parser_set_input_file(&parser, file);
    if (!yaml_parser_load(&parser, &doc)) {
        r = fault(&l, parser.problem ? parser.problem : "not YAML");
        km_buf_printf(error, " (line %zu)", parser.problem_mark.line + 1);
        yaml_parser_delete(&parser);
        return r;
    }
    r = take_context(&l);
    yaml_document_delete(&doc);
    yaml_parser_delete(&parser);
    if (r < 0) {
        km_kube_config_done(&config);
        if (error->len == 0)
            km_buf_printf(error, "%s: %s", path, strerror(-r));
        return r;
    }
    *ret_config = config;
    return 0;
}

/* --- inside a pod --------------------------------------------------------------------------------
 */

static char *first_line(const char *path)
{
    km_auto_fclose FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;

    if (!file || getline(&line, &size, file) <= 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

int km_kube_config_in_cluster(struct km_kube_config *ret_config)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    struct km_kube_config config = KM_KUBE_CONFIG_INIT;
    bool ipv6 = host && strchr(host, ':');

    if (!host || !*host || access(ACCOUNT "token", R_OK) < 0)
        return -ENOENT;
    if (asprintf(&config.server, ipv6 ? "https://[%s]:%s" : "https://%s:%s", host,
                 port && *port ? port : "443") < 0) {
        config.server = NULL;
        return -ENOMEM;
    }
    config.token_file = strdup(ACCOUNT "token");
    config.ca_file = strdup(ACCOUNT "ca.crt");
    config.name_space = first_line(ACCOUNT "namespace");
    if (!config.token_file || !config.ca_file) {
        km_kube_config_done(&config);
        return -ENOMEM;
    }
    *ret_config = config;
    return 0;
}
