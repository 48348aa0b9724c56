/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_object.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "quantity.h"
#include "time_format.h"

/* The member at the end of a path of keys, which ends with NULL. */
#define at(value, ...) at_path(value, (const char *const[]){__VA_ARGS__, NULL})

static yyjson_val *at_path(yyjson_val *value, const char *const *path)
{
    for (; *path; path++)
        value = yyjson_obj_get(value, *path);
    return value;
}

static const char *text(yyjson_val *value)
{
    return yyjson_is_str(value) && yyjson_get_len(value) ? yyjson_get_str(value) : NULL;
}

static int64_t time_of(yyjson_val *value)
{
    int64_t ms = 0;

    if (yyjson_is_str(value))
        km_time_parse(yyjson_get_str(value), yyjson_get_len(value), &ms);
    return ms;
}

const char *km_pod_object_uid(yyjson_val *pod)
{
    yyjson_val *metadata = yyjson_obj_get(pod, "metadata");
    const char *hash = text(at(metadata, "annotations", "kubernetes.io/config.hash"));

    return hash ? hash : text(at(metadata, "uid"));
}

static void read_owner(yyjson_val *metadata, struct km_pod_object *o)
{
    const char *hash = text(at(metadata, "labels", "pod-template-hash"));
    yyjson_val *owner;
    size_t i, n, len, tail;

    yyjson_arr_foreach(at(metadata, "ownerReferences"), i, n, owner)
    {
        if (yyjson_get_bool(at(owner, "controller"))) {
            o->facts.owner_kind = text(at(owner, "kind"));
            o->facts.owner_name = text(at(owner, "name"));
            break;
        }
    }
    if (!hash || !o->facts.owner_kind || !o->facts.owner_name ||
        strcmp(o->facts.owner_kind, "ReplicaSet") != 0)
        return;
    len = strlen(o->facts.owner_name);
    tail = strlen(hash) + 1;
    if (len > tail && len - tail < sizeof(o->deployment) &&
        o->facts.owner_name[len - tail] == '-' &&
        strcmp(o->facts.owner_name + len - tail + 1, hash) == 0) {
        memcpy(o->deployment, o->facts.owner_name, len - tail);
        o->deployment[len - tail] = '\0';
        o->facts.deployment = o->deployment;
    }
}

/* The quantity resources.requests.<name>, else the limit, which stands for a request left out. */
static int64_t request(yyjson_val *resources, const char *name, int64_t scale)
{
    const char *words = text(at(resources, "requests", name));
    int64_t value;

    if (!words)
        words = text(at(resources, "limits", name));
    return words && km_quantity_parse(words, scale, &value) == 0 ? value : -1;
}

/* --- containers ------------------------------------------------------------------------------ */

/* "containerd://<id>" */
static const char *id_of(yyjson_val *container_id)
{
    const char *words = text(container_id), *id = words ? strstr(words, "://") : NULL;

    return id && id[3] ? id + 3 : NULL;
}

static void read_status(yyjson_val *status, struct km_container_facts *c)
{
    static const char *const states[] = {"running", "waiting", "terminated"};
    yyjson_val *restarts = at(status, "restartCount");

    c->id = id_of(at(status, "containerID"));
    if (yyjson_is_uint(restarts) && yyjson_get_uint(restarts) <= INT32_MAX)
        c->restarts = (int32_t)yyjson_get_uint(restarts);
    for (size_t i = 0; i < 3; i++) {
        yyjson_val *state = at(status, "state", states[i]);

        if (state) {
            c->state = states[i];
            c->started_ms = time_of(at(state, "startedAt"));
        }
    }
}

static yyjson_val *status_of(yyjson_val *statuses, const char *name)
{
    yyjson_val *status;
    size_t i, n;

    yyjson_arr_foreach(statuses, i, n, status)
    {
        const char *its = text(at(status, "name"));

        if (its && strcmp(its, name) == 0)
            return status;
    }
    return NULL;
}

/* Anybody who may make a pod writes these: their sum stays at the largest number. */
static int64_t add(int64_t left, int64_t right)
{
    int64_t sum;

    return __builtin_add_overflow(left, right, &sum) ? INT64_MAX : sum;
}

/* What the containers want: of the running ones together, and at most while starting. */
struct demand {
    int64_t together, starting;
};

static void demand_add(struct demand *d, int64_t request, bool is_init, bool stays)
{
    int64_t starting;

    request = request > 0 ? request : 0;
    if (stays)
        d->together = add(d->together, request);
    starting = add(d->together, stays ? 0 : request);
    if (is_init && starting > d->starting)
        d->starting = starting;
}

static int64_t demand_of(const struct demand *d)
{
    return d->together > d->starting ? d->together : d->starting;
}

static void count_restarts(struct km_pod_facts *pod, int32_t more)
{
    int32_t before = pod->restarts > 0 ? pod->restarts : 0;

    pod->restarts = more > INT32_MAX - before ? INT32_MAX : before + more;
}

struct containers {
    struct km_pod_object *o;
    struct demand cpu, memory;
};

/* One list of containers with its list of statuses. */
static void read_containers(struct containers *l, yyjson_val *specs, yyjson_val *statuses,
                            bool is_init)
{
    struct km_pod_facts *pod = &l->o->facts;
    yyjson_val *spec;
    size_t i, n;

    yyjson_arr_foreach(specs, i, n, spec)
    {
        const char *policy = text(at(spec, "restartPolicy"));
        bool stays = !is_init || (policy && strcmp(policy, "Always") == 0);
        struct km_container_facts *c = &l->o->containers[pod->n_containers];

        if (pod->n_containers == KM_POD_CONTAINERS || !text(at(spec, "name")))
            continue;
        km_container_facts_init(c);
        c->name = text(at(spec, "name"));
        c->cpu_request = request(at(spec, "resources"), "cpu", 1000);
        c->memory_request = request(at(spec, "resources"), "memory", 1);
        read_status(status_of(statuses, c->name), c);
        if (stays && c->restarts >= 0)
            count_restarts(pod, c->restarts);
        demand_add(&l->cpu, c->cpu_request, is_init, stays);
        demand_add(&l->memory, c->memory_request, is_init, stays);
        pod->n_containers++;
    }
}

static int64_t pod_request(yyjson_val *spec, const char *name, int64_t scale,
                           const struct demand *demand)
{
    const char *overhead = text(at(spec, "overhead", name));
    int64_t whole = request(at(spec, "resources"), name, scale), more = 0;

    if (whole < 0)
        whole = demand_of(demand);
    if (overhead)
        km_quantity_parse(overhead, scale, &more);
    whole = add(whole, more);
    return whole > 0 ? whole : -1;
}

int km_pod_object_read(yyjson_val *pod, struct km_pod_object *ret_object)
{
    yyjson_val *metadata = at(pod, "metadata"), *spec = at(pod, "spec"),
               *status = at(pod, "status");
    struct km_pod_facts *facts = &ret_object->facts;
    struct containers l = {.o = ret_object};

    km_pod_facts_init(facts);
    facts->uid = km_pod_object_uid(pod);
    facts->name = text(at(metadata, "name"));
    facts->name_space = text(at(metadata, "namespace"));
    if (!facts->uid || !facts->name || !facts->name_space)
        return -EBADMSG;
    facts->phase = text(at(status, "phase"));
    facts->created_ms = time_of(at(metadata, "creationTimestamp"));
    facts->host_network = yyjson_get_bool(at(spec, "hostNetwork"));
    read_owner(metadata, ret_object);
    read_containers(&l, at(spec, "initContainers"), at(status, "initContainerStatuses"), true);
    read_containers(&l, at(spec, "containers"), at(status, "containerStatuses"), false);
    facts->containers = ret_object->containers;
    facts->cpu_request = pod_request(spec, "cpu", 1000, &l.cpu);
    facts->memory_request = pod_request(spec, "memory", 1, &l.memory);
    return 0;
}
