/* SPDX-License-Identifier: Apache-2.0 */
#include "answers.h"

#include <string.h>

#include "rate.h"

/* A metric of the catalogue, and its rate where it has one. */
static void metric_member(struct km_json *w, const struct km_row *row, unsigned place,
                          const struct km_row *before)
{
    unsigned metric = row->metric[place];
    double rate;

    km_json_key(w, km_metrics[metric].key);
    km_json_metric(w, metric, row->value[place]);
    if (km_metrics[metric].kind == KM_KIND_RATED && before && km_rate(before, row, metric, &rate)) {
        km_json_key(w, km_metrics[metric].rate_key);
        km_json_decimal(w, rate);
    }
}

/* Opens the group's object before its first member. */
static void open_group(struct km_json *w, int group, int *open)
{
    if (group != KM_GROUP_TOP && *open != group)
        km_json_member_object(w, km_groups[group].name);
    *open = group;
}

/* A row is in the order of ids: the catalogue's group by group, then those that clients added. */
void km_answer_row(struct km_json *w, const struct km_store *store, const struct km_row *row,
                   const struct km_row *before)
{
    unsigned place = 0, added = row->count;

    while (added > 0 && row->metric[added - 1] >= KM_METRIC_COUNT)
        added--;
    for (int group = 0; group < KM_GROUP_COUNT; group++) {
        int open = KM_GROUP_TOP;

        for (; place < added && km_metrics[row->metric[place]].group == group; place++) {
            open_group(w, group, &open);
            metric_member(w, row, place, before);
        }
        for (unsigned i = added; i < row->count; i++) {
            const char *key;
            int of;

            if (km_store_metric(store, row->metric[i], &of, &key) < 0 || of != group)
                continue;
            open_group(w, group, &open);
            km_json_key_len(w, key, strlen(key));
            km_json_int(w, row->value[i]);
        }
        if (open != KM_GROUP_TOP)
            km_json_object_end(w);
    }
}

static void metrics(struct km_json *w, const struct km_store *store, const struct km_view *view)
{
    km_answer_row(w, store, &view->last, view->has_previous ? &view->previous : NULL);
}

void km_answer_node(struct km_json *w, const struct km_store *store, const struct km_view *view,
                    int64_t interval_ms, int64_t now_ms)
{
    int64_t silent_ms = now_ms > view->received_ms ? now_ms - view->received_ms : 0;

    km_json_object(w);
    km_json_member_time(w, "timestamp", view->last.time_ms);
    km_json_member(w, "node", view->node);
    km_json_key(w, "stale");
    km_json_bool(w, silent_ms > 3 * interval_ms);
    km_json_key(w, "last_seen_seconds");
    km_json_milli(w, silent_ms);
    metrics(w, store, view);
    km_json_object_end(w);
}

void km_answer_container(struct km_json *w, const struct km_store *store,
                         const struct km_view *view)
{
    km_json_object(w);
    km_json_member_time(w, "timestamp", view->last.time_ms);
    km_json_member(w, "name", view->container);
    km_json_member(w, "id", view->container_id);
    km_json_member(w, "state", view->state);
    if (view->started_ms)
        km_json_member_time(w, "started", view->started_ms);
    if (view->restarts >= 0)
        km_json_member_int(w, "restarts", view->restarts);
    metrics(w, store, view);
    km_json_object_end(w);
}

void km_answer_pod(struct km_json *w, const struct km_store *store, const struct km_view *view,
                   int64_t now_ms, const struct km_ref *containers, size_t n_containers)
{
    km_json_object(w);
    km_json_member_time(w, "timestamp", view->last.time_ms);
    km_json_member(w, "pod_name", view->pod);
    km_json_key(w, "namespace");
    km_json_string(w, view->name_space ? view->name_space : "");
    km_json_member(w, "uid", view->uid);
    km_json_member(w, "node", view->node);
    km_json_member(w, "phase", view->phase);
    if (view->owner_kind && view->owner_name) {
        km_json_member_object(w, "owner");
        km_json_member(w, "kind", view->owner_kind);
        km_json_member(w, "name", view->owner_name);
        km_json_object_end(w);
    }
    km_json_member(w, "deployment", view->deployment);
    if (view->host_network >= 0) {
        km_json_key(w, "host_network");
        km_json_bool(w, view->host_network);
    }
    if (view->restarts >= 0)
        km_json_member_int(w, "restarts", view->restarts);
    if (view->created_ms) {
        km_json_member_time(w, "created", view->created_ms);
        km_json_member_int(w, "age_seconds",
                           now_ms > view->created_ms ? (now_ms - view->created_ms) / 1000 : 0);
    }
    metrics(w, store, view);
    if (containers) {
        km_json_member_array(w, "containers");
        for (size_t i = 0; i < n_containers; i++) {
            struct km_view container;

            if (km_store_view(store, containers[i], &container) == 0)
                km_answer_container(w, store, &container);
        }
        km_json_array_end(w);
    }
    km_json_object_end(w);
}
