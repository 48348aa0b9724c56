/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream sends for one watched path: the route's own answer, as an event. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "json_write.h"
#include "stream_inside.h"
#include "time_format.h"

#define AGAIN 3 /* steps sent once more: late readings may still change them */

const char *km_stream_check(const struct km_route *routes, const char *path, char *text,
                            size_t size)
{
    struct km_call call = {0};
    const char *found = NULL;

    if (strncmp(path, "/api/", 5) != 0) {
        snprintf(text, size, "must begin with /api/");
        return text;
    }
    if (km_call_route(&call, routes, "GET", path) < 0) {
        snprintf(text, size, "memory ran out");
        found = text;
    } else if (call.n_faults) {
        snprintf(text, size, "%s: %s", call.faults[0].parameter, call.faults[0].detail);
        found = text;
    } else if (!call.route || !call.route->answer) {
        snprintf(text, size, "is no path that answers GET with JSON");
        found = text;
    } else if (km_call_text(&call, "format") && strcmp(km_call_text(&call, "format"), "csv") == 0) {
        snprintf(text, size, "format: a stream has JSON only");
        found = text;
    }
    km_call_done(&call);
    return found;
}

/* Leaves of a window only what is new since the tick before: rows from there on, and AGAIN steps.
 */
static void narrow(struct km_call *call, int64_t since_ms, int64_t now_ms, char text[24])
{
    int64_t window = km_call_int(call, "window", 0), step = km_call_int(call, "step", 0);
    int64_t interval = (km_call_api(call)->interval_ms + 999) / 1000;
    int64_t wanted = (now_ms - since_ms + 999) / 1000 + AGAIN * (step > interval ? step : interval);

    if (since_ms <= 0 || since_ms > now_ms || wanted >= window)
        return;
    snprintf(text, 24, "%lld", (long long)wanted);
    for (unsigned i = 0; i < call->n_params; i++) {
        if (!call->params[i].in_path && strcmp(call->params[i].name, "window") == 0)
            call->params[i].value = text;
    }
}

/* A long answer in pieces becomes one, unless it grows too large. */
static void gather(struct km_call *call)
{
    int r = 1;

    while (r > 0 && call->answer.len <= KM_STREAM_TICK)
        r = call->next(call->state, &call->answer);
    if (r < 0)
        km_answer_problem(call, 500, 0, "the answer broke off");
}

void km_stream_ask(const struct km_streams_config *config, const char *path, int64_t since_ms,
                   int64_t now_ms, struct km_stream_answer *ret_answer)
{
    struct km_call call = {.api = config->api};
    char window[24];

    if (km_call_route(&call, config->routes, "GET", path) < 0)
        km_answer_no_memory(&call);
    if (call.status == 0) {
        narrow(&call, since_ms, now_ms, window);
        call.route->handler(&call);
    }
    if (call.next)
        gather(&call);
    if (call.answer.failed)
        km_answer_no_memory(&call);
    else if (call.answer.len > KM_STREAM_TICK)
        km_answer_problem(&call, 413, 0,
                          "the answer has more than %d bytes: ask for pages with limit",
                          KM_STREAM_TICK);
    *ret_answer = (struct km_stream_answer){.status = call.status, .body = call.answer};
    call.answer = KM_BUF_INIT;
    km_call_done(&call);
}

void km_stream_write_answer(struct km_buf *out, const char *path,
                            const struct km_stream_answer *answer)
{
    struct km_json w = {.out = out};

    /* JSON as it is written here has no line ends, which would end the event's data. */
    km_buf_puts(out, "event: answer\ndata: ");
    km_json_object(&w);
    km_json_member(&w, "watch", path);
    km_json_member_int(&w, "status", answer->status);
    km_json_key(&w, "answer");
    km_buf_append(out, answer->body.data, answer->body.len);
    km_buf_puts(out, "}\n\n");
}

void km_stream_write_tick(struct km_buf *out, int64_t now_ms)
{
    char text[KM_TIME_TEXT];

    km_time_format(now_ms, text);
    km_buf_printf(out, "id: %lld\nevent: tick\ndata: {\"time\":\"%s\"}\n\n", (long long)now_ms,
                  text);
}
