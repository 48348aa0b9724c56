/* SPDX-License-Identifier: Apache-2.0 */
/* What operations answer: their 200, and the problems, each with what a server really said. */
#include <stdio.h>

#include "openapi_examples.h"
#include "openapi_inside.h"

static const struct problem {
    int status;
    const char *name, *when;
} problems[] = {
    {400, "BadRequest", "The body is not JSON, or where it ends cannot be told."},
    {401, "Unauthorized", "A token is missing or not known (--ingest-auth, --read-auth)."},
    {403, "Forbidden", "The token does not allow this."},
    {404, "NotFound", "What the path names is not there."},
    {409, "Conflict", "Several namespaces have a pod of this name."},
    {413, "TooLarge", "The body has more bytes than --max-body, before or after gzip."},
    {415, "UnsupportedMediaType",
     "The body is not said to be JSON, or is packed as nothing known."},
    {422, "Unprocessable", "Parameters or body break the model; every fault is listed."},
    {503, "Unavailable", "Memory, entities or streams have run out: try again after Retry-After."},
};

#define N_PROBLEMS (sizeof(problems) / sizeof(problems[0]))

/* Which problems a route may answer. */
static bool may_answer(const struct km_route *route, int status)
{
    bool ingest = route->flags & KM_ROUTE_INGEST;

    switch (status) {
    case 400:
    case 413:
    case 415:
        return ingest;
    case 404:
        return route->windowed || route->flags & KM_ROUTE_NAMED;
    case 409:
        return route->flags & KM_ROUTE_AMBIGUOUS;
    case 422:
        return true;
    default: /* who may ask, and what runs out */
        return route->answer || route->flags & KM_ROUTE_EVENTS;
    }
}

/* "examples": {…}: those recorded under these names; nothing where none is. */
static void examples(struct km_json *w, const char *operation, const char *const *what)
{
    bool open = false;

    for (; *what; what++) {
        const char *json = km_openapi_recorded_of(operation, *what);

        if (!json)
            continue;
        if (!open)
            km_json_member_object(w, "examples");
        open = true;
        km_json_member_object(w, *what);
        km_openapi_json(w, "value", json);
        km_json_object_end(w);
    }
    if (open)
        km_json_object_end(w);
}

static void text_schema(struct km_json *w)
{
    km_json_member_object(w, "schema");
    km_json_member(w, "type", "string");
    km_json_object_end(w);
}

/* Now, or with window: rows or columns, or CSV. */
static void windowed(struct km_json *w, const struct km_route *route)
{
    const char *const either[] = {route->answer, route->windowed};

    km_json_member_object(w, "application/json");
    km_json_member_object(w, "schema");
    km_json_member_array(w, "anyOf");
    for (int i = 0; i < 2; i++) {
        km_json_object(w);
        km_openapi_ref(w, either[i]);
        km_json_object_end(w);
    }
    km_json_array_end(w);
    km_json_object_end(w);
    examples(w, route->operation, (const char *const[]){"now", "window", "columns", NULL});
    km_json_object_end(w);
    km_json_member_object(w, "text/csv");
    text_schema(w);
    examples(w, route->operation, (const char *const[]){"csv", NULL});
    km_json_object_end(w);
}

static void content(struct km_json *w, const struct km_route *route)
{
    km_json_member_object(w, "content");
    if (route->windowed) {
        windowed(w, route);
    } else {
        km_json_member_object(w, route->answer                    ? "application/json"
                                 : route->flags & KM_ROUTE_EVENTS ? "text/event-stream"
                                                                  : "text/plain");
        if (route->answer) {
            km_json_member_object(w, "schema");
            km_openapi_ref(w, route->answer);
            km_json_object_end(w);
        } else {
            text_schema(w);
        }
        examples(w, route->operation, (const char *const[]){"now", NULL});
        km_json_object_end(w);
    }
    km_json_object_end(w);
}

void km_openapi_answers(struct km_json *w, const struct km_route *route)
{
    km_json_member_object(w, "responses");
    km_json_member_object(w, "200");
    km_json_member(w, "description",
                   route->windowed ? "What is now, or with `window` its history." : "The answer.");
    content(w, route);
    km_json_object_end(w);
    for (size_t i = 0; i < N_PROBLEMS; i++) {
        char text[64];

        if (!may_answer(route, problems[i].status))
            continue;
        snprintf(text, sizeof(text), "%d", problems[i].status);
        km_json_member_object(w, text);
        snprintf(text, sizeof(text), "#/components/responses/%s", problems[i].name);
        km_json_member(w, "$ref", text);
        km_json_object_end(w);
    }
    km_json_object_end(w);
}

static void retry_after(struct km_json *w)
{
    km_json_member_object(w, "headers");
    km_json_member_object(w, "Retry-After");
    km_json_member(w, "description", "Seconds to wait.");
    km_json_member_object(w, "schema");
    km_json_member(w, "type", "integer");
    km_openapi_json(w, "examples", "[5]");
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
}

void km_openapi_problems(struct km_json *w)
{
    km_json_member_object(w, "responses");
    for (size_t i = 0; i < N_PROBLEMS; i++) {
        char status[16];

        snprintf(status, sizeof(status), "%d", problems[i].status);
        km_json_member_object(w, problems[i].name);
        km_json_member(w, "description", problems[i].when);
        if (problems[i].status == 503)
            retry_after(w);
        km_json_member_object(w, "content");
        km_json_member_object(w, "application/problem+json");
        km_json_member_object(w, "schema");
        km_openapi_ref(w, "Problem");
        km_json_object_end(w);
        examples(w, "problem", (const char *const[]){status, NULL});
        km_json_object_end(w);
        km_json_object_end(w);
        km_json_object_end(w);
    }
    km_json_object_end(w);
}
