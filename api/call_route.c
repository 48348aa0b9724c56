/* SPDX-License-Identifier: Apache-2.0 */
/* From a request's target to a route with checked parameters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "text.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent-decoding in place; '+' is a space in a query. False for "%", "%0g" and "%00". */
static bool decode(char *text, bool query)
{
    char *to = text;

    for (const char *p = text; *p; p++) {
        if (*p == '+' && query) {
            *to++ = ' ';
        } else if (*p == '%') {
            int high = hex(p[1]), low = high < 0 ? -1 : hex(p[2]);

            if (low < 0 || (high == 0 && low == 0))
                return false;
            *to++ = (char)(high * 16 + low);
            p += 2;
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return true;
}

/* "/api/nodes/{node}" against "/api/nodes/a": fills path parameters, still encoded. */
static bool match(struct km_call *call, const char *pattern, char *path)
{
    unsigned n = 0;

    while (*pattern == '/' && *path == '/') {
        size_t want = strcspn(++pattern, "/"), have = strcspn(++path, "/");

        if (*pattern == '{') {
            if (have == 0 || n == KM_CALL_PARAMS)
                return false;
            call->params[n++] = (struct km_call_param){pattern + 1, want - 2, path, true};
        } else if (want != have || memcmp(pattern, path, want) != 0) {
            return false;
        }
        pattern += want;
        path += have;
    }
    call->n_params = n;
    return !*pattern && !*path;
}

/* Ends the path parameters' texts (they stood in the path) and decodes them. */
static void finish_path(struct km_call *call)
{
    for (unsigned i = 0; i < call->n_params; i++) {
        char name[64];
        struct km_call_param *p = &call->params[i];
        size_t len = p->name_len < sizeof(name) - 1 ? p->name_len : sizeof(name) - 1;

        p->value[strcspn(p->value, "/")] = '\0';
        memcpy(name, p->name, len);
        name[len] = '\0';
        if (!decode(p->value, false) || strlen(p->value) > 253 ||
            !km_text_is_utf8(p->value, strlen(p->value)) || strchr(p->value, '/')) {
            p->value[0] = '\0';
            km_problem_fault(
                call, NULL, name,
                "must be a name of 1 to 253 bytes of UTF-8 without '/' and zero bytes");
        }
    }
}

static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);

    while (*choices) {
        size_t end = strcspn(choices, "|");

        if (end == len && memcmp(choices, value, len) == 0)
            return true;
        choices += end + (choices[end] == '|');
    }
    return false;
}

static void check_value(struct km_call *call, const struct km_param *p, const char *value)
{
    char *end;
    long long number;

    switch (p->type) {
    case KM_PARAM_INT:
        errno = 0;
        number = strtoll(value, &end, 10);
        if (errno || end == value || *end || value[strspn(value, "-0123456789")] ||
            number < p->min || number > p->max)
            km_problem_fault(call, NULL, p->name, "must be a whole number from %lld to %lld",
                             (long long)p->min, (long long)p->max);
        break;
    case KM_PARAM_CHOICE:
        if (!is_choice(p->choices, value))
            km_problem_fault(call, NULL, p->name, "must be one of %s", p->choices);
        break;
    case KM_PARAM_TEXT:
        if (strlen(value) > (size_t)p->max || !km_text_is_utf8(value, strlen(value)))
            km_problem_fault(call, NULL, p->name, "must be at most %lld bytes of UTF-8",
                             (long long)p->max);
        break;
    case KM_PARAM_STRING:
        if (!*value || strlen(value) > 1024 || !km_text_is_utf8(value, strlen(value)))
            km_problem_fault(call, NULL, p->name, "must be 1 to 1024 bytes of UTF-8");
        break;
    }
}

static void add_query_parameter(struct km_call *call, char *name, char *value)
{
    const struct km_param *p = call->route->params;

    if (!decode(name, true) || !decode(value, true)) {
        km_problem_fault(call, NULL, "query", "has a '%%' that no two hex digits follow, or %%00");
        return;
    }
    while (p && p->name && strcmp(p->name, name) != 0)
        p++;
    if (!p || !p->name) {
        bool utf8 = km_text_is_utf8(name, strlen(name));

        if (call->manners && call->manners->lenient)
            return;
        km_problem_fault(call, NULL, utf8 ? name : "query", "is not a parameter of this path");
        return;
    }
    if (p->type == KM_PARAM_STRING && p->max > 1) {
        if (km_call_nth(call, p->name, (unsigned)p->max - 1)) {
            km_problem_fault(call, NULL, p->name, "stands here more than %lld times",
                             (long long)p->max);
            return;
        }
    } else if (km_call_text(call, p->name)) {
        if (call->manners && call->manners->lenient)
            return;
        km_problem_fault(call, NULL, p->name, "stands here twice");
        return;
    }
    check_value(call, p, value);
    if (call->n_params < KM_CALL_PARAMS)
        call->params[call->n_params++] =
            (struct km_call_param){p->name, strlen(p->name), value, false};
}

static void read_query(struct km_call *call, char *query)
{
    while (query && *query) {
        char *next = strchr(query, '&'), *value;

        if (next)
            *next++ = '\0';
        value = strchr(query, '=');
        if (value)
            *value++ = '\0';
        if (*query)
            add_query_parameter(call, query, value ? value : query + strlen(query));
        query = next;
    }
}

static bool method_fits(const char *route, const char *method)
{
    return strcmp(route, method) == 0 || (strcmp(route, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

int km_call_route(struct km_call *call, const struct km_route *routes, const char *method,
                  const char *target)
{
    size_t path_len = strcspn(target, "?"), len = strlen(target);
    const struct km_route *found = NULL;
    char *query, *path;
    unsigned takes = 0; /* 1: GET, 2: POST */

    call->text = malloc(2 * len + 3);
    if (!call->text)
        return -ENOMEM;
    /* Twice: one copy is cut up and decoded, one is said back in problems. */
    path = memcpy(call->text, target, len + 1);
    query = path[path_len] ? path + path_len + 1 : NULL;
    path[path_len] = '\0';
    call->path = memcpy(call->text + len + 1, path, path_len + 1);
    if (!km_text_is_utf8(call->path, path_len))
        call->path = "/";
    for (const struct km_route *r = routes; r->method && !found; r++) {
        if (!match(call, r->path, path))
            continue;
        if (method_fits(r->method, method))
            found = r;
        else
            takes |= strcmp(r->method, "POST") == 0 ? 2 : 1;
    }
    if (!found && takes) {
        static const char *const allow[] = {NULL, "GET, HEAD, OPTIONS", "POST, OPTIONS",
                                            "GET, HEAD, POST, OPTIONS"};

        call->n_params = 0;
        call->allow = allow[takes];
        if (strcmp(method, "OPTIONS") == 0)
            call->status = 204;
        else
            km_answer_problem(call, 405, 0, "this path takes %s only", call->allow);
        return 0;
    }
    if (!found) {
        call->n_params = 0;
        km_answer_problem(call, 404, 0, "there is no such path; /docs lists those there are");
        return 0;
    }
    call->route = found;
    finish_path(call);
    read_query(call, query);
    if (call->n_faults && !call->faults)
        return -ENOMEM;
    if (call->n_faults)
        km_answer_problem(call, 422, 0, "%s: %s", call->faults[0].parameter,
                          call->faults[0].detail);
    return 0;
}
