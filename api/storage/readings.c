/* SPDX-License-Identifier: Apache-2.0 */
#include "readings.h"

static struct km_subject node_subject(const struct km_batch *batch)
{
    struct km_subject s = {KM_ENTITY_NODE, {.restarts = -1, .host_network = -1}, &batch->reading};

    s.facts.text[KM_FACT_NODE] = batch->node;
    s.facts.text[KM_FACT_BOOT_ID] = batch->boot_id;
    return s;
}

/* What a pod's containers have of it. */
static struct km_facts pod_identity(const struct km_batch *batch, const struct km_pod *pod)
{
    struct km_facts facts = {.created_ms = pod->created_ms, .host_network = pod->host_network};

    facts.text[KM_FACT_NODE] = pod->node ? pod->node : batch->node;
    facts.text[KM_FACT_NAMESPACE] = pod->name_space ? pod->name_space : "";
    facts.text[KM_FACT_POD] = pod->name;
    facts.text[KM_FACT_UID] = pod->uid;
    return facts;
}

static struct km_subject pod_subject(const struct km_batch *batch, const struct km_pod *pod)
{
    struct km_subject s = {KM_ENTITY_POD, pod_identity(batch, pod), &pod->reading};

    s.facts.restarts = pod->restarts;
    s.facts.text[KM_FACT_PHASE] = pod->phase;
    s.facts.text[KM_FACT_OWNER_KIND] = pod->owner_kind;
    s.facts.text[KM_FACT_OWNER_NAME] = pod->owner_name;
    s.facts.text[KM_FACT_DEPLOYMENT] = pod->deployment;
    s.facts.text[KM_FACT_WORKLOAD_KIND] = pod->workload_kind;
    s.facts.text[KM_FACT_WORKLOAD_NAME] = pod->workload_name;
    return s;
}

static struct km_subject container_subject(const struct km_batch *batch, const struct km_pod *pod,
                                           const struct km_container *container)
{
    struct km_subject s = {KM_ENTITY_CONTAINER, pod_identity(batch, pod), &container->reading};

    s.facts.restarts = container->restarts;
    s.facts.started_ms = container->started_ms;
    s.facts.text[KM_FACT_CONTAINER] = container->name;
    s.facts.text[KM_FACT_CONTAINER_ID] = container->id;
    s.facts.text[KM_FACT_STATE] = container->state;
    return s;
}

int km_readings_each(const struct km_batch *batch,
                     int (*each)(void *arg, const struct km_subject *subject), void *arg)
{
    struct km_subject s;
    int r = 0;

    if (batch->has_node) {
        s = node_subject(batch);
        r = each(arg, &s);
    }
    for (size_t p = 0; p < batch->n_pods && r == 0; p++) {
        const struct km_pod *pod = &batch->pods[p];

        s = pod_subject(batch, pod);
        r = each(arg, &s);
        for (size_t c = 0; c < pod->n_containers && r == 0; c++) {
            s = container_subject(batch, pod, &pod->containers[c]);
            r = each(arg, &s);
        }
    }
    return r;
}

size_t km_readings_count(const struct km_batch *batch)
{
    size_t count = batch->has_node + batch->n_pods;

    for (size_t p = 0; p < batch->n_pods; p++)
        count += batch->pods[p].n_containers;
    return count;
}
