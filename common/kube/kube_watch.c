/* SPDX-License-Identifier: Apache-2.0 */
#include "kube_watch.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clean.h"
#include "kube_client.h"
#include "time_format.h"
#include "trim.h"

#define LIST_TIMEOUT_MS 60000L
#define WATCH_SECONDS   300 /* the server ends the watch then, and we go on from where it was */
#define PAUSE_MIN_MS    500
#define PAUSE_MAX_MS    60000
#define CONTINUE_MAX    4096
#define EVENT_MAX       (8u << 20) /* etcd takes objects up to 1.5 MiB; JSON makes them longer */

/* How metadata alone is asked for. */
#define METADATA "application/json;g=meta.k8s.io;v=v1;as=PartialObjectMetadata"

struct km_kube_watch {
    struct km_kube_client *client;
    struct km_kube_handler handler;
    char *path, *query;
    bool metadata_only;
    size_t list_max;
    unsigned page;
    pthread_t thread;
    unsigned seed;
    int64_t pause_ms, first_pause_ms;
    char version[64]; /* resourceVersion the watch goes on from; "": list first */
    struct km_buf body, line, url;
    atomic_bool listed;
    bool in_trouble;
    bool expired; /* the watch ended by an event that asks for a new list: no trouble */
};

static void trouble(struct km_kube_watch *w, const char *words)
{
    if (!w->in_trouble && !km_kube_client_stopped(w->client))
        w->handler.trouble(w->handler.arg, words);
    w->in_trouble = true;
}

static void trouble_status(struct km_kube_watch *w, long status)
{
    char words[512];

    snprintf(words, sizeof(words), "%s: status %ld %.300s", w->path, status,
             w->body.len ? km_buf_str(&w->body) : "");
    trouble(w, words);
}

/* Remembers metadata.resourceVersion of an object or list. */
static void take_version(struct km_kube_watch *w, yyjson_val *object)
{
    yyjson_val *version = yyjson_obj_get(yyjson_obj_get(object, "metadata"), "resourceVersion");

    if (yyjson_is_str(version) && yyjson_get_len(version) < sizeof(w->version))
        strcpy(w->version, yyjson_get_str(version));
}

static bool get(struct km_kube_watch *w, const struct km_kube_request *request)
{
    long status = 0;

    w->expired = false;
    if (km_kube_request(w->client, request, &w->body, &status) < 0) {
        if (!w->expired)
            trouble(w, km_kube_client_error(w->client));
        return false;
    }
    if (status == 410)
        w->version[0] = '\0';
    if (status != 200)
        trouble_status(w, status);
    return status == 200;
}

/* The URL of the list, or of its page behind the token that came with the one before. */
static const char *list_url(struct km_kube_watch *w, const char *token)
{
    km_buf_clear(&w->url);
    km_buf_printf(&w->url, "%s?%s%s", w->path, w->query, *w->query ? "&" : "");
    if (w->page)
        km_buf_printf(&w->url, "limit=%u", w->page);
    else
        km_buf_puts(&w->url, "resourceVersion=0");
    if (*token)
        km_buf_puts(&w->url, "&continue=");
    for (; *token; token++) {
        if (isalnum((unsigned char)*token) || strchr("-_.~", *token))
            km_buf_putc(&w->url, *token);
        else
            km_buf_printf(&w->url, "%%%02X", (unsigned char)*token);
    }
    return km_buf_str(&w->url);
}

/* Reads a list, or a page of it: *token goes from the one before to the one behind, "" at the end.
 */
static bool list_page(struct km_kube_watch *w, char token[CONTINUE_MAX])
{
    struct km_kube_request request = {.path = list_url(w, token),
                                      .accept = w->metadata_only ? METADATA "List" : NULL,
                                      .answer_max = w->list_max,
                                      .timeout_ms = LIST_TIMEOUT_MS};
    bool first = !*token, ok;
    yyjson_val *items, *item, *next;
    yyjson_doc *doc = NULL;
    size_t i, n;

    ok = request.path && get(w, &request) && km_buf_reserve(&w->body, YYJSON_PADDING_SIZE) == 0;
    if (ok) {
        memset(w->body.data + w->body.len, 0, YYJSON_PADDING_SIZE);
        doc = yyjson_read_opts(w->body.data, w->body.len, YYJSON_READ_INSITU, NULL, NULL);
        items = yyjson_obj_get(yyjson_doc_get_root(doc), "items");
        /* Go writes an empty list as null. */
        ok = yyjson_is_arr(items) || yyjson_is_null(items);
        if (!ok)
            trouble(w, "the list's answer is no list");
    }
    if (ok) {
        take_version(w, yyjson_doc_get_root(doc));
        next = yyjson_obj_get(yyjson_obj_get(yyjson_doc_get_root(doc), "metadata"), "continue");
        snprintf(token, CONTINUE_MAX, "%s", yyjson_is_str(next) ? yyjson_get_str(next) : "");
        if (first)
            w->handler.listing(w->handler.arg);
        yyjson_arr_foreach(items, i, n, item) w->handler.put(w->handler.arg, item);
    }
    yyjson_doc_free(doc);
    return ok;
}

/* The list, whole. Its memory is given back at once: it is the most this thread ever needs. */
static bool list(struct km_kube_watch *w)
{
    char token[CONTINUE_MAX] = "";
    bool ok;

    do {
        ok = list_page(w, token);
    } while (ok && *token && !km_kube_client_stopped(w->client));
    ok = ok && !*token;
    if (ok) {
        w->handler.listed(w->handler.arg);
        w->listed = true;
    } else {
        /* Pages that are too old begin anew, and a watch needs a whole list to go on from. */
        w->version[0] = '\0';
    }
    km_buf_done(&w->body);
    km_trim();
    return ok;
}

/* {"type":"MODIFIED","object":{…}}. Anything but 0 ends the watch; the next step is a list. */
static int take_event(struct km_kube_watch *w)
{
    yyjson_doc *doc = yyjson_read(w->line.data, w->line.len, 0);
    yyjson_val *root = yyjson_doc_get_root(doc), *object = yyjson_obj_get(root, "object");
    const char *type = yyjson_get_str(yyjson_obj_get(root, "type"));
    int r = 0;

    if (!type || !yyjson_is_obj(object) || strcmp(type, "ERROR") == 0) {
        w->version[0] = '\0';
        w->expired = true;
        r = -EBADMSG;
    } else {
        take_version(w, object);
        if (strcmp(type, "DELETED") == 0)
            w->handler.removed(w->handler.arg, object);
        else if (strcmp(type, "BOOKMARK") != 0)
            w->handler.put(w->handler.arg, object);
        w->in_trouble = false;
        w->pause_ms = PAUSE_MIN_MS;
    }
    yyjson_doc_free(doc);
    return r;
}

/* Events come one a line, in pieces of any size. */
static int take_stream(void *arg, const char *data, size_t len)
{
    struct km_kube_watch *w = arg;

    while (len > 0) {
        const char *end = memchr(data, '\n', len);
        size_t piece = end ? (size_t)(end - data) : len;
        int r;

        if (w->line.len + piece > EVENT_MAX) {
            w->version[0] = '\0';
            return -EMSGSIZE;
        }
        km_buf_append(&w->line, data, piece);
        if (w->line.failed)
            return -ENOMEM;
        if (!end)
            return 0;
        r = w->line.len ? take_event(w) : 0;
        km_buf_clear(&w->line);
        if (r < 0)
            return r;
        data = end + 1;
        len -= piece + 1;
    }
    return 0;
}

static bool watch(struct km_kube_watch *w)
{
    int seconds = WATCH_SECONDS + rand_r(&w->seed) % 60;
    struct km_kube_request request = {.accept = w->metadata_only ? METADATA : NULL,
                                      .answer_max = 65536,
                                      .timeout_ms = (seconds + 30) * 1000L,
                                      .take = take_stream,
                                      .arg = w};

    km_buf_clear(&w->url);
    km_buf_clear(&w->line);
    km_buf_printf(&w->url,
                  "%s?%s%swatch=1&allowWatchBookmarks=true&timeoutSeconds=%d&resourceVersion=%s",
                  w->path, w->query, *w->query ? "&" : "", seconds, w->version);
    request.path = km_buf_str(&w->url);
    return request.path && get(w, &request);
}

/* Half the pause and up to as much again. */
static void rest(struct km_kube_watch *w, int64_t pause_ms)
{
    int64_t until = km_time_steady_ms() + pause_ms / 2 + rand_r(&w->seed) % (pause_ms / 2 + 1);

    while (km_time_steady_ms() < until && !km_kube_client_stopped(w->client))
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
}

static void *watch_thread(void *arg)
{
    struct km_kube_watch *w = arg;

    if (w->first_pause_ms > 0)
        rest(w, w->first_pause_ms);
    while (!km_kube_client_stopped(w->client)) {
        bool lists = !*w->version;

        if (lists && list(w))
            continue;
        if (!lists && watch(w)) {
            w->in_trouble = false;
            w->pause_ms = PAUSE_MIN_MS;
        }
        /* Also after a watch that went well: should it end at once, this is no busy loop. */
        rest(w, w->pause_ms);
        w->pause_ms = w->pause_ms * 2 < PAUSE_MAX_MS ? w->pause_ms * 2 : PAUSE_MAX_MS;
    }
    return NULL;
}

static void watch_free(struct km_kube_watch *w)
{
    if (w->handler.done)
        w->handler.done(w->handler.arg);
    km_kube_client_free(w->client);
    free(w->path);
    free(w->query);
    km_buf_done(&w->body);
    km_buf_done(&w->line);
    km_buf_done(&w->url);
    free(w);
}

int km_kube_watch_start(const struct km_kube_config *config,
                        const struct km_kube_watch_options *options,
                        const struct km_kube_handler *handler, struct km_kube_watch **ret_watch)
{
    struct km_kube_watch *w = calloc(1, sizeof(*w));

    if (!w) {
        if (handler->done)
            handler->done(handler->arg);
        return -ENOMEM;
    }
    w->handler = *handler;
    w->path = strdup(options->path);
    w->query = strdup(options->query);
    w->metadata_only = options->metadata_only;
    w->page = options->page;
    w->list_max = options->list_max;
    w->first_pause_ms = options->first_pause_ms;
    w->pause_ms = PAUSE_MIN_MS;
    w->seed = (unsigned)km_time_now_ms() ^ (unsigned)(uintptr_t)w;
    if (!w->path || !w->query || km_kube_client_new(config, &w->client) < 0 ||
        pthread_create(&w->thread, NULL, watch_thread, w) != 0) {
        watch_free(w);
        return -ENOMEM;
    }
    *ret_watch = w;
    return 0;
}

bool km_kube_watch_wait(struct km_kube_watch *watch, int64_t timeout_ms)
{
    int64_t until = km_time_steady_ms() + timeout_ms;

    while (!watch->listed && km_time_steady_ms() < until)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    return watch->listed;
}

void km_kube_watch_cancel(struct km_kube_watch *watch)
{
    if (watch)
        km_kube_client_stop(watch->client);
}

void km_kube_watch_stop(struct km_kube_watch *watch)
{
    if (!watch)
        return;
    km_kube_client_stop(watch->client);
    pthread_join(watch->thread, NULL);
    watch_free(watch);
}
