/* SPDX-License-Identifier: Apache-2.0 */
#include "kube_client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

#define CONNECT_TIMEOUT_MS 10000L
#define TOKEN_MAX          16384

struct km_kube_client {
    const struct km_kube_config *config;
    CURL *curl;
    struct km_buf url, header;
    char error[CURL_ERROR_SIZE];
    atomic_bool stopped;
    /* of the running request */
    const struct km_kube_request *request;
    struct km_buf *answer;
    bool too_long;
};

static int take_piece(struct km_kube_client *c, const char *data, size_t len)
{
    long status = 0;

    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
    if (c->request->take && status == 200)
        return c->request->take(c->request->arg, data, len);
    c->too_long = c->answer->len + len > c->request->answer_max;
    if (!c->too_long)
        km_buf_append(c->answer, data, len);
    return c->too_long || c->answer->failed;
}

static size_t on_data(char *data, size_t size, size_t n, void *arg)
{
    return take_piece(arg, data, size * n) == 0 ? size * n : 0;
}

/* libcurl asks at least once a second. */
static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct km_kube_client *client = arg;

    (void)a, (void)b, (void)c, (void)d;
    return client->stopped;
}

int km_kube_client_new(const struct km_kube_config *config, struct km_kube_client **ret_client)
{
    struct km_kube_client *c = calloc(1, sizeof(*c));

    if (!c)
        return -ENOMEM;
    c->config = config;
    c->curl = curl_easy_init();
    if (!c->curl) {
        free(c);
        return -ENOMEM;
    }
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, c->error);
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(c->curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(c->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c->curl, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, c);
    /* Whom the cluster's CA does not vouch for is not the cluster's API, whoever else does. */
    if (config->ca_file) {
        curl_easy_setopt(c->curl, CURLOPT_CAINFO, config->ca_file);
        curl_easy_setopt(c->curl, CURLOPT_CAPATH, NULL);
    }
    if (config->cert_file)
        curl_easy_setopt(c->curl, CURLOPT_SSLCERT, config->cert_file);
    if (config->key_file)
        curl_easy_setopt(c->curl, CURLOPT_SSLKEY, config->key_file);
    if (config->insecure) {
        curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    *ret_client = c;
    return 0;
}

void km_kube_client_free(struct km_kube_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    km_buf_done(&client->url);
    km_buf_done(&client->header);
    free(client);
}

/* Reads the token anew: the kubelet replaces the file before the token expires. */
static int read_token(struct km_kube_client *c, char ret_token[TOKEN_MAX])
{
    km_auto_fclose FILE *file = fopen(c->config->token_file, "re");
    size_t len;

    if (!file) {
        snprintf(c->error, sizeof(c->error), "%s: %s", c->config->token_file, strerror(errno));
        return -EACCES;
    }
    len = fread(ret_token, 1, TOKEN_MAX - 1, file);
    ret_token[len] = '\0';
    ret_token[strcspn(ret_token, "\r\n")] = '\0';
    return 0;
}

/* Adds "name: value" to a list; NULL when memory runs out, which frees the list. */
static struct curl_slist *add_header(struct km_kube_client *c, struct curl_slist *list,
                                     const char *name, const char *value)
{
    struct curl_slist *longer;

    km_buf_clear(&c->header);
    km_buf_printf(&c->header, "%s: %s", name, value);
    longer = km_buf_str(&c->header) ? curl_slist_append(list, c->header.data) : NULL;
    if (!longer)
        curl_slist_free_all(list);
    return longer;
}

static int make_headers(struct km_kube_client *c, const struct km_kube_request *request,
                        struct curl_slist **ret_list)
{
    char token[TOKEN_MAX], bearer[TOKEN_MAX + 8];
    const char *accept = request->accept ? request->accept : "application/json";
    struct curl_slist *list = add_header(c, NULL, "Accept", accept);
    int r;

    if (list && request->body)
        list = add_header(c, list, "Content-Type", "application/json");
    if (list && (c->config->token || c->config->token_file)) {
        r = c->config->token_file ? read_token(c, token) : 0;
        if (r < 0) {
            curl_slist_free_all(list);
            return r;
        }
        snprintf(bearer, sizeof(bearer), "Bearer %s",
                 c->config->token_file ? token : c->config->token);
        list = add_header(c, list, "Authorization", bearer);
    }
    *ret_list = list;
    return list ? 0 : -ENOMEM;
}

static int run(struct km_kube_client *c, struct curl_slist *headers)
{
    const struct km_kube_request *request = c->request;
    CURLcode code;

    curl_easy_setopt(c->curl, CURLOPT_URL, c->url.data);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    if (request->body)
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, request->body);
    else
        curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
    code = curl_easy_perform(c->curl);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
    if (c->stopped)
        return -ECANCELED;
    if (c->too_long) {
        snprintf(c->error, sizeof(c->error), "an answer of more than %zu bytes",
                 request->answer_max);
        return -EMSGSIZE;
    }
    if (c->answer->failed)
        return -ENOMEM;
    if (code == CURLE_OK)
        return 0;
    if (!*c->error)
        snprintf(c->error, sizeof(c->error), "%s", curl_easy_strerror(code));
    return -EIO;
}

int km_kube_request(struct km_kube_client *client, const struct km_kube_request *request,
                    struct km_buf *answer, long *ret_status)
{
    struct km_kube_client *c = client;
    struct curl_slist *headers = NULL;
    int r;

    c->error[0] = '\0';
    c->request = request;
    c->answer = answer;
    c->too_long = false;
    km_buf_clear(answer);
    km_buf_clear(&c->url);
    km_buf_puts(&c->url, c->config->server);
    km_buf_puts(&c->url, request->path);
    r = km_buf_str(&c->url) ? make_headers(c, request, &headers) : -ENOMEM;
    if (r == 0)
        r = run(c, headers);
    curl_slist_free_all(headers);
    if (r == 0)
        curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, ret_status);
    return r;
}

const char *km_kube_client_error(const struct km_kube_client *client)
{
    return client->error;
}

void km_kube_client_stop(struct km_kube_client *client)
{
    client->stopped = true;
}

bool km_kube_client_stopped(const struct km_kube_client *client)
{
    return client->stopped;
}
