/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_read.h"

#include <string.h>

#include "pod_sum.h"
#include "scan.h"
#include "time_format.h"

static bool is_quiet(const struct km_cgroup *cgroup)
{
    return cgroup->quiet == KM_CGROUP_QUIET;
}

static int64_t stamp(const struct km_pod_reader *r)
{
    return km_wall_clock_stamp(r->clock, km_time_steady_ms());
}

/* Reads a cgroup and what has been used of the CPU since the reading before. */
static void read_cgroup(struct km_pod_reader *r, struct km_cgroup *cgroup, const char *path,
                        unsigned how, struct km_usage *usage, struct km_sample *sample)
{
    int64_t now = km_usage_clock(), time_ms = stamp(r);

    km_cgroup_read(cgroup, r->root, r->mounts, path, how, r->buf);
    if (cgroup->made_anew)
        *usage = (struct km_usage){0};
    *sample = cgroup->sample;
    sample->time_ms = time_ms;
    km_usage_update(usage, now, sample);
}

/* The sandbox's own container: one process called "pause", that is nobody's container by name. */
static bool is_pause(struct km_pod_reader *r, const struct km_processes *processes)
{
    return processes->count == 1 &&
           km_root_read(r->root, r->buf, "%s/%lld/comm", r->root->proc,
                        (long long)processes->list[0].pid) == 0 &&
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

/* True unless the process by which the network is read has left the container. */
static bool has_process(const struct km_processes *processes, int64_t pid)
{
    for (size_t i = 0; i < processes->listed; i++) {
        if (processes->list[i].pid == pid)
            return true;
    }
    return false;
}

static void close_lists(struct km_pod_reader *r, struct km_container_entry *c)
{
    for (size_t i = 0; i < c->n_folders; i++)
        km_kept_close(r->root, &c->folders[i].procs);
}

/* The container's processes: how many, the pod's network by one of them, their disk traffic. */
static void read_processes(struct km_pod_reader *r, struct km_pod_entry *pod,
                           struct km_container_entry *c, bool is_known)
{
    struct km_processes *p = &c->processes;
    bool was_pause = c->is_pause;

    km_processes_read(p, r->root, r->mounts->tree, c->folders, c->n_folders, r->buf);
    if (r->repeats_lists)
        close_lists(r, c);
    if (strcmp(pod->network.container, c->id) == 0 && !has_process(p, pod->network.pid))
        km_pod_network_close(&pod->network, r->root);
    for (size_t i = 0; i < p->listed && !pod->network.pid; i++)
        km_pod_network_choose(&pod->network, r->root, r->host_network, c->id, p->list[i].pid);
    /* Where the kernel's own count per cgroup is empty, the processes know what they moved. */
    if (!km_sample_has(&c->cgroup.sample, KM_DISK_WRITE_BYTES))
        km_process_io_read(&c->io, r->root, r->buf, p);
    c->is_pause = !is_known && (c->is_pause || is_pause(r, p));
    if (c->is_pause && !was_pause)
        km_cgroup_close(&c->cgroup, r->root); /* most of them are not needed any more */
}

/* What is open only while there is something to read. An ended process cannot be found again. */
static void close_processes(struct km_pod_reader *r, struct km_container_entry *c)
{
    close_lists(r, c);
    for (size_t i = 0; i < c->processes.listed; i++)
        km_kept_close(r->root, &c->processes.list[i].io);
}

/* Adds what the container's processes moved to and from disks, for it and for its pod. */
static void set_disk(struct km_pod_entry *pod, const struct km_container_entry *c,
                     struct km_sample *s)
{
    if (!c->io.known || km_sample_has(s, KM_DISK_WRITE_BYTES))
        return;
    km_sample_set(s, KM_DISK_READ_BYTES, c->io.read_bytes);
    km_sample_set(s, KM_DISK_WRITE_BYTES, c->io.write_bytes);
    if (!__builtin_add_overflow(pod->disk_read, c->io.read_growth, &pod->disk_read) &&
        !__builtin_add_overflow(pod->disk_write, c->io.write_growth, &pod->disk_write))
        pod->has_disk = true;
}

/* Reads one container. how: what its pod's cgroup says of those below it. */
static void read_container(struct km_pod_reader *r, struct km_pod_entry *pod,
                           struct km_container_entry *c, unsigned how, struct km_container *ret)
{
    const struct km_container_facts *facts = km_pod_facts_container(pod->facts, c->id);
    struct km_sample *s = &ret->reading.sample;
    bool was_quiet = is_quiet(&c->cgroup);

    /* It is not reported, and the pod's own cgroup has counted it. */
    if (c->is_pause && !pod->scattered)
        how |= KM_CGROUP_NO_MEMORY;
    km_container_init(ret);
    ret->id = c->id;
    ret->state = "running";
    s->time_ms = stamp(r);
    c->io.read_growth = c->io.write_growth = 0;
    if (c->n_folders)
        read_cgroup(r, &c->cgroup, c->folders[0].path, how, &c->usage, s);
    if (facts)
        take_container_facts(facts, ret);
    if (!is_quiet(&c->cgroup) || (c->is_pause && facts))
        read_processes(r, pod, c, facts != NULL);
    if (is_quiet(&c->cgroup) && !was_quiet)
        close_processes(r, c);
    if (c->processes.known)
        km_sample_set(s, KM_PROC_PIDS, (int64_t)c->processes.count);
    set_disk(pod, c, s);
}

/*
 * Asks for the pod's name again when the names have changed. What was known stays where nothing is
 * found: the API forgets a deleted pod before its cgroup is gone. True if something new was found.
 */
static bool find_facts(struct km_pod_reader *r, struct km_pod_entry *pod)
{
    const struct km_pod_facts *facts;
    uint64_t generation;

    if (!r->names)
        return false;
    generation = km_names_generation(r->names);
    if (generation == pod->generation)
        return false;
    pod->generation = generation;
    facts = km_names_find(r->names, pod->uid);
    if (!facts || facts == pod->facts) {
        km_pod_facts_unref(facts);
        return false;
    }
    km_pod_facts_unref(pod->facts);
    pod->facts = facts;
    return true;
}

static void take_facts(const struct km_pod_entry *entry, struct km_pod *pod)
{
    const struct km_pod_facts *facts = entry->facts;

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
    pod->host_network = facts->host_network;
    set_known(&pod->reading.sample, KM_CPU_REQUEST, facts->cpu_request);
    set_known(&pod->reading.sample, KM_MEM_REQUEST, facts->memory_request);
}

/* What the pod's own cgroup does not count, one of its containers does. */
static void add_container(struct km_pod_entry *pod, struct km_container_entry *c,
                          const struct km_sample *part, struct km_sample *s)
{
    static const enum km_group groups[] = {KM_GROUP_CPU, KM_GROUP_MEMORY, KM_GROUP_PROCESSES};
    int64_t kills = km_sample_has(part, KM_MEM_OOM_KILLS) ? part->value[KM_MEM_OOM_KILLS] : 0;

    if (km_sample_has(part, KM_PROC_PIDS))
        km_scan_add(s, KM_PROC_PIDS, part->value[KM_PROC_PIDS]);
    for (size_t g = 0; pod->scattered && g < sizeof(groups) / sizeof(groups[0]); g++)
        km_pod_sum(part, groups[g], s);
    if (!pod->has_disk && !km_sample_has(&pod->cgroup.sample, KM_DISK_WRITE_BYTES))
        km_pod_sum(part, KM_GROUP_DISK, s);
    if (kills > c->oom_kills && pod->oom_kills <= INT64_MAX - kills)
        pod->oom_kills += kills - c->oom_kills;
    c->oom_kills = kills;
}

/* What the tick and the names ask for beside what has changed. */
static unsigned asked_for(const struct km_pod_reader *r, const struct km_pod_entry *pod, bool news)
{
    uint64_t turn = r->tick + pod->number;

    return (news || turn % KM_POD_LIMITS_TICKS == 0 ? KM_CGROUP_LIMITS : 0) |
           (r->reclaim || turn % KM_POD_MEMORY_TICKS == 0 ? KM_CGROUP_MEMORY : 0);
}

/* Reads the pod's own cgroup; returns what is known of those below it. */
static unsigned read_own(struct km_pod_reader *r, struct km_pod_entry *pod, unsigned how,
                         struct km_sample *s)
{
    if (pod->scattered || !pod->path)
        return how;
    read_cgroup(r, &pod->cgroup, pod->path, how, &pod->usage, s);
    return how | (is_quiet(&pod->cgroup) ? KM_CGROUP_NO_TASK_RAN : 0) |
           (is_quiet(&pod->cgroup) && pod->cgroup.usage_stayed ? KM_CGROUP_USAGE_STAYED : 0);
}

void km_pod_read(struct km_pod_reader *r, struct km_pod_entry *entry, struct km_pod *ret_pod)
{
    struct km_sample *s = &ret_pod->reading.sample;
    bool news = find_facts(r, entry);
    unsigned how = asked_for(r, entry, news);
    size_t n = 0;

    km_pod_init(ret_pod);
    s->time_ms = stamp(r);
    how = read_own(r, entry, how, s);
    take_facts(entry, ret_pod);
    for (size_t i = 0; i < entry->n_containers; i++) {
        struct km_container_entry *c = entry->containers[i];
        struct km_container *reading = &entry->readings[n];

        read_container(r, entry, c, how, reading);
        add_container(entry, c, &reading->reading.sample, s);
        n += !c->is_pause;
    }
    if (entry->scattered)
        km_usage_update(&entry->usage, km_usage_clock(), s);
    /* v1 counts a kill in the container's cgroup alone, which does not outlive it; v2 in both. */
    else if (r->mounts->v1[KM_MEMORY][0] && km_sample_has(s, KM_MEM_OOM_KILLS))
        km_scan_add(s, KM_MEM_OOM_KILLS, entry->oom_kills);
    if (entry->has_disk && !km_sample_has(&entry->cgroup.sample, KM_DISK_WRITE_BYTES)) {
        /* Of other containers' operations, these processes' are missing. */
        km_sample_unset(s, KM_DISK_READ_OPS);
        km_sample_unset(s, KM_DISK_WRITE_OPS);
        km_sample_set(s, KM_DISK_READ_BYTES, entry->disk_read);
        km_sample_set(s, KM_DISK_WRITE_BYTES, entry->disk_write);
    }
    km_pod_network_read(&entry->network, r->root, r->buf, s, &ret_pod->host_network);
    ret_pod->containers = entry->readings;
    ret_pod->n_containers = n;
}
