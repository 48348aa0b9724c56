/* SPDX-License-Identifier: Apache-2.0 */
#include "answers.h"

#include <string.h>

#include "put.h"
#include "rate.h"

/* The most bytes of a metric with its rate, and of a group's `,"network":{` and `}`. */
#define METRIC_ROOM (2 * (KM_METRIC_TOKEN + KM_PUT_NUMBER))
#define GROUP_ROOM  32

/* Metrics being written, and where the same ones stand in the row before, NULL: there is none. */
struct writing {
    const struct km_row *row, *before;
    unsigned place, place_before;
    int64_t elapsed_ms;
};

static char *put_token(char *to, const char *token, unsigned len, bool first)
{
    /* All of it at once, whatever its length; the first of a group without its comma. */
    memcpy(to, token + first, KM_METRIC_TOKEN - 1);
    return to + len - first;
}

/* The rate of a metric; false where it has none. */
static bool find_rate(struct writing *r, unsigned metric, int64_t value, double *ret_rate)
{
    const struct km_row *before = r->before;

    if (km_metrics[metric].kind != KM_KIND_RATED || !before)
        return false;
    while (r->place_before < before->count && before->metric[r->place_before] < metric)
        r->place_before++;
    return r->place_before < before->count && before->metric[r->place_before] == metric &&
           km_growth(before->value[r->place_before], value, r->elapsed_ms, ret_rate);
}

/* The next metric of the catalogue, and its rate where it has one. */
static char *put_metric(char *to, struct writing *r, bool first)
{
    unsigned metric = r->row->metric[r->place];
    int64_t value = r->row->value[r->place++];
    const struct km_metric_token *t = &km_metric_tokens[metric];
    double rate;

    to = put_token(to, t->key, t->key_len, first);
    to = km_put_metric(to, metric, value);
    if (find_rate(r, metric, value, &rate)) {
        to = put_token(to, t->rate, t->rate_len, false);
        to = km_put_decimal(to, rate);
    }
    return to;
}

static char *put_group(char *to, int group)
{
    to = KM_PUT(to, ",\"");
    to = km_put_text(to, km_groups[group].name, km_groups[group].name_len);
    return KM_PUT(to, "\":{");
}

/* Members of a group that clients added, behind the catalogue's. Returns whether the group is open.
 */
static bool write_added(struct km_json *w, const struct km_store *store, const struct km_row *row,
                        unsigned from, int group, bool open)
{
    for (unsigned i = from; i < row->count; i++) {
        const char *key;
        int of;

        if (km_store_metric(store, row->metric[i], &of, &key) < 0 || of != group)
            continue;
        if (!open)
            km_json_member_object(w, km_groups[group].name);
        open = true;
        km_json_key_len(w, key, strlen(key));
        km_json_int(w, row->value[i]);
    }
    return open;
}

/* A row is in the order of ids: the catalogue's group by group, then those that clients added. */
void km_answer_row(struct km_json *w, const struct km_store *store, const struct km_row *row,
                   const struct km_row *before)
{
    struct writing r = {.row = row, .before = before};
    unsigned added = row->count;

    if (before)
        r.elapsed_ms = row->time_ms - before->time_ms;
    if (r.elapsed_ms <= 0)
        r.before = NULL;
    while (added > 0 && row->metric[added - 1] >= KM_METRIC_COUNT)
        added--;
    for (int group = 0; group < KM_GROUP_COUNT; group++) {
        unsigned first = r.place;
        bool open = false;
        char *to;

        if (km_buf_reserve(w->out, GROUP_ROOM + (row->count - first + 1) * METRIC_ROOM) < 0)
            return;
        to = w->out->data + w->out->len;
        for (; r.place < added && km_metrics[row->metric[r.place]].group == group;) {
            if (!open && group != KM_GROUP_TOP)
                to = put_group(to, group);
            to = put_metric(to, &r, !open && group != KM_GROUP_TOP);
            open = true;
        }
        w->out->len = (size_t)(to - w->out->data);
        if (added < row->count)
            open = write_added(w, store, row, added, group, open);
        if (open && group != KM_GROUP_TOP)
            km_json_object_end(w);
    }
}

static void metrics(struct km_json *w, const struct km_store *store, const struct km_view *view)
{
    km_answer_row(w, store, &view->last, view->has_previous ? &view->previous : NULL);
}

static int64_t silent_ms(int64_t received_ms, int64_t now_ms)
{
    return now_ms > received_ms ? now_ms - received_ms : 0;
}

bool km_is_stale(int64_t received_ms, int64_t interval_ms, int64_t now_ms)
{
    return silent_ms(received_ms, now_ms) > 3 * interval_ms;
}

void km_answer_node(struct km_json *w, const struct km_store *store, const struct km_view *view,
                    int64_t interval_ms, int64_t now_ms)
{
    km_json_object(w);
    km_json_member_time(w, "timestamp", view->last.time_ms);
    km_json_member(w, "node", view->node);
    km_json_key(w, "stale");
    km_json_bool(w, km_is_stale(view->received_ms, interval_ms, now_ms));
    km_json_key(w, "last_seen_seconds");
    km_json_milli(w, silent_ms(view->received_ms, now_ms));
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
    if (view->workload_kind && view->workload_name) {
        km_json_member_object(w, "workload");
        km_json_member(w, "kind", view->workload_kind);
        km_json_member(w, "name", view->workload_name);
        km_json_object_end(w);
    }
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
