/* SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include <string.h>

/* Leaves the values as they are: they say nothing where no bit says that they are present. */
static void reading_init(struct km_reading *reading)
{
    reading->sample.time_ms = 0;
    km_sample_clear(&reading->sample);
    reading->extra = NULL;
    reading->n_extra = 0;
}

void km_pod_init(struct km_pod *pod)
{
    memset(pod, 0, offsetof(struct km_pod, reading));
    pod->restarts = -1;
    pod->host_network = -1;
    reading_init(&pod->reading);
    pod->containers = NULL;
    pod->n_containers = 0;
}

void km_container_init(struct km_container *container)
{
    memset(container, 0, offsetof(struct km_container, reading));
    container->restarts = -1;
    reading_init(&container->reading);
}

static void encode_container(struct km_json *w, const struct km_container *c)
{
    km_json_object(w);
    km_json_member_time(w, "timestamp", c->reading.sample.time_ms);
    km_json_member(w, "name", c->name);
    km_json_member(w, "id", c->id);
    km_json_member(w, "state", c->state);
    if (c->started_ms)
        km_json_member_time(w, "started", c->started_ms);
    if (c->restarts >= 0)
        km_json_member_int(w, "restarts", c->restarts);
    km_json_sample(w, &c->reading.sample);
    km_json_object_end(w);
}

static void encode_pod(struct km_json *w, const struct km_pod *p)
{
    km_json_object(w);
    km_json_member_time(w, "timestamp", p->reading.sample.time_ms);
    km_json_member(w, "pod_name", p->name);
    km_json_member(w, "namespace", p->name_space);
    km_json_member(w, "uid", p->uid);
    km_json_member(w, "phase", p->phase);
    if (p->owner_kind && p->owner_name) {
        km_json_member_object(w, "owner");
        km_json_member(w, "kind", p->owner_kind);
        km_json_member(w, "name", p->owner_name);
        km_json_object_end(w);
    }
    km_json_member(w, "deployment", p->deployment);
    if (p->created_ms)
        km_json_member_time(w, "created", p->created_ms);
    if (p->restarts >= 0)
        km_json_member_int(w, "restarts", p->restarts);
    if (p->host_network >= 0) {
        km_json_key(w, "host_network");
        km_json_bool(w, p->host_network);
    }
    km_json_sample(w, &p->reading.sample);
    km_json_member_array(w, "containers");
    for (size_t i = 0; i < p->n_containers; i++)
        encode_container(w, &p->containers[i]);
    km_json_array_end(w);
    km_json_object_end(w);
}

static bool is_set(const struct km_sample *s, int group)
{
    for (unsigned m = km_groups[group].first; m < KM_METRIC_COUNT && km_metrics[m].group == group;
         m++) {
        if (km_sample_has(s, m))
            return true;
    }
    return false;
}

/* As km_json_sample(), and in each group what is outside the catalogue. */
static void encode_reading(struct km_json *w, const struct km_reading *r)
{
    for (int g = 0; g < KM_GROUP_COUNT; g++) {
        if (!is_set(&r->sample, g))
            continue;
        if (g != KM_GROUP_TOP)
            km_json_member_object(w, km_groups[g].name);
        for (unsigned m = km_groups[g].first; m < KM_METRIC_COUNT && km_metrics[m].group == g;
             m++) {
            if (!km_sample_has(&r->sample, m))
                continue;
            km_json_key(w, km_metrics[m].key);
            km_json_metric(w, m, r->sample.value[m]);
        }
        for (size_t i = 0; i < r->n_extra; i++) {
            if (r->extra[i].group != g)
                continue;
            km_json_key_len(w, r->extra[i].key, r->extra[i].key_len);
            km_json_int(w, r->extra[i].value);
        }
        if (g != KM_GROUP_TOP)
            km_json_object_end(w);
    }
}

void km_batch_encode(struct km_json *w, const struct km_batch *batch)
{
    km_json_object(w);
    km_json_member_time(w, "timestamp", batch->reading.sample.time_ms);
    km_json_member(w, "node", batch->node);
    km_json_member(w, "boot_id", batch->boot_id);
    if (batch->interval_ms)
        km_json_member_int(w, "interval_ms", batch->interval_ms);
    encode_reading(w, &batch->reading);
    km_json_member_array(w, "pods");
    for (size_t i = 0; i < batch->n_pods; i++)
        encode_pod(w, &batch->pods[i]);
    km_json_array_end(w);
    km_json_object_end(w);
}
