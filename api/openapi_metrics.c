/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics and other small members of a schema. */
#include <stdio.h>

#include "metric.h"
#include "openapi_examples.h"
#include "openapi_inside.h"

void km_openapi_json(struct km_json *w, const char *key, const char *json)
{
    if (!json)
        return;
    km_json_key(w, key);
    km_buf_puts(w->out, json);
    w->comma = true;
}

static void example(struct km_json *w, const char *json)
{
    if (!json)
        return;
    km_json_key(w, "examples");
    km_buf_printf(w->out, "[%s]", json);
    w->comma = true;
}

/* "name": {"type": …, "description": …}; format may be NULL. */
void km_openapi_property(struct km_json *w, const char *name, const char *type, const char *format,
                         const char *description)
{
    km_json_member_object(w, name);
    km_json_member(w, "type", type);
    km_json_member(w, "format", format);
    km_json_member(w, "description", description);
    example(w, km_openapi_example_of(name));
    km_json_object_end(w);
}

void km_openapi_ref(struct km_json *w, const char *name)
{
    char path[96];

    snprintf(path, sizeof(path), "#/components/schemas/%s", name);
    km_json_member(w, "$ref", path);
}

static void metric_property(struct km_json *w, unsigned m, enum km_openapi_use use)
{
    const struct km_metric_info *info = &km_metrics[m];
    bool counter = km_metric_is_counter(m);
    char text[256];

    if (info->kind == KM_KIND_EXACT)
        return;
    if (use != KM_OPENAPI_SUM || !counter) {
        snprintf(text, sizeof(text), "%s (%s)%s", info->help, info->unit,
                 counter ? "; grows since the entity started" : "");
        km_json_member_object(w, info->key);
        km_json_member(w, "type",
                       info->kind == KM_KIND_MILLI || use == KM_OPENAPI_SUM || use == KM_OPENAPI_ROW
                           ? "number"
                           : "integer");
        km_json_member_int(w, "minimum", 0);
        km_json_member(w, "description", text);
        km_json_member(w, "x-unit", info->unit);
        example(w, km_openapi_example_of_unit(info->unit));
        km_json_object_end(w);
    }
    if (use != KM_OPENAPI_READING &&
        (info->kind == KM_KIND_RATED || (counter && use != KM_OPENAPI_ANSWER))) {
        snprintf(text, sizeof(text), "%s, per second%s", info->help,
                 info->kind == KM_KIND_RATED ? "" : "; where `metrics` asks for it");
        km_json_member_object(w, info->rate_key);
        km_json_member(w, "type", "number");
        km_json_member_int(w, "minimum", 0);
        km_json_member(w, "description", text);
        snprintf(text, sizeof(text), "%s/s", info->unit);
        km_json_member(w, "x-unit", text);
        example(w, km_openapi_example_of_unit(info->unit));
        km_json_object_end(w);
    }
}

/* The groups and cpu_usage as properties of the object being written. */
void km_openapi_metrics(struct km_json *w, unsigned scope, enum km_openapi_use use)
{
    int open = KM_GROUP_TOP;

    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        if (!(km_metrics[m].scope & scope))
            continue;
        if (km_metrics[m].group != open) {
            if (open != KM_GROUP_TOP) {
                km_json_object_end(w);
                km_json_object_end(w);
            }
            open = km_metrics[m].group;
            km_json_member_object(w, km_groups[open].name);
            km_json_member(w, "type", "object");
            km_json_member(w, "description", km_groups[open].help);
            if (use != KM_OPENAPI_SUM) {
                km_json_member_object(w, "additionalProperties");
                km_json_member(w, "type", "integer");
                km_json_object_end(w);
            }
            km_json_member_object(w, "properties");
        }
        metric_property(w, m, use);
    }
    if (open != KM_GROUP_TOP) {
        km_json_object_end(w);
        km_json_object_end(w);
    }
}
