/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_ROUTE_H
#define KM_API_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/*
 * Routes: one table says what can be asked, how its parameters are checked, who answers, and what
 * /openapi.json says about it. This header is all that a handler sees of HTTP.
 */

struct km_stream;
struct km_api; /* what handlers work on: store, configuration, start time (api.h) */
struct km_call;
struct km_web_file;

typedef void km_handler(struct km_call *call);

enum km_param_type {
    KM_PARAM_INT,    /* min..max */
    KM_PARAM_CHOICE, /* one of choices, "a|b|c" */
    KM_PARAM_TEXT,   /* 0..max bytes of UTF-8 */
    KM_PARAM_STRING, /* 1..1024 bytes of UTF-8; max above 1: may stand in a query so often */
};

/* A query parameter: checked before the handler is called; an unknown or double one is refused. */
struct km_param {
    const char *name;
    enum km_param_type type;
    int64_t min, max;
    const char *choices;
    const char *default_text; /* said in the document; a handler sees what is absent as absent */
    const char *help;
};

enum km_route_flags {
    KM_ROUTE_INGEST = 1,     /* takes a JSON body */
    KM_ROUTE_INTERNAL = 2,   /* not part of the document: /docs and its files, /; open to all */
    KM_ROUTE_EVENTS = 4,     /* answers with server-sent events */
    KM_ROUTE_OPEN = 8,       /* open to all, also where reading needs a token */
    KM_ROUTE_NAMED = 16,     /* 404 where what the path names is not there; with a window always */
    KM_ROUTE_AMBIGUOUS = 32, /* 409 where a name is not enough */
};

struct km_route {
    const char *method; /* "GET": HEAD is answered too; "POST" */
    const char *path;   /* "/api/nodes/{node}" */
    km_handler *handler;
    const struct km_param *params; /* query parameters, ends with a NULL name; NULL for none */
    const char *tag;               /* heading in the document */
    const char *operation;         /* operationId: "getNode" */
    const char *summary;           /* one line */
    const char *answer;   /* schema name of the 200 answer, "NodeMetrics" (openapi.c knows them) */
    const char *windowed; /* schema name of the answer with ?window, or NULL */
    const char *body;     /* schema name of the request, or NULL */
    unsigned flags;
};

/* The table, ended by a NULL method (routes.c). */
extern const struct km_route km_routes[];

/* --- what a handler asks of a call --------------------------------------------------------------
 */

const struct km_api *km_call_api(const struct km_call *call);

/* A path parameter by its name in the route: decoded, UTF-8, no '/' and no zero byte. Never NULL.
 */
const char *km_call_path(const struct km_call *call, const char *name);

/* A query parameter, already checked; NULL or missing where it is not in the request. */
const char *km_call_text(const struct km_call *call, const char *name);
int64_t km_call_int(const struct km_call *call, const char *name, int64_t missing);
/* Place of the word in choices. */
int km_call_choice(const struct km_call *call, const char *name, int missing);

/* The value of a parameter that may stand there several times, by its place; NULL behind the last.
 */
const char *km_call_nth(const struct km_call *call, const char *name, unsigned place);

/* The Last-Event-ID header as a number; 0 without one, or where it is none. */
int64_t km_call_last_event_id(const struct km_call *call);

/* The node whose data the sender may post, and no other; "" where any may be. */
const char *km_call_poster(const struct km_call *call);

/* The sender's address. */
const char *km_call_client(const struct km_call *call);

/* The Accept header; that of any type without one. */
const char *km_call_accept(const struct km_call *call);

/* The request's body, after gzip, within the body limit. */
const char *km_call_body(const struct km_call *call, size_t *ret_len);

/* --- how a handler answers: exactly one of these ------------------------------------------------
 */

/* 200 with a JSON body; the buffer's content is taken over and the buffer emptied. */
void km_answer_json(struct km_call *call, struct km_buf *body);

/* The same with a status and other content. */
void km_answer_text(struct km_call *call, int status, const char *content_type,
                    struct km_buf *body);

/* 200 with a file of the pages, or 304 where the client says that it has it. */
void km_answer_file(struct km_call *call, const struct km_web_file *file);

/* 3xx to a path of this server, relative to the request's so that prefixes of proxies stay. */
void km_answer_redirect(struct km_call *call, const char *location);

/*
 * 200 with a long JSON body in pieces: next() appends the next piece (some kB) to out and returns 1
 * while there is more, 0 at the end, negative errno to break the connection off. It is called from
 * one thread at a time, must not block, and should work for less than a millisecond: between two
 * calls others have their turn, also where nothing was appended. The call and its parameters live
 * as long as it is called. done(state) is called once in every case.
 */
void km_answer_stream(struct km_call *call, int (*next)(void *state, struct km_buf *out),
                      void (*done)(void *state), void *state);

/* 200 with server-sent events, for as long as client and stream live. Takes the stream. */
void km_answer_events(struct km_call *call, struct km_stream *stream);

/*
 * application/problem+json (RFC 9457) with a status of 4xx or 5xx and a sentence for the reader.
 * retry_after seconds are sent as a header where not 0.
 */
void km_answer_problem(struct km_call *call, int status, int retry_after, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The problem that a refusal of the gate is; had_token: another one is asked for (RFC 6750). */
struct km_gate_answer;
void km_answer_refusal(struct km_call *call, const struct km_gate_answer *refusal, bool had_token);

/* 503: memory ran out, nothing was done. */
void km_answer_no_memory(struct km_call *call);

/*
 * Adds one fault to the "errors" of a problem: pointer is a JSON Pointer (RFC 6901) into the body
 * ("/memory/used"), or NULL, then parameter is the query or path parameter's name. Call it before
 * km_answer_problem(); more than 16 are counted, not listed.
 */
void km_problem_fault(struct km_call *call, const char *pointer, const char *parameter,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
