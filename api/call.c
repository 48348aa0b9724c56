/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "json_write.h"
#include "text.h"

const struct km_api *km_call_api(const struct km_call *call)
{
    return call->api;
}

static const char *find(const struct km_call *call, const char *name, bool in_path)
{
    size_t len = strlen(name);

    for (unsigned i = 0; i < call->n_params; i++) {
        const struct km_call_param *p = &call->params[i];

        if (p->in_path == in_path && p->name_len == len && memcmp(p->name, name, len) == 0)
            return p->value;
    }
    return NULL;
}

const char *km_call_path(const struct km_call *call, const char *name)
{
    const char *value = find(call, name, true);

    return value ? value : "";
}

const char *km_call_text(const struct km_call *call, const char *name)
{
    return find(call, name, false);
}

const char *km_call_nth(const struct km_call *call, const char *name, unsigned place)
{
    for (unsigned i = 0; i < call->n_params; i++) {
        const struct km_call_param *p = &call->params[i];

        if (!p->in_path && strcmp(p->name, name) == 0 && place-- == 0)
            return p->value;
    }
    return NULL;
}

const char *km_call_accept(const struct km_call *call)
{
    return call->accept ? call->accept : "*/*";
}

int64_t km_call_last_event_id(const struct km_call *call)
{
    const char *text = call->last_event_id;
    size_t len = text ? strlen(text) : 0;

    /* At most 18 digits: what is longer would overflow, and is no id of ours. */
    return len > 0 && len <= 18 && strspn(text, "0123456789") == len ? strtoll(text, NULL, 10) : 0;
}

int64_t km_call_int(const struct km_call *call, const char *name, int64_t missing)
{
    const char *value = find(call, name, false);

    return value ? strtoll(value, NULL, 10) : missing;
}

int km_call_choice(const struct km_call *call, const char *name, int missing)
{
    const char *value = find(call, name, false);
    const struct km_param *p = call->route->params;
    const char *word;

    if (!value)
        return missing;
    while (strcmp(p->name, name) != 0)
        p++;
    word = p->choices;
    for (int place = 0; *word; place++) {
        size_t len = strcspn(word, "|");

        if (strlen(value) == len && memcmp(word, value, len) == 0)
            return place;
        word += len + (word[len] == '|');
    }
    return missing;
}

const char *km_call_poster(const struct km_call *call)
{
    return call->poster;
}

const char *km_call_client(const struct km_call *call)
{
    return call->client;
}

const char *km_call_body(const struct km_call *call, size_t *ret_len)
{
    *ret_len = call->body.len;
    return call->body.data ? call->body.data : "";
}

void km_answer_text(struct km_call *call, int status, const char *content_type, struct km_buf *body)
{
    if (body->failed) {
        km_buf_done(body);
        km_answer_no_memory(call);
        return;
    }
    km_buf_done(&call->answer);
    call->answer = *body;
    *body = KM_BUF_INIT;
    call->status = status;
    call->content_type = content_type;
}

void km_answer_json(struct km_call *call, struct km_buf *body)
{
    km_answer_text(call, 200, "application/json", body);
}

void km_answer_file(struct km_call *call, const struct km_web_file *file)
{
    call->status = 200;
    call->content_type = file->content_type;
    call->file = file;
}

void km_answer_redirect(struct km_call *call, const char *location)
{
    call->status = 307;
    call->location = location;
}

void km_answer_stream(struct km_call *call, int (*next)(void *state, struct km_buf *out),
                      void (*done)(void *state), void *state)
{
    call->status = 200;
    call->content_type = "application/json";
    call->next = next;
    call->done = done;
    call->state = state;
}

void km_answer_events(struct km_call *call, struct km_stream *stream)
{
    call->status = 200;
    call->content_type = "text/event-stream";
    call->stream = stream;
}

void km_problem_fault(struct km_call *call, const char *pointer, const char *parameter,
                      const char *format, ...)
{
    struct km_call_fault *fault;
    va_list args;

    if (!call->faults)
        call->faults = calloc(KM_CALL_FAULTS, sizeof(*call->faults));
    if (call->n_faults++ >= KM_CALL_FAULTS || !call->faults)
        return;
    fault = &call->faults[call->n_faults - 1];
    snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer ? pointer : "");
    snprintf(fault->parameter, sizeof(fault->parameter), "%s", parameter ? parameter : "");
    va_start(args, format);
    vsnprintf(fault->detail, sizeof(fault->detail), format, args);
    va_end(args);
    km_text_trim(fault->pointer);
    km_text_trim(fault->parameter);
    km_text_trim(fault->detail);
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},       {401, "Unauthorized"},           {403, "Forbidden"},
        {404, "Not Found"},         {405, "Method Not Allowed"},     {409, "Conflict"},
        {413, "Content Too Large"}, {415, "Unsupported Media Type"}, {422, "Unprocessable Content"},
        {429, "Too Many Requests"}, {503, "Service Unavailable"}};

    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (titles[i].status == status)
            return titles[i].title;
    }
    return status < 500 ? "Client Error" : "Server Error";
}

void km_answer_problem(struct km_call *call, int status, int retry_after, const char *format, ...)
{
    struct km_json w = {.out = &call->answer};
    char detail[512];
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof(detail), format, args);
    va_end(args);
    km_text_trim(detail);
    if (call->manners) {
        call->retry_after = retry_after;
        call->manners->problem(call, status, detail);
        return;
    }
    km_buf_clear(&call->answer);
    km_json_object(&w);
    km_json_member(&w, "type", "about:blank");
    km_json_member(&w, "title", title_of(status));
    km_json_member_int(&w, "status", status);
    km_json_member(&w, "detail", detail);
    km_json_member(&w, "instance", call->path);
    if (call->faults) {
        km_json_member_array(&w, "errors");
        for (unsigned i = 0; i < call->n_faults && i < KM_CALL_FAULTS; i++) {
            km_json_object(&w);
            if (call->faults[i].parameter[0])
                km_json_member(&w, "parameter", call->faults[i].parameter);
            else
                km_json_member(&w, "pointer", call->faults[i].pointer);
            km_json_member(&w, "detail", call->faults[i].detail);
            km_json_object_end(&w);
        }
        km_json_array_end(&w);
        if (call->n_faults > KM_CALL_FAULTS) {
            km_json_member_int(&w, "errors_in_all", call->n_faults);
        }
    }
    km_json_object_end(&w);
    call->status = status;
    call->retry_after = retry_after;
    call->content_type = "application/problem+json";
}

void km_answer_refusal(struct km_call *call, const struct km_gate_answer *refusal, bool had_token)
{
    km_answer_problem(call, refusal->status, refusal->retry_after, "%s", refusal->detail);
    if (refusal->status == 401)
        call->authenticate = had_token ? "Bearer realm=\"kubemonitor\", error=\"invalid_token\""
                                       : "Bearer realm=\"kubemonitor\"";
}

void km_answer_no_memory(struct km_call *call)
{
    km_answer_problem(call, 503, 1, "memory ran out; try again");
}

void km_call_done(struct km_call *call)
{
    if (call->done)
        call->done(call->state);
    km_stream_close(call->stream);
    free(call->text);
    km_buf_done(&call->body);
    km_buf_done(&call->answer);
    free(call->faults);
    *call = (struct km_call){0};
}
