/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

#define CONNECT_TIMEOUT_MS 5000
#define ERROR_MAX          2048

struct km_fetch {
    CURL *curl;
    struct curl_slist *headers;
    char *base, *hint;
    struct km_buf url, answer;
    bool too_large;
    atomic_bool cancelled;
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

static size_t take_answer(char *data, size_t size, size_t n, void *arg)
{
    struct km_fetch *f = arg;

    if (size * n > KM_FETCH_MAX - f->answer.len) {
        f->too_large = true;
        return 0; /* makes curl end the request */
    }
    km_buf_append(&f->answer, data, size * n);
    return f->answer.failed ? 0 : size * n;
}

static int watch_cancel(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct km_fetch *f = arg;

    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&f->cancelled);
}

void km_fetch_free(struct km_fetch *f)
{
    if (!f)
        return;
    curl_slist_free_all(f->headers);
    curl_easy_cleanup(f->curl);
    km_buf_done(&f->url);
    km_buf_done(&f->answer);
    free(f->base);
    free(f->hint);
    free(f);
}

static int set_headers(struct km_fetch *f, const char *token)
{
    km_auto_buf struct km_buf line = KM_BUF_INIT;
    struct curl_slist *list;

    if (!token)
        return 0;
    km_buf_printf(&line, "Authorization: Bearer %s", token);
    list = km_buf_str(&line) ? curl_slist_append(NULL, line.data) : NULL;
    if (!list)
        return -ENOMEM;
    f->headers = list;
    curl_easy_setopt(f->curl, CURLOPT_HTTPHEADER, list);
    return 0;
}

int km_fetch_new(const struct km_fetch_config *config, struct km_fetch **ret_fetch)
{
    size_t len = strlen(config->base);
    struct km_fetch *f;

    if (strncmp(config->base, "http://", 7) != 0 && strncmp(config->base, "https://", 8) != 0)
        return -EINVAL;
    while (len > 0 && config->base[len - 1] == '/')
        len--;
    f = calloc(1, sizeof(*f));
    if (!f)
        return -ENOMEM;
    f->curl = config->curl ? config->curl : curl_easy_init();
    f->base = strndup(config->base, len);
    f->hint = strdup(config->hint ? config->hint : "");
    if (!f->curl || !f->base || !f->hint || set_headers(f, config->token) < 0) {
        km_fetch_free(f);
        return -ENOMEM;
    }
    curl_easy_setopt(f->curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(f->curl, CURLOPT_ACCEPT_ENCODING, ""); /* all that curl can unpack */
    curl_easy_setopt(f->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(f->curl, CURLOPT_TIMEOUT_MS, (long)config->timeout_ms);
    curl_easy_setopt(f->curl, CURLOPT_USERAGENT, "kubectl-monitor/" KM_VERSION);
    curl_easy_setopt(f->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(f->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(f->curl, CURLOPT_XFERINFOFUNCTION, watch_cancel);
    curl_easy_setopt(f->curl, CURLOPT_XFERINFODATA, f);
    if (config->ca_file)
        curl_easy_setopt(f->curl, CURLOPT_CAINFO, config->ca_file);
    *ret_fetch = f;
    return 0;
}

void km_fetch_cancel(struct km_fetch *f)
{
    atomic_store(&f->cancelled, true);
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
    const char *message = yyjson_get_str(yyjson_obj_get(root, "message"));

    if (detail) {
        km_fetch_fail(f, 0, "the server answers %ld: %s", status, detail);
        append_faults(f, root);
        if (status == 409)
            strncat(f->error, "\nSay which one with -n NAMESPACE.",
                    sizeof(f->error) - strlen(f->error) - 1);
    } else if (message) {
        km_fetch_fail(f, 0, "Kubernetes answers %ld: %s. %s", status, message, f->hint);
    } else if (status == 401 || status == 403) {
        km_fetch_fail(f, 0, "%s answers %ld: it wants a token; --token-file names a file with one",
                      f->base, status);
    } else {
        km_fetch_fail(f, 0, "%s answers %ld, which is not an answer of kubemonitor. %s", f->base,
                      status, f->hint);
    }
    yyjson_doc_free(doc);
    return status == 404 && detail ? -ENOENT : -EREMOTEIO;
}

/* Why no answer came. */
static int failure(struct km_fetch *f, CURLcode code)
{
    long number = 0;

    if (atomic_load(&f->cancelled))
        return km_fetch_fail(f, -ECANCELED, "stopped");
    if (f->too_large)
        return km_fetch_fail(f, -EREMOTEIO, "%s: the answer is larger than %u MiB", f->url.data,
                             KM_FETCH_MAX >> 20);
    if (f->answer.failed)
        return km_fetch_fail(f, -ENOMEM, "memory ran out");
    curl_easy_getinfo(f->curl, CURLINFO_OS_ERRNO, &number);
    return km_fetch_fail(f, -ENOTCONN, "cannot reach %s: %s. %s", f->base,
                         code == CURLE_COULDNT_CONNECT && number ? strerror((int)number)
                                                                 : curl_easy_strerror(code),
                         f->hint);
}

int km_fetch_get(struct km_fetch *f, const char *path, yyjson_doc **ret_doc)
{
    yyjson_doc *doc;
    CURLcode code;
    long status = 0;

    f->too_large = false;
    km_buf_clear(&f->answer);
    km_buf_clear(&f->url);
    km_buf_printf(&f->url, "%s%s", f->base, path);
    if (!km_buf_str(&f->url))
        return km_fetch_fail(f, -ENOMEM, "memory ran out");
    curl_easy_setopt(f->curl, CURLOPT_URL, f->url.data);
    code = curl_easy_perform(f->curl);
    if (code != CURLE_OK)
        return failure(f, code);
    curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return refusal(f, status);
    doc = yyjson_read(f->answer.data, f->answer.len, 0);
    if (!doc || !yyjson_is_obj(yyjson_doc_get_root(doc))) {
        yyjson_doc_free(doc);
        return km_fetch_fail(f, -EREMOTEIO, "%s answers something that is not JSON. %s",
                             f->url.data, f->hint);
    }
    *ret_doc = doc;
    return 0;
}
