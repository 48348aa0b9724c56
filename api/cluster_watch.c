/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster_object.h"
#include "json_write.h"
#include "key_map.h"
#include "kube_watch.h"
#include "text.h"

#define PAGE     500         /* objects of a list's page: some MB of nodes, the largest of them */
#define PAGE_MAX (64u << 20) /* bytes of a page */

enum kind { REPLICA_SETS, JOBS, NODES, KINDS };

/* One watch and what it has brought. */
struct collection {
    struct km_cluster_watch *all;
    enum kind kind;
    struct km_key_map *map;
    struct km_kube_watch *watch;
    bool listed;
    bool full; /* and that was said */
};

struct km_cluster_watch {
    pthread_rwlock_t lock; /* of the maps: watches write, batches read */
    struct collection of[KINDS];
    void (*say)(const char *words);
};

static const struct {
    const char *path, *name;
    bool metadata_only;
} kinds[KINDS] = {
    [REPLICA_SETS] = {"/apis/apps/v1/replicasets", "replicasets", true},
    [JOBS] = {"/apis/batch/v1/jobs", "jobs", true},
    [NODES] = {"/api/v1/nodes", "nodes", false},
};

/* --- what the watches call ---------------------------------------------------------------------
 */

static void on_listing(void *arg)
{
    struct collection *c = arg;

    pthread_rwlock_wrlock(&c->all->lock);
    km_key_map_begin(c->map);
    pthread_rwlock_unlock(&c->all->lock);
}

static void on_put(void *arg, yyjson_val *object)
{
    struct collection *c = arg;
    char key[KM_CLUSTER_KEY], words[128];
    void *value;
    int r;

    if (!km_cluster_key(object, key))
        return;
    value = c->kind == NODES ? (void *)km_cluster_node_read(object)
                             : (void *)km_cluster_owner_read(object);
    pthread_rwlock_wrlock(&c->all->lock);
    r = value ? km_key_map_put(c->map, key, value) : -ENOMEM;
    pthread_rwlock_unlock(&c->all->lock);
    if (r < 0 && !c->full) {
        snprintf(words, sizeof(words), "some %s are not kept: %s", kinds[c->kind].name,
                 r == -ENOSPC ? "there are too many" : "memory ran out");
        c->all->say(words);
    }
    c->full = r < 0;
}

static void on_removed(void *arg, yyjson_val *object)
{
    struct collection *c = arg;
    char key[KM_CLUSTER_KEY];

    if (!km_cluster_key(object, key))
        return;
    pthread_rwlock_wrlock(&c->all->lock);
    km_key_map_remove(c->map, key);
    pthread_rwlock_unlock(&c->all->lock);
}

static void on_listed(void *arg)
{
    struct collection *c = arg;

    pthread_rwlock_wrlock(&c->all->lock);
    km_key_map_end(c->map);
    c->listed = true;
    pthread_rwlock_unlock(&c->all->lock);
}

static void on_trouble(void *arg, const char *words)
{
    struct collection *c = arg;
    char line[600];

    snprintf(line, sizeof(line), "watching %s: %s; trying again", kinds[c->kind].name, words);
    km_text_trim(line);
    c->all->say(line);
}

/* --- life --------------------------------------------------------------------------------------
 */

static int start(struct km_cluster_watch *all, const struct km_kube_config *config, enum kind kind)
{
    struct collection *c = &all->of[kind];
    struct km_kube_handler handler = {.arg = c,
                                      .listing = on_listing,
                                      .put = on_put,
                                      .removed = on_removed,
                                      .listed = on_listed,
                                      .trouble = on_trouble};
    struct km_kube_watch_options options = {.path = kinds[kind].path,
                                            .query = "",
                                            .metadata_only = kinds[kind].metadata_only,
                                            .page = PAGE,
                                            .list_max = PAGE_MAX};

    c->all = all;
    c->kind = kind;
    c->map = km_key_map_new(KM_CLUSTER_OBJECTS);
    return c->map ? km_kube_watch_start(config, &options, &handler, &c->watch) : -ENOMEM;
}

int km_cluster_watch_start(const struct km_kube_config *config, void (*say)(const char *words),
                           struct km_cluster_watch **ret_watch)
{
    struct km_cluster_watch *all = calloc(1, sizeof(*all));
    pthread_rwlockattr_t attr;
    int r = 0;

    if (!all)
        return -ENOMEM;
    all->say = say;
    pthread_rwlockattr_init(&attr);
    /* Batches never stop coming: a watch must not wait for a moment without one. */
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&all->lock, &attr);
    pthread_rwlockattr_destroy(&attr);
    for (int kind = 0; kind < KINDS && r == 0; kind++)
        r = start(all, config, (enum kind)kind);
    if (r < 0) {
        km_cluster_watch_stop(all);
        return r;
    }
    *ret_watch = all;
    return 0;
}

void km_cluster_watch_stop(struct km_cluster_watch *watch)
{
    if (!watch)
        return;
    for (int kind = 0; kind < KINDS; kind++)
        km_kube_watch_cancel(watch->of[kind].watch);
    for (int kind = 0; kind < KINDS; kind++) {
        km_kube_watch_stop(watch->of[kind].watch);
        km_key_map_free(watch->of[kind].map);
    }
    pthread_rwlock_destroy(&watch->lock);
    free(watch);
}

/* --- batches -----------------------------------------------------------------------------------
 */

/* What controls the pod's own owner, or NULL where that is not known. */
static const struct km_cluster_owner *owner_of_owner(const struct km_cluster_watch *watch,
                                                     const struct km_pod *pod)
{
    enum kind kind;
    char key[KM_CLUSTER_KEY];

    if (!pod->owner_kind || !pod->owner_name || !pod->name_space)
        return NULL;
    if (strcmp(pod->owner_kind, "ReplicaSet") == 0)
        kind = REPLICA_SETS;
    else if (strcmp(pod->owner_kind, "Job") == 0)
        kind = JOBS;
    else
        return NULL;
    if (snprintf(key, sizeof(key), "%s/%s", pod->name_space, pod->owner_name) >= (int)sizeof(key))
        return NULL;
    return km_key_map_get(watch->of[kind].map, key);
}

static void fill_pod(const struct km_cluster_watch *watch, struct km_pod *pod)
{
    const struct km_cluster_owner *owner = owner_of_owner(watch, pod);

    if (!owner)
        return;
    pod->deployment = NULL; /* what the label said: now it is known */
    if (strcmp(owner->kind, "Deployment") == 0) {
        pod->deployment = owner->name;
    } else if (*owner->name) {
        pod->workload_kind = owner->kind;
        pod->workload_name = owner->name;
    }
}

static void fill_node(const struct km_cluster_watch *watch, struct km_batch *batch)
{
    const struct km_cluster_node *node = km_key_map_get(watch->of[NODES].map, batch->node);
    struct km_sample *sample = &batch->reading.sample;

    if (node && node->cpu_milli >= 0)
        km_sample_set(sample, KM_CPU_ALLOCATABLE, node->cpu_milli);
    if (node && node->memory >= 0)
        km_sample_set(sample, KM_MEM_ALLOCATABLE, node->memory);
}

void km_cluster_watch_fill(struct km_cluster_watch *watch, struct km_batch *batch,
                           struct km_pod *pods)
{
    pthread_rwlock_rdlock(&watch->lock);
    for (size_t i = 0; i < batch->n_pods; i++)
        fill_pod(watch, &pods[i]);
    if (batch->has_node)
        fill_node(watch, batch);
}

void km_cluster_watch_done(struct km_cluster_watch *watch)
{
    pthread_rwlock_unlock(&watch->lock);
}

/* --- nodes -------------------------------------------------------------------------------------
 */

struct ready {
    int (*each)(void *arg, const char *node);
    void *arg;
};

static int if_ready(void *arg, const char *key, void *value)
{
    const struct ready *ready = arg;
    const struct km_cluster_node *node = value;

    return node->ready ? ready->each(ready->arg, key) : 0;
}

int km_cluster_watch_ready_nodes(struct km_cluster_watch *watch,
                                 int (*each)(void *arg, const char *node), void *arg)
{
    const struct collection *nodes = &watch->of[NODES];
    struct ready ready = {each, arg};
    int r;

    pthread_rwlock_rdlock(&watch->lock);
    r = nodes->listed ? km_key_map_each(nodes->map, if_ready, &ready) : -EAGAIN;
    pthread_rwlock_unlock(&watch->lock);
    return r;
}

void km_cluster_watch_write_status(struct km_cluster_watch *watch, struct km_json *w)
{
    pthread_rwlock_rdlock(&watch->lock);
    km_json_member_object(w, "cluster");
    for (int kind = 0; kind < KINDS; kind++)
        km_json_member_int(w, kinds[kind].name, (int64_t)km_key_map_count(watch->of[kind].map));
    km_json_object_end(w);
    pthread_rwlock_unlock(&watch->lock);
}
