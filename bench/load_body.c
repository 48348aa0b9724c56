/* SPDX-License-Identifier: Apache-2.0 */
#include "load_body.h"

#include <errno.h>
#include <stdlib.h>

#include "batch.h"
#include "load_node.h"
#include "load_random.h"

#define MINUTE_MS  60000
#define AGE_MAX_MS (INT64_C(30) * 24 * 3600 * 1000)

/* One pod of a batch with what its pointers point to. */
struct slot {
    struct km_load_identity who;
    struct km_container container;
};

/* What KM_LOAD_BASIC leaves of a reading. */
static const uint8_t basic_pod[] = {KM_CPU_REQUEST,
                                    KM_MEM_SWAP,
                                    KM_PROC_PIDS,
                                    KM_CPU_USAGE,
                                    KM_CPU_USAGE_USEC,
                                    KM_CPU_LIMIT,
                                    KM_CPU_THROTTLED_USEC,
                                    KM_MEM_USAGE,
                                    KM_MEM_WORKING_SET,
                                    KM_MEM_RSS,
                                    KM_MEM_CACHE,
                                    KM_MEM_REQUEST,
                                    KM_MEM_LIMIT,
                                    KM_MEM_PAGE_FAULTS,
                                    KM_MEM_MAJOR_PAGE_FAULTS,
                                    KM_NET_RX_BYTES,
                                    KM_NET_TX_BYTES,
                                    KM_NET_RX_PACKETS,
                                    KM_NET_TX_PACKETS,
                                    KM_NET_RX_DROPPED,
                                    KM_DISK_READ_BYTES,
                                    KM_DISK_WRITE_BYTES,
                                    KM_DISK_READ_OPS,
                                    KM_DISK_WRITE_OPS};
static const uint8_t basic_node[] = {
    KM_CPU_USAGE,       KM_CPU_CAPACITY,   KM_CPU_USAGE_USEC,  KM_CPU_USER_USEC,
    KM_CPU_SYSTEM_USEC, KM_LOAD1,          KM_MEM_TOTAL,       KM_MEM_FREE,
    KM_MEM_AVAILABLE,   KM_MEM_BUFFERS,    KM_MEM_CACHED,      KM_MEM_USED,
    KM_NET_RX_BYTES,    KM_NET_TX_BYTES,   KM_NET_RX_PACKETS,  KM_NET_TX_PACKETS,
    KM_NET_RX_DROPPED,  KM_NET_TX_DROPPED, KM_DISK_READ_BYTES, KM_DISK_WRITE_BYTES,
    KM_DISK_READ_OPS,   KM_DISK_WRITE_OPS, KM_PROC_TOTAL,      KM_MEM_WORKING_SET};

struct km_load {
    struct km_load_config config;
    uint64_t churn; /* chance that a pod is replaced in a tick, of 2^32 */
    struct km_load_node *nodes;
    struct km_load_pod *pods; /* those of node 0, of node 1, … */
    struct slot *slots;       /* of the body that is being written */
    struct km_pod *batch_pods;
    struct km_batch batch; /* the last one; its texts: */
    char name[KM_LOAD_NODE_NAME], boot_id[KM_LOAD_UUID];
};

static void start_pods(struct km_load *load)
{
    const struct km_load_cluster *cluster = &load->config.cluster;
    struct km_load_pod *pod = load->pods;
    struct km_load_identity who;

    for (uint32_t node = 0; node < cluster->nodes; node++) {
        km_load_node_start(&load->nodes[node], km_load_mix(cluster->seed ^ ~(uint64_t)node),
                           cluster->pods_per_node);
        for (uint32_t slot = 0; slot < cluster->pods_per_node; slot++, pod++) {
            uint64_t random;

            km_load_identity(cluster, node, slot, 0, &who);
            random = who.random;
            km_load_pod_start(pod, &who,
                              MINUTE_MS + (int64_t)km_load_below(&random, AGE_MAX_MS - MINUTE_MS),
                              load->config.start_ms);
        }
    }
}

int km_load_new(const struct km_load_config *config, struct km_load **ret_load)
{
    const struct km_load_cluster *cluster = &config->cluster;
    struct km_load *load = calloc(1, sizeof(*load));
    uint64_t churn = (uint64_t)config->churn_percent * (uint64_t)config->interval_ms;

    if (!load)
        return -ENOMEM;
    load->config = *config;
    load->churn = (churn << 32) / (100 * MINUTE_MS);
    load->nodes = calloc(cluster->nodes, sizeof(*load->nodes));
    load->pods = calloc((size_t)cluster->nodes * cluster->pods_per_node, sizeof(*load->pods));
    load->slots = calloc(cluster->pods_per_node, sizeof(*load->slots));
    load->batch_pods = calloc(cluster->pods_per_node, sizeof(*load->batch_pods));
    if (!load->nodes || !load->pods || !load->slots || !load->batch_pods) {
        km_load_free(load);
        return -ENOMEM;
    }
    start_pods(load);
    *ret_load = load;
    return 0;
}

void km_load_free(struct km_load *load)
{
    if (!load)
        return;
    free(load->nodes);
    free(load->pods);
    free(load->slots);
    free(load->batch_pods);
    free(load);
}

static void keep(const uint8_t *metrics, size_t count, struct km_sample *sample)
{
    uint64_t kept[KM_SAMPLE_WORDS] = {0};

    for (size_t i = 0; i < count; i++)
        kept[metrics[i] / 64] |= UINT64_C(1) << (metrics[i] % 64);
    for (size_t i = 0; i < KM_SAMPLE_WORDS; i++)
        sample->present[i] &= kept[i];
}

static void fill_container(const struct km_load_pod *pod, struct slot *slot)
{
    struct km_container *c = &slot->container;

    km_container_init(c);
    c->name = slot->who.container;
    c->id = slot->who.container_id;
    c->state = "running";
    c->started_ms = pod->created_ms + 1200;
    c->restarts = slot->who.restarts;
}

/* The texts are those of slot->who; the readings are filled for the pod and its container. */
static void fill_pod(const struct km_load *load, const struct km_load_pod *pod, struct slot *slot,
                     int64_t time_ms, struct km_pod *p)
{
    const struct km_load_identity *who = &slot->who;

    km_pod_init(p);
    fill_container(pod, slot);
    p->name = who->name;
    p->name_space = who->name_space;
    p->uid = who->uid;
    p->phase = "Running";
    p->owner_kind = who->owner_kind;
    p->owner_name = who->owner_name;
    p->deployment = who->deployment[0] ? who->deployment : NULL;
    p->created_ms = pod->created_ms;
    p->restarts = who->restarts;
    p->host_network = who->host_network;
    p->containers = &slot->container;
    p->n_containers = load->config.containers;
    km_load_pod_sample(pod, who, time_ms, &p->reading.sample, &slot->container.reading.sample);
    if (load->config.metrics == KM_LOAD_BASIC) {
        keep(basic_pod, sizeof(basic_pod), &p->reading.sample);
        keep(basic_pod, sizeof(basic_pod), &slot->container.reading.sample);
    }
}

/* Moves one pod on, or puts a new one in its place. */
static void tick_pod(struct km_load *load, uint32_t node, uint32_t place, int64_t time_ms,
                     struct km_load_work *work)
{
    const struct km_load_cluster *cluster = &load->config.cluster;
    struct km_load_pod *pod = &load->pods[(size_t)node * cluster->pods_per_node + place];
    struct slot *slot = &load->slots[place];

    if (load->churn && km_load_next(&pod->random) >> 32 < load->churn) {
        pod->generation++;
        km_load_identity(cluster, node, place, pod->generation, &slot->who);
        km_load_pod_start(pod, &slot->who, 0, time_ms);
    } else {
        km_load_identity(cluster, node, place, pod->generation, &slot->who);
        km_load_pod_tick(pod, &slot->who, load->config.interval_ms, work);
    }
    /* A collector reads pod after pod: about 20 in a ms. */
    fill_pod(load, pod, slot, time_ms + place / 20, &load->batch_pods[place]);
}

static uint64_t count_values(const struct km_sample *sample)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < KM_SAMPLE_WORDS; i++)
        count += (uint64_t)__builtin_popcountll(sample->present[i]);
    return count;
}

const struct km_batch *km_load_batch(struct km_load *load, uint32_t node, int64_t time_ms)
{
    const struct km_load_cluster *cluster = &load->config.cluster;
    struct km_load_work work = {0};

    load->batch = (struct km_batch){.node = load->name,
                                    .boot_id = load->boot_id,
                                    .interval_ms = (int32_t)load->config.interval_ms,
                                    .has_node = true,
                                    .pods = load->batch_pods,
                                    .n_pods = cluster->pods_per_node};
    km_load_node_name(node, load->name);
    km_load_boot_id(cluster, node, load->boot_id);
    for (uint32_t i = 0; i < cluster->pods_per_node; i++)
        tick_pod(load, node, i, time_ms, &work);
    km_load_node_tick(&load->nodes[node], &work, load->config.interval_ms);
    km_load_node_sample(&load->nodes[node], time_ms, &load->batch.reading.sample);
    if (load->config.metrics == KM_LOAD_BASIC)
        keep(basic_node, sizeof(basic_node), &load->batch.reading.sample);
    return &load->batch;
}

int km_load_body(struct km_load *load, uint32_t node, int64_t time_ms, struct km_buf *body,
                 uint64_t *ret_samples)
{
    const struct km_batch *batch = km_load_batch(load, node, time_ms);
    struct km_json w = {.out = body};
    uint64_t samples = count_values(&batch->reading.sample);

    for (size_t i = 0; i < batch->n_pods; i++) {
        samples += count_values(&batch->pods[i].reading.sample);
        for (size_t c = 0; c < batch->pods[i].n_containers; c++)
            samples += count_values(&batch->pods[i].containers[c].reading.sample);
    }
    km_buf_clear(body);
    km_batch_encode(&w, batch);
    if (body->failed)
        return -ENOMEM;
    *ret_samples = samples;
    return 0;
}
