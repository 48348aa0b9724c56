/* SPDX-License-Identifier: Apache-2.0 */
/* What /api/status answers, as JSON Schema. */
#include <stddef.h>
#include <string.h>

#include "gate_reason.h"
#include "openapi_inside.h"

/* Members that are whole numbers of the server itself: "name", what it is. */
struct figure {
    const char *name, *help;
};

static void object_begin(struct km_json *w, const char *name, const char *help)
{
    km_json_member_object(w, name);
    km_json_member(w, "type", "object");
    km_json_member(w, "description", help);
    km_json_member_object(w, "properties");
}

static void object_end(struct km_json *w)
{
    km_json_object_end(w);
    km_json_object_end(w);
}

static void members(struct km_json *w, const struct figure *figure)
{
    for (; figure->name; figure++) {
        km_json_member_object(w, figure->name);
        km_json_member(w, "type", "integer");
        km_json_member(w, "description", figure->help);
        km_openapi_json(w, "examples", "[12]");
        km_json_object_end(w);
    }
}

static void figures(struct km_json *w, const char *name, const char *help,
                    const struct figure *figure)
{
    object_begin(w, name, help);
    members(w, figure);
    if (strcmp(name, "store") == 0) {
        km_openapi_property(w, "oldest", "string", "date-time",
                            "the oldest reading: how far history reaches");
        km_openapi_property(w, "newest", "string", "date-time", "the newest reading");
    }
    object_end(w);
}

/* The gate's: its reasons are a table of their own. */
static void access_property(struct km_json *w)
{
    static const struct figure figure[] = {
        {"granted", "requests let in since the start"},
        {"reviews", "tokens that the Kubernetes API was asked about"},
        {"reviews_failed", "of them without an answer"},
        {"cached", "answers about tokens held now"},
        {NULL, NULL}};
    struct figure refused[KM_GATE_REASONS] = {0};

    for (int i = KM_GATE_GRANTED + 1; i < KM_GATE_REASONS; i++)
        refused[i - 1] = (struct figure){km_gate_reasons[i].word, km_gate_reasons[i].detail};
    object_begin(w, "access", "who may post and read, and what was refused");
    km_openapi_property(w, "ingest", "string", NULL, "--ingest-auth, or what auto stands for");
    km_openapi_property(w, "read", "string", NULL, "--read-auth, or what auto stands for");
    members(w, figure);
    object_begin(w, "refused", "requests refused since the start, by reason");
    members(w, refused);
    object_end(w);
    object_end(w);
}

static void data_dir_property(struct km_json *w)
{
    static const struct figure figure[] = {
        {"errors", "how often it could not be written"},
        {"bytes", "bytes of all files"},
        {"journal_bytes", "of what came in since the last checkpoint"},
        {"history_bytes", "of sealed blocks"},
        {"history_files", "files of them"},
        {"open_bytes", "of the last checkpoint's open blocks"},
        {"journal_written", "bytes of readings written since the start"},
        {"checkpoints", "checkpoints since the start"},
        {"recovery_ms", "how long the start took to read the folder"},
        {"recovered_rows", "readings that it found"},
        {"damaged_files", "files of which the start left something out"},
        {"missing_files", "history files that the start missed"},
        {NULL, NULL}};

    object_begin(w, "data_dir", "--data-dir; absent without it");
    km_openapi_property(w, "path", "string", NULL, "the folder");
    km_openapi_property(w, "fsync", "string", NULL, "--fsync");
    km_openapi_property(w, "error", "string", NULL,
                        "why readings are refused with 503; absent while it is written");
    km_openapi_property(w, "last_checkpoint", "string", "date-time", "since the start");
    km_openapi_property(w, "last_fsync", "string", "date-time",
                        "when the disk last had everything that was acknowledged");
    members(w, figure);
    object_end(w);
}

void km_openapi_status(struct km_json *w)
{
    static const struct figure store[] = {{"nodes", "nodes with history"},
                                          {"pods", "pods with history, gone ones included"},
                                          {"containers", "containers with history"},
                                          {"rows", "readings of one entity held"},
                                          {"samples", "numbers held"},
                                          {"rows_appended", "readings taken since the start"},
                                          {"rows_duplicate", "readings that were there already"},
                                          {"rows_late", "readings that came after newer ones"},
                                          {"rows_evicted", "readings dropped for want of memory"},
                                          {"rows_expired", "readings dropped for their age"},
                                          {"memory_used", "bytes"},
                                          {"memory_limit", "bytes: --memory-limit"},
                                          {NULL, NULL}};
    static const struct figure http[] = {{"requests", "requests since the start"},
                                         {"errors_4xx", "of them answered 400 to 499"},
                                         {"errors_5xx", "of them answered 500 to 599"},
                                         {"connections", "open now"},
                                         {"connections_refused", "more than --max-connections"},
                                         {"connections_timed_out", "cut off by a time limit"},
                                         {"bytes_in", "bytes of bodies taken"},
                                         {"bytes_out", "bytes of answers"},
                                         {NULL, NULL}};
    static const struct figure streams[] = {
        {"open", "open now"},
        {"opened", "since the start"},
        {"refused", "more than --max-streams"},
        {"ticks", "ticks made, of all streams"},
        {"answers", "questions asked for them: one for all who watch the same"},
        {"skipped", "ticks left out for want of memory"},
        {"held_bytes", "bytes that clients have not taken yet"},
        {NULL, NULL}};

    static const struct figure cluster[] = {
        {"replicasets", "ReplicaSets"}, {"jobs", "Jobs"}, {"nodes", "nodes"}, {NULL, NULL}};

    object_begin(w, "Status", "the server's own figures");
    km_openapi_property(w, "version", "string", NULL, "of the server");
    km_openapi_property(w, "started", "string", "date-time", "when it started");
    km_openapi_property(w, "interval_ms", "integer", NULL, "the interval it expects");
    km_openapi_property(w, "retention_seconds", "integer", NULL, "how long history is kept");
    figures(w, "store", "entities, readings and memory held", store);
    figures(w, "http", "requests and connections", http);
    figures(w, "streams", "clients of /api/stream", streams);
    data_dir_property(w);
    access_property(w);
    figures(w, "cluster", "objects known from the Kubernetes API; absent outside a cluster",
            cluster);
    object_end(w);
}
