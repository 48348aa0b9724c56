/* SPDX-License-Identifier: Apache-2.0 */
/* The server about itself: status, health, and where its documents are. */
#include <string.h>

#include "api.h"
#include "catch_up.h"
#include "durability.h"
#include "gate.h"
#include "handlers.h"
#include "health.h"
#include "http_server.h"
#include "json_write.h"
#include "store.h"
#include "stream.h"
#include "time_format.h"
#include "web_file.h"

static void write_store(struct km_json *w, const struct km_store_status *s)
{
    km_json_member_object(w, "store");
    km_json_member_int(w, "nodes", (int64_t)s->nodes);
    km_json_member_int(w, "pods", (int64_t)s->pods);
    km_json_member_int(w, "containers", (int64_t)s->containers);
    km_json_member_int(w, "rows", (int64_t)s->rows);
    km_json_member_int(w, "samples", (int64_t)s->samples);
    km_json_member_int(w, "rows_appended", (int64_t)s->rows_appended);
    km_json_member_int(w, "rows_duplicate", (int64_t)s->rows_duplicate);
    km_json_member_int(w, "rows_late", (int64_t)s->rows_late);
    km_json_member_int(w, "rows_evicted", (int64_t)s->rows_evicted);
    km_json_member_int(w, "rows_expired", (int64_t)s->rows_expired);
    km_json_member_int(w, "memory_used", (int64_t)s->memory_used);
    km_json_member_int(w, "memory_limit", (int64_t)s->memory_limit);
    if (s->newest_ms) {
        km_json_member_time(w, "oldest", s->oldest_ms);
        km_json_member_time(w, "newest", s->newest_ms);
    }
    km_json_object_end(w);
}

static void write_http(struct km_json *w, const struct km_http_status *s)
{
    km_json_member_object(w, "http");
    km_json_member_int(w, "requests", (int64_t)s->requests);
    km_json_member_int(w, "errors_4xx", (int64_t)s->errors_4xx);
    km_json_member_int(w, "errors_5xx", (int64_t)s->errors_5xx);
    km_json_member_int(w, "connections", (int64_t)s->connections);
    km_json_member_int(w, "connections_refused", (int64_t)s->connections_refused);
    km_json_member_int(w, "connections_timed_out", (int64_t)s->connections_timed_out);
    km_json_member_int(w, "bytes_in", (int64_t)s->bytes_in);
    km_json_member_int(w, "bytes_out", (int64_t)s->bytes_out);
    km_json_object_end(w);
}

static void write_streams(struct km_json *w, const struct km_streams_status *s)
{
    km_json_member_object(w, "streams");
    km_json_member_int(w, "open", s->open);
    km_json_member_int(w, "opened", (int64_t)s->opened);
    km_json_member_int(w, "refused", (int64_t)s->refused);
    km_json_member_int(w, "ticks", (int64_t)s->ticks);
    km_json_member_int(w, "answers", (int64_t)s->answers);
    km_json_member_int(w, "skipped", (int64_t)s->skipped);
    km_json_member_int(w, "held_bytes", (int64_t)s->held);
    km_json_object_end(w);
}

/* Only with --data-dir: without it there is no such object. */
static void write_data_dir(struct km_json *w, struct km_durability *durability)
{
    struct km_durability_status s;

    if (!durability)
        return;
    km_durability_get_status(durability, &s);
    km_json_member_object(w, "data_dir");
    km_json_member(w, "path", s.dir);
    km_json_member(w, "fsync", s.always ? "always" : "interval");
    if (s.error < 0)
        km_json_member(w, "error", strerror(-s.error));
    km_json_member_int(w, "errors", (int64_t)s.errors);
    km_json_member_int(w, "bytes", (int64_t)s.bytes);
    km_json_member_int(w, "journal_bytes", (int64_t)s.journal_bytes);
    km_json_member_int(w, "history_bytes", (int64_t)s.history_bytes);
    km_json_member_int(w, "history_files", s.history_files);
    km_json_member_int(w, "open_bytes", (int64_t)s.open_bytes);
    km_json_member_int(w, "journal_written", (int64_t)s.written);
    km_json_member_int(w, "checkpoints", (int64_t)s.checkpoints);
    if (s.checkpoint_ms)
        km_json_member_time(w, "last_checkpoint", s.checkpoint_ms);
    if (s.fsync_ms)
        km_json_member_time(w, "last_fsync", s.fsync_ms);
    km_json_member_int(w, "recovery_ms", s.recovery_ms);
    km_json_member_int(w, "recovered_rows", (int64_t)s.recovered_rows);
    km_json_member_int(w, "damaged_files", s.damaged_files);
    km_json_member_int(w, "missing_files", s.missing_files);
    km_json_object_end(w);
}

void km_get_status(struct km_call *call)
{
    const struct km_api *api = km_call_api(call);
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_store_status store;
    struct km_http_status http;
    struct km_streams_status streams;

    km_streams_get_status(api->streams, &streams);
    km_store_get_status(api->store, &store);
    km_http_server_get_status(api->server, &http);
    km_json_object(&w);
    km_json_member(&w, "version", api->version);
    km_json_member_time(&w, "started", api->started_ms);
    km_json_member_int(&w, "interval_ms", api->interval_ms);
    km_json_member_int(&w, "retention_seconds", api->retention_ms / 1000);
    write_store(&w, &store);
    write_data_dir(&w, api->durability);
    write_http(&w, &http);
    km_gate_write_status(api->gate, &w);
    if (api->catch_up->watch)
        km_cluster_watch_write_status(api->catch_up->watch, &w);
    write_streams(&w, &streams);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}

/* The store's lock is taken for its figures: where that hangs, the probe's own time limit says so.
 */
static void answer_health(struct km_call *call, bool ready)
{
    const struct km_api *api = km_call_api(call);
    struct km_buf body = KM_BUF_INIT;
    struct km_store_status store;
    struct km_health health = {.stopping = km_http_server_is_stopping(api->server),
                               .now_ms = km_time_now_ms()};
    bool passed;

    km_store_get_status(api->store, &store);
    health.memory_used = store.memory_used;
    health.memory_limit = store.memory_limit;
    health.caught_up = km_catch_up_is_done(api->catch_up, health.now_ms);
    passed = km_health_write(&body, &health, ready, km_call_text(call, "verbose") != NULL);
    km_answer_text(call, passed ? 200 : 503, "text/plain; charset=utf-8", &body);
}

void km_get_livez(struct km_call *call)
{
    answer_health(call, false);
}

void km_get_readyz(struct km_call *call)
{
    answer_health(call, true);
}

static void answer_file(struct km_call *call, const char *name)
{
    for (const struct km_web_file *f = km_web_files; f->name; f++) {
        if (strcmp(f->name, name) == 0) {
            km_answer_file(call, f);
            return;
        }
    }
    km_answer_problem(call, 404, 0, "there is no such file");
}

void km_get_page(struct km_call *call)
{
    answer_file(call, "index.html");
}

void km_get_docs(struct km_call *call)
{
    answer_file(call, "docs.html");
}

void km_get_web_file(struct km_call *call)
{
    answer_file(call, km_call_path(call, "file"));
}
