/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_procs.h"
#include "cgroup_read.h"
#include "clean.h"
#include "net_dev.h"
#include "pod_sum.h"
#include "scan.h"
#include "time_format.h"

static void read_cgroup(struct km_pod_reader *r, const char *path, struct km_usage *usage,
                        struct km_sample *sample)
{
    int64_t now = km_usage_clock();

    km_sample_clear(sample);
    sample->time_ms = km_time_now_ms();
    km_cgroup_read(r->root, r->mounts, path, r->buf, sample);
    km_usage_update(usage, now, sample);
}

static bool any_interface(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return true;
}

/* The pod's network by any of its processes, unless it is the host's. True if it could be told. */
static bool read_network(struct km_pod_reader *r, int64_t pid, struct km_pod *pod)
{
    char path[KM_PATH], link[64];
    ssize_t len;

    km_root_path(r->root, path, "%s/%lld/ns/net", r->root->proc, (long long)pid);
    len = readlink(path, link, sizeof(link) - 1);
    if (len < 0 || !*r->host_network)
        return false;
    link[len] = '\0';
    pod->host_network = strcmp(link, r->host_network) == 0;
    if (!pod->host_network &&
        km_root_read(r->root, r->buf, "%s/%lld/net/dev", r->root->proc, (long long)pid) == 0)
        km_net_dev_scan(r->buf->data, any_interface, NULL, &pod->reading.sample);
    return true;
}

/* The sandbox's own container: one process called "pause", that is nobody's container by name. */
static bool is_pause(struct km_pod_reader *r, const int64_t *pids, size_t n)
{
    return n == 1 &&
           km_root_read(r->root, r->buf, "%s/%lld/comm", r->root->proc, (long long)pids[0]) == 0 &&
           strcmp(r->buf->data, "pause\n") == 0;
}

static void set_known(struct km_sample *s, unsigned metric, int64_t value)
{
    if (value >= 0)
        km_sample_set(s, metric, value);
}

static void take_container_facts(const struct km_container_facts *facts, struct km_container *c)
{
    c->name = facts->name;
    c->started_ms = facts->started_ms;
    c->restarts = facts->restarts;
    set_known(&c->reading.sample, KM_CPU_REQUEST, facts->cpu_request);
    set_known(&c->reading.sample, KM_MEM_REQUEST, facts->memory_request);
}

/* Reads one container, and adds what it says of its pod. */
static void read_container(struct km_pod_reader *r, struct km_pod_entry *pod,
                           struct km_container_entry *c)
{
    struct km_sample *s = &c->reading.reading.sample;
    const struct km_container_facts *facts = km_pod_facts_container(pod->facts, c->id);
    km_auto_free int64_t *pids = NULL;
    size_t n = 0;

    km_container_init(&c->reading);
    c->reading.id = c->id;
    c->reading.state = "running";
    read_cgroup(r, c->path, &c->usage, s);
    if (facts)
        take_container_facts(facts, &c->reading);
    if (km_cgroup_procs(r->root, r->mounts, c->path, r->buf, &pids, &n) == 0)
        km_sample_set(s, KM_PROC_PIDS, (int64_t)n);
    for (size_t i = 0; i < n && pod->reading.host_network < 0; i++)
        read_network(r, pids[i], &pod->reading);
    /* Where the kernel's own count per cgroup is empty, the processes know what they moved. */
    if (!km_sample_has(s, KM_DISK_WRITE_BYTES))
        km_process_io_read(&c->io, r->root, r->buf, pids, n);
    if (c->io.known && !km_sample_has(s, KM_DISK_WRITE_BYTES)) {
        km_sample_set(s, KM_DISK_READ_BYTES, c->io.read_bytes);
        km_sample_set(s, KM_DISK_WRITE_BYTES, c->io.write_bytes);
        if (!__builtin_add_overflow(pod->disk_read, c->io.read_growth, &pod->disk_read) &&
            !__builtin_add_overflow(pod->disk_write, c->io.write_growth, &pod->disk_write))
            pod->has_disk = true;
    }
    c->is_pause = !facts && (c->is_pause || is_pause(r, pids, n));
}

/*
 * Asks for the pod's name again when the names have changed. What was known stays where nothing is
 * found: the API forgets a deleted pod before its cgroup is gone.
 */
static void find_facts(struct km_pod_reader *r, struct km_pod_entry *pod)
{
    const struct km_pod_facts *facts;
    uint64_t generation;

    if (!r->names)
        return;
    generation = km_names_generation(r->names);
    if (generation == pod->generation)
        return;
    pod->generation = generation;
    facts = km_names_find(r->names, pod->uid);
    if (facts) {
        km_pod_facts_unref(pod->facts);
        pod->facts = facts;
    }
}

static void take_facts(struct km_pod_entry *entry)
{
    const struct km_pod_facts *facts = entry->facts;
    struct km_pod *pod = &entry->reading;

    pod->uid = entry->uid;
    pod->name = entry->uid;
    if (!facts)
        return;
    pod->name = facts->name;
    pod->name_space = facts->name_space;
    pod->phase = facts->phase;
    pod->owner_kind = facts->owner_kind;
    pod->owner_name = facts->owner_name;
    pod->deployment = facts->deployment;
    pod->created_ms = facts->created_ms;
    pod->restarts = facts->restarts;
    set_known(&pod->reading.sample, KM_CPU_REQUEST, facts->cpu_request);
    set_known(&pod->reading.sample, KM_MEM_REQUEST, facts->memory_request);
}

/* What the pod's own cgroup does not count, its containers do. */
static void fill_from_containers(const struct km_pod_reader *r, struct km_pod_entry *pod)
{
    static const enum km_group groups[] = {KM_GROUP_CPU, KM_GROUP_MEMORY, KM_GROUP_PROCESSES};
    struct km_sample *s = &pod->reading.reading.sample;
    bool has_disk = pod->has_disk || km_sample_has(s, KM_DISK_WRITE_BYTES);

    for (size_t i = 0; i < pod->n_containers; i++) {
        struct km_container_entry *c = pod->containers[i];
        const struct km_sample *part = &c->reading.reading.sample;
        int64_t kills = km_sample_has(part, KM_MEM_OOM_KILLS) ? part->value[KM_MEM_OOM_KILLS] : 0;

        for (size_t g = 0; pod->scattered && g < sizeof(groups) / sizeof(groups[0]); g++)
            km_pod_sum(part, groups[g], s);
        if (!has_disk)
            km_pod_sum(part, KM_GROUP_DISK, s);
        if (kills > c->oom_kills && pod->oom_kills <= INT64_MAX - kills)
            pod->oom_kills += kills - c->oom_kills;
        c->oom_kills = kills;
    }
    if (pod->scattered)
        km_usage_update(&pod->usage, km_usage_clock(), s);
    /* v1 counts a kill in the container's cgroup alone, which does not outlive it; v2 in both. */
    else if (r->mounts->v1[KM_MEMORY][0] && km_sample_has(s, KM_MEM_OOM_KILLS))
        km_scan_add(s, KM_MEM_OOM_KILLS, pod->oom_kills);
}

int km_pod_read(struct km_pod_reader *r, struct km_pod_entry *pod)
{
    struct km_sample *s = &pod->reading.reading.sample;
    struct km_container *list;
    size_t n = 0;

    list = realloc(pod->readings, (pod->n_containers + 1) * sizeof(*list));
    if (!list)
        return -ENOMEM;
    pod->readings = list;
    km_pod_init(&pod->reading);
    find_facts(r, pod);
    s->time_ms = km_time_now_ms();
    if (!pod->scattered)
        read_cgroup(r, pod->path, &pod->usage, s);
    take_facts(pod);
    for (size_t i = 0; i < pod->n_containers; i++) {
        struct km_container_entry *c = pod->containers[i];

        read_container(r, pod, c);
        if (!c->is_pause)
            list[n++] = c->reading;
        if (km_sample_has(&c->reading.reading.sample, KM_PROC_PIDS))
            km_scan_add(s, KM_PROC_PIDS, c->reading.reading.sample.value[KM_PROC_PIDS]);
    }
    fill_from_containers(r, pod);
    if (pod->has_disk && !km_sample_has(s, KM_DISK_WRITE_BYTES)) {
        km_sample_set(s, KM_DISK_READ_BYTES, pod->disk_read);
        km_sample_set(s, KM_DISK_WRITE_BYTES, pod->disk_write);
    }
    pod->reading.containers = list;
    pod->reading.n_containers = n;
    return 0;
}
