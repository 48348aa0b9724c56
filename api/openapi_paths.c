/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of each path, from the route table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models.h"
#include "openapi_examples.h"
#include "openapi_inside.h"
#include "route.h"

static void schema_ref(struct km_json *w, const char *name)
{
    km_json_member_object(w, "schema");
    km_openapi_ref(w, name);
    km_json_object_end(w);
}

static void choices(struct km_json *w, const char *word)
{
    km_json_member_array(w, "enum");
    for (size_t len;; word += len + 1) {
        len = strcspn(word, "|");
        km_json_string_len(w, word, len);
        if (!word[len])
            break;
    }
    km_json_array_end(w);
}

static void query_schema(struct km_json *w, const struct km_param *p)
{
    bool many = p->type == KM_PARAM_STRING && p->max > 1;

    km_json_member_object(w, "schema");
    if (many) {
        km_json_member(w, "type", "array");
        km_json_member_int(w, "maxItems", p->max);
        km_json_member_object(w, "items");
    }
    km_json_member(w, "type", p->type == KM_PARAM_INT ? "integer" : "string");
    if (p->type == KM_PARAM_INT) {
        km_json_member_int(w, "minimum", p->min);
        km_json_member_int(w, "maximum", p->max);
    } else if (p->type == KM_PARAM_CHOICE) {
        choices(w, p->choices);
    } else if (p->type == KM_PARAM_TEXT) {
        km_json_member_int(w, "maxLength", p->max);
    } else {
        km_json_member_int(w, "minLength", 1);
        km_json_member_int(w, "maxLength", 1024);
    }
    if (many)
        km_json_object_end(w);
    else if (p->default_text && p->type == KM_PARAM_INT)
        km_json_member_int(w, "default", strtoll(p->default_text, NULL, 10));
    else
        km_json_member(w, "default", p->default_text);
    km_json_object_end(w);
}

static void parameters(struct km_json *w, const struct km_route *route)
{
    char name[64];

    km_json_member_array(w, "parameters");
    for (const char *p = strchr(route->path, '{'); p; p = strchr(p + 1, '{')) {
        km_json_object(w);
        km_json_key(w, "name");
        km_json_string_len(w, p + 1, strcspn(p, "}") - 1);
        km_json_member(w, "in", "path");
        km_json_key(w, "required");
        km_json_bool(w, true);
        km_json_member_object(w, "schema");
        km_json_member(w, "type", "string");
        km_json_member_int(w, "maxLength", KM_MODEL_NAME);
        km_json_object_end(w);
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(p + 1, "}"), p + 1);
        km_openapi_json(w, "example", km_openapi_example_of(name));
        km_json_object_end(w);
    }
    for (const struct km_param *p = route->params; p && p->name; p++) {
        km_json_object(w);
        km_json_member(w, "name", p->name);
        km_json_member(w, "in", "query");
        km_json_member(w, "description", p->help);
        query_schema(w, p);
        km_openapi_json(w, "example", km_openapi_example_of(p->name));
        km_json_object_end(w);
    }
    km_json_array_end(w);
}

static void request_example(struct km_json *w, const struct km_route *route)
{
    const char *json = km_openapi_recorded_of(route->operation, "body");

    if (json)
        km_openapi_json(w, "example", json);
}

/* A token, or none: what is wanted is the server's --ingest-auth and --read-auth. */
static void security(struct km_json *w, const struct km_route *route)
{
    if (route->flags & KM_ROUTE_OPEN)
        return;
    km_json_member_array(w, "security");
    km_json_object(w);
    km_json_member_array(w, route->flags & KM_ROUTE_INGEST ? "ingest" : "read");
    km_json_array_end(w);
    km_json_object_end(w);
    km_json_object(w);
    km_json_object_end(w);
    km_json_array_end(w);
}

static void operation(struct km_json *w, const struct km_route *route)
{
    km_json_member_object(w, strcmp(route->method, "POST") == 0 ? "post" : "get");
    km_json_member(w, "operationId", route->operation);
    km_json_member(w, "summary", route->summary);
    km_json_member_array(w, "tags");
    km_json_string(w, route->tag);
    km_json_array_end(w);
    parameters(w, route);
    if (route->body) {
        km_json_member_object(w, "requestBody");
        km_json_key(w, "required");
        km_json_bool(w, true);
        km_json_member_object(w, "content");
        km_json_member_object(w, "application/json");
        schema_ref(w, route->body);
        request_example(w, route);
        km_json_object_end(w);
        km_json_object_end(w);
        km_json_object_end(w);
    }
    security(w, route);
    km_openapi_answers(w, route);
    km_json_object_end(w);
}

static bool is_first_of_path(const struct km_route *route)
{
    for (const struct km_route *r = km_routes; r < route; r++) {
        if (strcmp(r->path, route->path) == 0)
            return false;
    }
    return true;
}

void km_openapi_paths(struct km_json *w)
{
    km_json_member_object(w, "paths");
    for (const struct km_route *route = km_routes; route->method; route++) {
        if (route->flags & KM_ROUTE_INTERNAL || !is_first_of_path(route))
            continue;
        km_json_member_object(w, route->path);
        for (const struct km_route *r = route; r->method; r++) {
            if (strcmp(r->path, route->path) == 0)
                operation(w, r);
        }
        km_json_object_end(w);
    }
    km_json_object_end(w);
}
