/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube_client.h"

#define ERROR_MAX 2048

struct km_fetch {
    struct km_kube_config connection;
    struct km_kube_client *client;
    char *prefix, *hint;
    long timeout_ms;
    const char *accept;
    struct km_buf path, answer;
    char error[ERROR_MAX];
};

void km_url_escape(struct km_buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            strchr("-._~", c))
            km_buf_putc(out, *text);
        else
            km_buf_printf(out, "%%%02X", c);
    }
}

/* The sentence is shown on a terminal and may quote the server: nothing in it moves the cursor. */
static void clean_controls(char *text)
{
    for (; *text; text++) {
        if (((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f)
            *text = '?';
    }
}

int km_fetch_fail(struct km_fetch *f, int r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(f->error, sizeof(f->error), format, args);
    va_end(args);
    clean_controls(f->error);
    return r;
}

const char *km_fetch_error(const struct km_fetch *f)
{
    return f->error;
}

void km_fetch_free(struct km_fetch *f)
{
    if (!f)
        return;
    km_kube_client_free(f->client);
    km_kube_config_done(&f->connection);
    km_buf_done(&f->path);
    km_buf_done(&f->answer);
    free(f->prefix);
    free(f->hint);
    free(f);
}

int km_fetch_new(struct km_fetch_config *config, struct km_fetch **ret_fetch)
{
    struct km_fetch *f = calloc(1, sizeof(*f));

    if (!f) {
        km_kube_config_done(&config->connection);
        return -ENOMEM;
    }
    f->connection = config->connection;
    config->connection = (struct km_kube_config)KM_KUBE_CONFIG_INIT;
    f->prefix = strdup(config->prefix);
    f->hint = strdup(config->hint);
    f->timeout_ms = (long)config->timeout_ms;
    f->accept = config->accept;
    if (!f->prefix || !f->hint || km_kube_client_new(&f->connection, &f->client) < 0) {
        km_fetch_free(f);
        return -ENOMEM;
    }
    *ret_fetch = f;
    return 0;
}

const char *km_fetch_server(const struct km_fetch *f)
{
    return f->connection.server;
}

void km_fetch_cancel(struct km_fetch *f)
{
    km_kube_client_stop(f->client);
}

/* Faults of single parameters: {"errors":[{"parameter":"window","detail":"must be …"}]}. */
static void append_faults(struct km_fetch *f, yyjson_val *problem)
{
    yyjson_val *fault;
    size_t i, n, used = strlen(f->error);

    yyjson_arr_foreach(yyjson_obj_get(problem, "errors"), i, n, fault)
    {
        const char *where = yyjson_get_str(yyjson_obj_get(fault, "parameter"));
        const char *what = yyjson_get_str(yyjson_obj_get(fault, "detail"));

        if (where && what && used < sizeof(f->error))
            used += (size_t)snprintf(f->error + used, sizeof(f->error) - used, "\n  %s %s", where,
                                     what);
    }
    clean_controls(f->error);
}

/*
 * A refusal in words: the server's own problem {"detail":"…"}, or a Status of the Kubernetes API
 * {"kind":"Status","message":"…"} that stands between.
 */
static int refusal(struct km_fetch *f, long status)
{
    yyjson_doc *doc = yyjson_read(f->answer.data, f->answer.len, 0);
    yyjson_val *root = yyjson_doc_get_root(doc);
    const char *detail = yyjson_get_str(yyjson_obj_get(root, "detail"));
    const char *kind = yyjson_get_str(yyjson_obj_get(root, "kind"));
    const char *message = yyjson_get_str(yyjson_obj_get(root, "message"));

    if (detail) {
        km_fetch_fail(f, 0, "the server answers %ld: %s", status, detail);
        append_faults(f, root);
        if (status == 409)
            strncat(f->error, "\nSay which one with -n NAMESPACE.",
                    sizeof(f->error) - strlen(f->error) - 1);
    } else if (kind && strcmp(kind, "Status") == 0 && message) {
        km_fetch_fail(f, 0, "Kubernetes answers %ld: %s. %s", status, message, f->hint);
    } else if (status == 401 || status == 403) {
        km_fetch_fail(f, 0, "%s answers %ld: it wants a token; --token-file names a file with one",
                      f->connection.server, status);
    } else {
        km_fetch_fail(f, 0, "%s answers %ld, which is not an answer of kubemonitor. %s",
                      f->connection.server, status, f->hint);
    }
    yyjson_doc_free(doc);
    return status == 404 && detail ? -ENOENT : -EREMOTEIO;
}

/* Why no answer came. */
static int failure(struct km_fetch *f, int r)
{
    switch (r) {
    case -ECANCELED:
        return km_fetch_fail(f, r, "stopped");
    case -ENOMEM:
        return km_fetch_fail(f, r, "memory ran out");
    case -EMSGSIZE:
        return km_fetch_fail(f, -EREMOTEIO, "%s%s: the answer is larger than %u MiB",
                             f->connection.server, f->path.data, KM_FETCH_MAX >> 20);
    case -EACCES:
        return km_fetch_fail(f, -EINVAL, "the token cannot be read: %s",
                             km_kube_client_error(f->client));
    default:
        return km_fetch_fail(f, -ENOTCONN, "cannot reach %s: %s. %s", f->connection.server,
                             km_kube_client_error(f->client), f->hint);
    }
}

int km_fetch_get(struct km_fetch *f, const char *path, yyjson_doc **ret_doc)
{
    struct km_kube_request request = {
        .accept = f->accept, .answer_max = KM_FETCH_MAX, .timeout_ms = f->timeout_ms};
    yyjson_doc *doc;
    long status = 0;
    int r;

    km_buf_clear(&f->path);
    km_buf_printf(&f->path, "%s%s", f->prefix, path);
    request.path = km_buf_str(&f->path);
    r = request.path ? km_kube_request(f->client, &request, &f->answer, &status) : -ENOMEM;
    if (r < 0)
        return failure(f, r);
    if (status != 200)
        return refusal(f, status);
    doc = yyjson_read(f->answer.data, f->answer.len, 0);
    if (!doc || !yyjson_is_obj(yyjson_doc_get_root(doc))) {
        yyjson_doc_free(doc);
        return km_fetch_fail(f, -EREMOTEIO, "%s%s answers something that is not JSON. %s",
                             f->connection.server, f->path.data, f->hint);
    }
    *ret_doc = doc;
    return 0;
}
