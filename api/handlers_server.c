/* SPDX-License-Identifier: Apache-2.0 */
/* The server about itself: status, health, and where its documents are. */
#include <string.h>

#include "api.h"
#include "handlers.h"
#include "http_server.h"
#include "json_write.h"
#include "store.h"
#include "time_format.h"
#include "web_file.h"

static void number(struct km_json *w, const char *key, uint64_t value)
{
    km_json_key(w, key);
    km_json_int(w, (int64_t)value);
}

static void write_store(struct km_json *w, const struct km_store_status *s)
{
    km_json_key(w, "store");
    km_json_object(w);
    number(w, "nodes", s->nodes);
    number(w, "pods", s->pods);
    number(w, "containers", s->containers);
    number(w, "rows", s->rows);
    number(w, "samples", s->samples);
    number(w, "rows_appended", s->rows_appended);
    number(w, "rows_duplicate", s->rows_duplicate);
    number(w, "rows_late", s->rows_late);
    number(w, "rows_evicted", s->rows_evicted);
    number(w, "rows_expired", s->rows_expired);
    number(w, "memory_used", s->memory_used);
    number(w, "memory_limit", s->memory_limit);
    if (s->newest_ms) {
        km_json_member_time(w, "oldest", s->oldest_ms);
        km_json_member_time(w, "newest", s->newest_ms);
    }
    km_json_object_end(w);
}

static void write_http(struct km_json *w, const struct km_http_status *s)
{
    km_json_key(w, "http");
    km_json_object(w);
    number(w, "requests", s->requests);
    number(w, "errors_4xx", s->errors_4xx);
    number(w, "errors_5xx", s->errors_5xx);
    number(w, "connections", s->connections);
    number(w, "connections_refused", s->connections_refused);
    number(w, "connections_timed_out", s->connections_timed_out);
    number(w, "bytes_in", s->bytes_in);
    number(w, "bytes_out", s->bytes_out);
    km_json_object_end(w);
}

void km_get_status(struct km_call *call)
{
    const struct km_api *api = km_call_api(call);
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_store_status store;
    struct km_http_status http;

    km_store_get_status(api->store, &store);
    km_http_server_get_status(api->server, &http);
    km_json_object(&w);
    km_json_member(&w, "version", api->version);
    km_json_member_time(&w, "started", api->started_ms);
    number(&w, "interval_ms", (uint64_t)api->interval_ms);
    number(&w, "retention_seconds", (uint64_t)api->retention_ms / 1000);
    write_store(&w, &store);
    write_http(&w, &http);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}

/* It answers, so it lives and, having nothing to load, is ready. */
static void answer_health(struct km_call *call, const char *check)
{
    struct km_buf body = KM_BUF_INIT;

    if (km_call_text(call, "verbose"))
        km_buf_printf(&body, "[+]ping ok\n[+]store ok\n%s check passed\n", check);
    else
        km_buf_puts(&body, "ok");
    km_answer_text(call, "text/plain; charset=utf-8", &body);
}

void km_get_livez(struct km_call *call)
{
    answer_health(call, "livez");
}

void km_get_readyz(struct km_call *call)
{
    answer_health(call, "readyz");
}

void km_get_root(struct km_call *call)
{
    km_answer_redirect(call, "docs");
}

static void answer_file(struct km_call *call, const char *name)
{
    for (const struct km_web_file *f = km_web_files; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            km_answer_static(call, f->content_type, f->data, f->len);
            return;
        }
    }
    km_answer_problem(call, 404, 0, "there is no such file");
}

void km_get_docs(struct km_call *call)
{
    answer_file(call, "docs.html");
}

void km_get_docs_file(struct km_call *call)
{
    answer_file(call, km_call_path(call, "file"));
}
