/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_CALL_H
#define KM_API_CALL_H

#include <stdbool.h>

#include "route.h"
#include "stream.h"
#include "web_file.h"

/* One request and its answer, between the HTTP server and the handlers. Knows no HTTP library. */

#define KM_CALL_PARAMS 24 /* path and query parameters of one request */
#define KM_CALL_FAULTS 16

struct km_call_param {
    const char *name; /* the route's; of a path parameter not zero-terminated: name_len counts */
    size_t name_len;
    char *value; /* decoded, in call->text */
    bool in_path;
};

/* How a server that is not ours to shape answers what is wrong. */
struct km_manners {
    bool lenient; /* unknown and repeated query parameters are passed over */
    /* Answers with a problem, in the place of km_answer_problem(). */
    void (*problem)(struct km_call *call, int status, const char *detail);
};

struct km_call_fault {
    char pointer[256], parameter[64], detail[256];
};

struct km_call {
    const struct km_api *api;
    const struct km_route *route; /* NULL until one is found */
    char *text;                   /* the decoded target: path and parameters point into it */
    const char *path;             /* as it came, for "instance" */
    struct km_call_param params[KM_CALL_PARAMS];
    unsigned n_params;
    struct km_buf body;
    char client[64];  /* the sender's address */
    char poster[254]; /* whose data he may post; "": any node's */

    int status; /* 0 until answered */
    int retry_after;
    const char *content_type;
    const char *allow;        /* for 405 */
    const char *authenticate; /* for 401 */
    const char *location;     /* for redirects */
    struct km_buf answer;     /* or, where set: */
    const struct km_web_file *file;
    int (*next)(void *state, struct km_buf *out);
    void (*done)(void *state);
    void *state;
    struct km_stream *stream;  /* answered with events, where set */
    const char *last_event_id; /* the header, or NULL */
    const char *accept;        /* the header, or NULL */
    const struct km_manners *manners; /* NULL: those of this file */

    struct km_call_fault *faults; /* KM_CALL_FAULTS of them where there is one */
    unsigned n_faults;
};

/*
 * Finds the route of a method and a raw request target ("/api/pods/a%20b?window=60"), decodes and
 * checks its parameters. Where something is wrong the call is answered with a problem (400, 404,
 * 405, 422) and call->route may be NULL. Returns 0, or -ENOMEM.
 */
int km_call_route(struct km_call *call, const struct km_route *routes, const char *method,
                  const char *target);

/* Frees what the call holds; a stream's done() is called if it was not. */
void km_call_done(struct km_call *call);

#endif
