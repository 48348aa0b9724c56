/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_OPENAPI_INSIDE_H
#define KM_API_OPENAPI_INSIDE_H

/* The parts of the OpenAPI document; openapi.c puts them together. */

#include "json_write.h"
#include "route.h"

/* "paths": every route that is not internal (openapi_paths.c). */
void km_openapi_paths(struct km_json *w);

/* "schemas": what routes take and answer, by the names in the route table (openapi_schemas.c). */
void km_openapi_schemas(struct km_json *w);

/* The schema "Status" (openapi_status.c). */
void km_openapi_status(struct km_json *w);

/* "responses" of one route, and those that several share (openapi_answers.c). */
void km_openapi_answers(struct km_json *w, const struct km_route *route);
void km_openapi_problems(struct km_json *w);

/* A member whose value is JSON already; nothing where json is NULL (openapi_metrics.c). */
void km_openapi_json(struct km_json *w, const char *key, const char *json);

/* The groups and cpu_usage as properties of the object being written (openapi_metrics.c). */
enum km_openapi_use {
    KM_OPENAPI_READING, /* what a client sends: values only */
    KM_OPENAPI_ANSWER,  /* values and rates */
    KM_OPENAPI_SUM,     /* gauges and rates, as numbers */
    KM_OPENAPI_ROW,     /* of a window: values and rates, as numbers, for they may be averages */
};
void km_openapi_metrics(struct km_json *w, unsigned scope, enum km_openapi_use use);

/* "name": {"type": …, "format": …, "description": …}; format may be NULL (openapi_metrics.c). */
void km_openapi_property(struct km_json *w, const char *name, const char *type, const char *format,
                         const char *description);

/* "$ref": "#/components/schemas/<name>" (openapi_metrics.c). */
void km_openapi_ref(struct km_json *w, const char *name);

#endif
