/* SPDX-License-Identifier: Apache-2.0 */
#include "usage_item.h"

#include <string.h>

#include "metric.h"
#include "time_format.h"
#include "usage_text.h"

bool km_usage_of(const struct km_row *last, const struct km_row *previous,
                 struct km_usage *ret_usage)
{
    int64_t after, before, memory, window = last->time_ms - previous->time_ms;

    if (window <= 0 || !km_row_get(last, KM_CPU_USAGE_USEC, &after) ||
        !km_row_get(previous, KM_CPU_USAGE_USEC, &before) ||
        !km_row_get(last, KM_MEM_WORKING_SET, &memory) || after < before || memory < 0)
        return false;
    *ret_usage = (struct km_usage){
        /* us per ms are thousandths of a core: 1e6 nanocores each; double has 53 bits, enough. */
        .nanocores = (uint64_t)((double)(after - before) / (double)window * 1e6 + 0.5),
        .memory = (uint64_t)memory,
        .time_ms = last->time_ms,
        .window_ms = window};
    return true;
}

void km_usage_sum(struct km_usage_item *item)
{
    struct km_usage sum = item->parts[0].usage;

    for (size_t i = 1; i < item->n_parts; i++) {
        const struct km_usage *u = &item->parts[i].usage;

        sum.nanocores += u->nanocores;
        sum.memory += u->memory;
        if (u->time_ms < sum.time_ms) {
            sum.time_ms = u->time_ms;
            sum.window_ms = u->window_ms;
        }
    }
    item->usage = sum;
}

/* --- the parts of an object --------------------------------------------------------------------
 */

/* "2026-11-22T21:40:00Z": Kubernetes' times have whole seconds. */
static void write_time(struct km_json *w, const char *key, int64_t ms)
{
    char text[KM_TIME_TEXT];

    km_time_format(ms, text);
    strcpy(text + 19, "Z");
    km_json_member(w, key, text);
}

/* Quantities and durations need no escaping. */
static void write_text(struct km_json *w, void (*write)(struct km_buf *, uint64_t), uint64_t value)
{
    if (w->comma)
        km_buf_putc(w->out, ',');
    km_buf_putc(w->out, '"');
    write(w->out, value);
    km_buf_putc(w->out, '"');
    w->comma = true;
}

static void write_window(struct km_buf *out, uint64_t ms)
{
    km_write_duration(out, (int64_t)ms);
}

static void write_usage(struct km_json *w, const struct km_usage *usage)
{
    km_json_member_object(w, "usage");
    km_json_key(w, "cpu");
    write_text(w, km_write_cpu, usage->nanocores);
    km_json_key(w, "memory");
    write_text(w, km_write_memory, usage->memory);
    km_json_object_end(w);
}

static void write_labels(struct km_json *w, const struct km_buf *labels)
{
    const char *p = labels->data, *end;

    if (labels->len == 0)
        return;
    end = labels->data + labels->len;
    km_json_member_object(w, "labels");
    while (p < end) {
        size_t len = strlen(p);

        km_json_key_len(w, p, len);
        km_json_string(w, p + len + 1);
        p += len + 1 + strlen(p + len + 1) + 1;
    }
    km_json_object_end(w);
}

static void write_metadata(struct km_json *w, const struct km_usage_item *item)
{
    km_json_member_object(w, "metadata");
    km_json_member(w, "name", item->name);
    if (item->is_pod)
        km_json_member(w, "namespace", item->name_space);
    write_time(w, "creationTimestamp", item->now_ms);
    write_labels(w, item->labels);
    km_json_object_end(w);
}

/* --- objects and rows --------------------------------------------------------------------------
 */

void km_usage_write(struct km_json *w, const struct km_usage_item *item, const char *version)
{
    km_json_object(w);
    if (version) {
        km_json_member(w, "kind", item->is_pod ? "PodMetrics" : "NodeMetrics");
        km_json_member(w, "apiVersion",
                       strcmp(version, "v1") == 0 ? "metrics.k8s.io/v1" : "metrics.k8s.io/v1beta1");
    }
    write_metadata(w, item);
    write_time(w, "timestamp", item->usage.time_ms);
    km_json_key(w, "window");
    write_text(w, write_window, (uint64_t)item->usage.window_ms);
    if (item->is_pod) {
        km_json_member_array(w, "containers");
        for (size_t i = 0; i < item->n_parts; i++) {
            km_json_object(w);
            km_json_member(w, "name", item->parts[i].name);
            write_usage(w, &item->parts[i].usage);
            km_json_object_end(w);
        }
        km_json_array_end(w);
    } else {
        write_usage(w, &item->usage);
    }
    km_json_object_end(w);
}

void km_usage_write_row(struct km_json *w, const struct km_usage_item *item, const char *version,
                        enum km_table_object object)
{
    km_json_object(w);
    km_json_member_array(w, "cells");
    km_json_string(w, item->name);
    write_text(w, km_write_cpu, item->usage.nanocores);
    write_text(w, km_write_memory, item->usage.memory);
    write_text(w, write_window, (uint64_t)item->usage.window_ms);
    km_json_array_end(w);
    if (object == KM_TABLE_OBJECT) {
        km_json_key(w, "object");
        km_usage_write(w, item, version);
    } else if (object == KM_TABLE_METADATA) {
        km_json_member_object(w, "object");
        km_json_member(w, "kind", "PartialObjectMetadata");
        km_json_member(w, "apiVersion", "meta.k8s.io/v1");
        write_metadata(w, item);
        km_json_object_end(w);
    }
    km_json_object_end(w);
}

void km_usage_write_columns(struct km_json *w)
{
    static const struct {
        const char *name, *type, *format, *description;
    } columns[] = {{"Name", "string", "name", "Name of the resource"},
                   {"cpu", "string", "quantity", "CPU used over the window, in cores"},
                   {"memory", "string", "quantity", "Working set at its end, in bytes"},
                   {"Window", "string", "duration", "Time between the two readings"}};

    km_json_array(w);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        km_json_object(w);
        km_json_member(w, "name", columns[i].name);
        km_json_member(w, "type", columns[i].type);
        km_json_member(w, "format", columns[i].format);
        km_json_member(w, "description", columns[i].description);
        km_json_member_int(w, "priority", 0);
        km_json_object_end(w);
    }
    km_json_array_end(w);
}
