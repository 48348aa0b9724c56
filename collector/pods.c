/* SPDX-License-Identifier: Apache-2.0 */
#include "pods.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_name.h"
#include "cgroup_procs.h"
#include "cgroup_read.h"
#include "clean.h"
#include "net_dev.h"
#include "pod_sum.h"
#include "process_io.h"
#include "scan.h"
#include "time_format.h"
#include "usage.h"

#define WALK_DEPTH 8 /* kind's nested nodes put pods 6 folders deep */

struct container {
    char id[65];
    char path[512];
    bool seen;
    struct km_usage usage;
    struct km_process_io io;
    int64_t oom_kills; /* by the last reading */
    struct km_container reading;
};

struct pod {
    char uid[37];
    char path[512];
    bool seen;
    struct km_usage usage;
    bool scattered; /* its containers are not below its folder: its numbers are their sum */
    bool has_disk;
    int64_t disk_read, disk_write; /* grown by its containers', so that it outlives them */
    int64_t oom_kills;             /* the same */
    struct container **containers;
    size_t n_containers;
    struct km_container *readings; /* those of containers that are not the pause container */
    char pod_name[254], name_space[64];
    struct km_pod reading;
};

struct km_pods {
    struct pod **items;
    size_t count;
    struct km_pod *readings;
    char host_network[64]; /* what /proc/1/ns/net links to */
};

struct km_pods *km_pods_new(void)
{
    return calloc(1, sizeof(struct km_pods));
}

static void pod_free(struct pod *pod)
{
    for (size_t i = 0; i < pod->n_containers; i++)
        free(pod->containers[i]);
    free(pod->containers);
    free(pod->readings);
    free(pod);
}

void km_pods_free(struct km_pods *pods)
{
    if (!pods)
        return;
    for (size_t i = 0; i < pods->count; i++)
        pod_free(pods->items[i]);
    free(pods->items);
    free(pods->readings);
    free(pods);
}

/* --- finding -----------------------------------------------------------------------------------
 */

static struct pod *pod_of(struct km_pods *pods, const char *uid)
{
    struct pod **items, *pod;

    for (size_t i = 0; i < pods->count; i++) {
        if (strcmp(pods->items[i]->uid, uid) == 0)
            return pods->items[i];
    }
    items = realloc(pods->items, (pods->count + 1) * sizeof(struct pod *));
    if (!items)
        return NULL;
    pods->items = items;
    pod = calloc(1, sizeof(*pod));
    if (!pod)
        return NULL;
    snprintf(pod->uid, sizeof(pod->uid), "%s", uid);
    items[pods->count++] = pod;
    return pod;
}

static struct container *container_of(struct pod *pod, const char *id)
{
    struct container **items, *c;

    for (size_t i = 0; i < pod->n_containers; i++) {
        if (strcmp(pod->containers[i]->id, id) == 0)
            return pod->containers[i];
    }
    items = realloc(pod->containers, (pod->n_containers + 1) * sizeof(struct container *));
    if (!items)
        return NULL;
    pod->containers = items;
    c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    snprintf(c->id, sizeof(c->id), "%s", id);
    items[pod->n_containers++] = c;
    return c;
}

struct walk {
    struct km_pods *pods;
    const struct km_root *root;
    const char *mount;
    bool no_memory;
};

static void found_container(struct walk *w, struct pod *pod, const char *id, const char *path)
{
    struct container *c = container_of(pod, id);

    w->no_memory |= !c;
    if (c) {
        c->seen = true;
        snprintf(c->path, sizeof(c->path), "%s", path);
    }
}

/* Looks through the folder at path ("" is the mount itself) of pod, or of none yet. */
static void walk(struct walk *w, const char *path, struct pod *pod, int depth)
{
    char full[KM_PATH];
    km_auto_closedir DIR *dir = NULL;
    const struct dirent *entry;

    km_root_path(w->root, full, "%s%s", w->mount, path);
    dir = *full ? opendir(full) : NULL;
    while (dir && (entry = readdir(dir))) {
        char inner[512], uid[37], id[65];

        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >= (int)sizeof(inner))
            continue;
        if (pod) {
            if (km_cgroup_container(entry->d_name, id))
                found_container(w, pod, id, inner);
        } else if (km_cgroup_pod_container(entry->d_name, uid, id)) {
            struct pod *found = pod_of(w->pods, uid);

            w->no_memory |= !found;
            if (found) {
                found->seen = found->scattered = true;
                found_container(w, found, id, inner);
            }
        } else if (km_cgroup_pod(entry->d_name, uid)) {
            struct pod *found = pod_of(w->pods, uid);

            w->no_memory |= !found;
            if (found) {
                found->seen = true;
                memcpy(found->path, inner, sizeof(inner));
                walk(w, inner, found, depth);
            }
        } else if (depth > 0) {
            walk(w, inner, NULL, depth - 1);
        }
    }
}

/* Forgets what the walk has not seen, and takes the marks off what it has. */
static void forget_gone(struct km_pods *pods)
{
    size_t kept = 0;

    for (size_t i = 0; i < pods->count; i++) {
        struct pod *pod = pods->items[i];
        size_t kept_containers = 0;

        if (!pod->seen) {
            pod_free(pod);
            continue;
        }
        for (size_t c = 0; c < pod->n_containers; c++) {
            if (pod->containers[c]->seen)
                pod->containers[kept_containers++] = pod->containers[c];
            else
                free(pod->containers[c]);
        }
        for (size_t c = 0; c < kept_containers; c++)
            pod->containers[c]->seen = false;
        pod->n_containers = kept_containers;
        pod->seen = false;
        pods->items[kept++] = pod;
    }
    pods->count = kept;
}

/* --- reading -----------------------------------------------------------------------------------
 */

struct reading {
    struct km_root *root;
    const struct km_cgroup_mounts *mounts;
    const struct km_names *names;
    struct km_buf *buf;
    const char *host_network;
};

static void read_cgroup(struct reading *r, const char *path, struct km_usage *usage,
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
static bool read_network(struct reading *r, int64_t pid, struct km_pod *pod)
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

/* The sandbox's own container: one process called "pause", that no log link names. */
static bool is_pause(struct reading *r, const struct container *c, const int64_t *pids, size_t n)
{
    if (r->names && km_names_container(r->names, c->id))
        return false;
    return n == 1 &&
           km_root_read(r->root, r->buf, "%s/%lld/comm", r->root->proc, (long long)pids[0]) == 0 &&
           strcmp(r->buf->data, "pause\n") == 0;
}

/* Reads one container. Returns whether it is one to be reported, and adds what it says of its pod.
 */
static bool read_container(struct reading *r, struct pod *pod, struct container *c)
{
    struct km_sample *s = &c->reading.reading.sample;
    const struct km_container_name *name = r->names ? km_names_container(r->names, c->id) : NULL;
    km_auto_free int64_t *pids = NULL;
    size_t n = 0;

    km_container_init(&c->reading);
    c->reading.id = c->id;
    c->reading.name = name ? name->container : NULL;
    c->reading.state = "running";
    read_cgroup(r, c->path, &c->usage, s);
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
    return !is_pause(r, c, pids, n);
}

static void name_pod(const struct reading *r, struct pod *pod)
{
    const struct km_container_name *name = r->names ? km_names_pod(r->names, pod->uid) : NULL;

    if (name) {
        snprintf(pod->pod_name, sizeof(pod->pod_name), "%s", name->pod);
        snprintf(pod->name_space, sizeof(pod->name_space), "%s", name->name_space);
    }
    pod->reading.uid = pod->uid;
    pod->reading.name = *pod->pod_name ? pod->pod_name : pod->uid;
    pod->reading.name_space = *pod->name_space ? pod->name_space : NULL;
}

/* What the pod's own cgroup does not count, its containers do. */
static void fill_from_containers(const struct reading *r, struct pod *pod)
{
    static const enum km_group groups[] = {KM_GROUP_CPU, KM_GROUP_MEMORY, KM_GROUP_PROCESSES};
    struct km_sample *s = &pod->reading.reading.sample;
    bool has_disk = pod->has_disk || km_sample_has(s, KM_DISK_WRITE_BYTES);

    for (size_t i = 0; i < pod->n_containers; i++) {
        struct container *c = pod->containers[i];
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

static int read_pod(struct reading *r, struct pod *pod)
{
    struct km_sample *s = &pod->reading.reading.sample;
    struct km_container *list;
    size_t n = 0;

    list = realloc(pod->readings, (pod->n_containers + 1) * sizeof(*list));
    if (!list)
        return -ENOMEM;
    pod->readings = list;
    km_pod_init(&pod->reading);
    name_pod(r, pod);
    s->time_ms = km_time_now_ms();
    if (!pod->scattered)
        read_cgroup(r, pod->path, &pod->usage, s);
    for (size_t i = 0; i < pod->n_containers; i++) {
        struct container *c = pod->containers[i];

        if (read_container(r, pod, c))
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

/*
 * The host's network namespace: that of process 1, or, where the kernel does not show it, our own
 * (the DaemonSet runs with hostNetwork).
 */
static void find_host_network(struct km_pods *pods, const struct km_root *root)
{
    static const char *const processes[] = {"1", "self"};

    pods->host_network[0] = '\0';
    for (size_t i = 0; i < 2 && !pods->host_network[0]; i++) {
        char path[KM_PATH];
        ssize_t len;

        km_root_path(root, path, "%s/%s/ns/net", root->proc, processes[i]);
        len = readlink(path, pods->host_network, sizeof(pods->host_network) - 1);
        pods->host_network[len > 0 ? len : 0] = '\0';
    }
}

int km_pods_read(struct km_pods *pods, struct km_root *root, const struct km_cgroup_mounts *mounts,
                 const struct km_names *names, struct km_buf *buf, const struct km_pod **ret_pods,
                 size_t *ret_count)
{
    struct walk w = {.pods = pods, .root = root, .mount = mounts->tree};
    struct reading r = {root, mounts, names, buf, pods->host_network};
    struct km_pod *list;

    find_host_network(pods, root);
    walk(&w, "", NULL, WALK_DEPTH);
    forget_gone(pods);
    list = realloc(pods->readings, (pods->count + 1) * sizeof(*list));
    if (!list || w.no_memory)
        return -ENOMEM;
    pods->readings = list;
    for (size_t i = 0; i < pods->count; i++) {
        if (read_pod(&r, pods->items[i]) < 0)
            return -ENOMEM;
        list[i] = pods->items[i]->reading;
    }
    *ret_pods = list;
    *ret_count = pods->count;
    return 0;
}
