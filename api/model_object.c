/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes, pods and containers: which members they have, and where each goes. */
#include <string.h>

#include "model_inside.h"

enum member_kind {
    TEXT,      /* const char * */
    TIME,      /* int64_t, Unix ms */
    NUMBER,    /* int32_t from min on */
    FLAG,      /* int8_t: 1 or 0 */
    OWNER,     /* a pod's owner_kind and owner_name */
    TIMESTAMP, /* the reading's time */
    CPU_USAGE, /* the reading's */
    CHILDREN,  /* pods or containers: read last, when the object itself is known */
};

struct member {
    const char *name;
    size_t len;
    enum member_kind kind;
    size_t offset; /* of the field in the object's struct */
    int32_t min, max;
};

#define NAME(text)       text, sizeof(text) - 1
#define NODE(field)      offsetof(struct km_batch, field)
#define POD(field)       offsetof(struct km_pod, field)
#define CONTAINER(field) offsetof(struct km_container, field)

static const struct member node_members[] = {
    {NAME("timestamp"), TIMESTAMP, 0, 0, 0},
    {NAME("node"), TEXT, NODE(node), 0, 0},
    {NAME("boot_id"), TEXT, NODE(boot_id), 0, 0},
    {NAME("interval_ms"), NUMBER, NODE(interval_ms), 1, 3600000},
    {NAME("cpu_usage"), CPU_USAGE, 0, 0, 0},
    {NAME("pods"), CHILDREN, 0, 0, 0},
    {0},
};

static const struct member pod_members[] = {
    {NAME("timestamp"), TIMESTAMP, 0, 0, 0},
    {NAME("pod_name"), TEXT, POD(name), 0, 0},
    {NAME("namespace"), TEXT, POD(name_space), 0, 0},
    {NAME("uid"), TEXT, POD(uid), 0, 0},
    {NAME("node"), TEXT, POD(node), 0, 0},
    {NAME("phase"), TEXT, POD(phase), 0, 0},
    {NAME("owner"), OWNER, 0, 0, 0},
    {NAME("deployment"), TEXT, POD(deployment), 0, 0},
    {NAME("created"), TIME, POD(created_ms), 0, 0},
    {NAME("restarts"), NUMBER, POD(restarts), 0, INT32_MAX},
    {NAME("host_network"), FLAG, POD(host_network), 0, 0},
    {NAME("cpu_usage"), CPU_USAGE, 0, 0, 0},
    {NAME("containers"), CHILDREN, 0, 0, 0},
    {0},
};

static const struct member container_members[] = {
    {NAME("timestamp"), TIMESTAMP, 0, 0, 0},
    {NAME("name"), TEXT, CONTAINER(name), 0, 0},
    {NAME("id"), TEXT, CONTAINER(id), 0, 0},
    {NAME("state"), TEXT, CONTAINER(state), 0, 0},
    {NAME("started"), TIME, CONTAINER(started_ms), 0, 0},
    {NAME("restarts"), NUMBER, CONTAINER(restarts), 0, INT32_MAX},
    {NAME("cpu_usage"), CPU_USAGE, 0, 0, 0},
    {0},
};

/* An object being read: the struct that is filled and the reading in it. */
struct target {
    enum { NODE_OBJECT, POD_OBJECT, CONTAINER_OBJECT } kind;
    const struct member *members; /* others that are no group are ignored */
    void *object;
    struct km_reading *reading;
};

static void read_owner(struct km_model *m, const struct km_model_at *at, yyjson_val *object,
                       struct km_pod *pod)
{
    struct km_model_at kind = {at, "kind", 0}, name = {at, "name", 0};

    if (!yyjson_is_obj(object) || yyjson_obj_size(object) > KM_MODEL_KEYS) {
        km_model_fault(m, at, "must be an object with kind and name");
        return;
    }
    pod->owner_kind = km_model_text(m, &kind, yyjson_obj_get(object, "kind"));
    pod->owner_name = km_model_text(m, &name, yyjson_obj_get(object, "name"));
}

static void read_member(struct km_model *m, const struct km_model_at *at,
                        const struct member *member, yyjson_val *value, const struct target *target)
{
    void *field = (char *)target->object + member->offset;

    switch (member->kind) {
    case TEXT:
        *(const char **)field = km_model_text(m, at, value);
        break;
    case TIME:
        *(int64_t *)field = km_model_time(m, at, value);
        break;
    case NUMBER:
        *(int32_t *)field = (int32_t)km_model_whole(m, at, value, member->min, member->max);
        break;
    case FLAG:
        if (!yyjson_is_bool(value))
            km_model_fault(m, at, "must be true or false");
        *(int8_t *)field = yyjson_is_true(value);
        break;
    case OWNER:
        read_owner(m, at, value, target->object);
        break;
    case TIMESTAMP:
        km_model_timestamp(m, at, value, target->reading);
        break;
    case CPU_USAGE:
        km_model_cpu_usage(m, at, value, target->reading);
        break;
    case CHILDREN:
        break;
    }
}

static bool is_called(const struct member *member, const char *name, size_t len)
{
    return member->len == len && km_same_name(member->name, name, len);
}

/* What a name stands for: none, the member 1 + its place, or the group GROUP + its number. */
#define GROUP 32

_Static_assert(GROUP + KM_GROUP_COUNT <= 64 && sizeof(pod_members) / sizeof(*pod_members) < GROUP,
               "all members and groups have a bit in a word");

static bool stands_for(const struct target *target, unsigned what, const char *name, size_t len)
{
    if (what >= GROUP)
        return km_group_is((int)what - GROUP, name, len);
    return what > 0 && is_called(&target->members[what - 1], name, len);
}

/* before is what the name before this one stood for. */
static unsigned find_name(struct km_model *m, const struct target *target, const char *name,
                          size_t len, unsigned before)
{
    uint8_t *guess = &m->after_member[target->kind][before];
    unsigned what = *guess;

    if (stands_for(target, what, name, len))
        return what;
    for (what = 1; target->members[what - 1].name; what++) {
        if (stands_for(target, what, name, len))
            break;
    }
    if (!target->members[what - 1].name) {
        int group = km_group_find(name, len);

        what = group > 0 ? GROUP + (unsigned)group : 0;
    }
    *guess = (uint8_t)what;
    return what;
}

/* True if arrays and objects are nested deeper than so many. */
static bool is_deeper(yyjson_val *value, int levels)
{
    yyjson_val *inner;
    yyjson_arr_iter items;
    yyjson_obj_iter members;

    if (!yyjson_is_ctn(value))
        return false;
    if (levels == 0)
        return true;
    yyjson_arr_iter_init(value, &items);
    while ((inner = yyjson_arr_iter_next(&items))) {
        if (is_deeper(inner, levels - 1))
            return true;
    }
    yyjson_obj_iter_init(value, &members);
    while ((inner = yyjson_obj_iter_next(&members))) {
        if (is_deeper(yyjson_obj_iter_get_val(inner), levels - 1))
            return true;
    }
    return false;
}

static size_t count_numbers(const struct km_reading *reading)
{
    size_t count = reading->n_extra;

    for (unsigned word = 0; word < KM_SAMPLE_WORDS; word++)
        count += (size_t)__builtin_popcountll(reading->sample.present[word]);
    return count;
}

/* Reads all but the children, which are returned; NULL where there are none. */
static yyjson_val *read_object(struct km_model *m, const struct km_model_at *at, yyjson_val *object,
                               const struct target *target)
{
    yyjson_obj_iter iter = yyjson_obj_iter_with(object);
    struct km_model_at timestamp = {at, "timestamp", 0};
    yyjson_val *key, *children = NULL;
    size_t first_extra = m->extras.count;
    uint64_t seen = 0; /* a bit for each of what find_name() returns */
    unsigned before = 0;

    if (!yyjson_is_obj(object)) {
        km_model_fault(m, at, "must be an object");
        return NULL;
    }
    while ((key = yyjson_obj_iter_next(&iter))) {
        yyjson_val *value = yyjson_obj_iter_get_val(key);
        size_t len = yyjson_get_len(key);
        struct km_model_at here = {at, yyjson_get_str(key), 0};
        unsigned what = find_name(m, target, here.key, len, before);
        const struct member *member = what > 0 && what < GROUP ? &target->members[what - 1] : NULL;
        uint64_t bit = what > 0 ? UINT64_C(1) << what : 0;

        if (len > KM_MODEL_KEY) {
            km_model_fault(m, at, "has a member whose name is longer than %d bytes", KM_MODEL_KEY);
            continue;
        }
        if (seen & bit)
            km_model_fault(m, &here, "stands here twice");
        else if (yyjson_is_null(value))
            ; /* the same as left out, as in the PRD's Optional members */
        else if (what >= GROUP)
            km_model_group(m, &here, (int)what - GROUP, value, target->reading, first_extra);
        else if (member && member->kind == CHILDREN)
            children = value;
        else if (member)
            read_member(m, &here, member, value, target);
        else if (is_deeper(value, KM_MODEL_DEPTH))
            km_model_fault(m, &here, "nested deeper than %d", KM_MODEL_DEPTH);
        seen |= bit;
        before = what;
    }
    target->reading->n_extra = m->extras.count - first_extra;
    if (count_numbers(target->reading) > KM_MODEL_VALUES)
        km_model_fault(m, at, "has more than %d numbers", KM_MODEL_VALUES);
    if (target->reading->sample.time_ms == 0 && m->n_faults == 0)
        km_model_fault(m, &timestamp, "is required");
    return children;
}

static void read_container(struct km_model *m, const struct km_model_at *at, yyjson_val *object,
                           int64_t time_ms)
{
    struct km_container *container =
        km_model_pile_add(m, &m->containers, sizeof(struct km_container));
    struct target target = {CONTAINER_OBJECT, container_members, container,
                            container ? &container->reading : NULL};

    if (!container)
        return;
    km_container_init(container);
    container->reading.sample.time_ms = time_ms;
    read_object(m, at, object, &target);
    if (!container->name && !container->id)
        km_model_fault(m, at, "must have a name or an id");
}

static void read_containers(struct km_model *m, const struct km_model_at *at, yyjson_val *array,
                            struct km_pod *pod)
{
    yyjson_arr_iter iter = yyjson_arr_iter_with(array);
    struct km_model_at here = {at, NULL, 0};
    yyjson_val *object;

    if (!yyjson_is_arr(array) || yyjson_arr_size(array) > KM_MODEL_CONTAINERS) {
        km_model_fault(m, at, "must be an array of at most %d containers", KM_MODEL_CONTAINERS);
        return;
    }
    if (m->containers.count + yyjson_arr_size(array) > KM_MODEL_ALL_CONTAINERS) {
        km_model_fault(m, at, "has, with the pods before, more than %d containers",
                       KM_MODEL_ALL_CONTAINERS);
        return;
    }
    for (; (object = yyjson_arr_iter_next(&iter)) && !m->no_memory; here.place++)
        read_container(m, &here, object, pod->reading.sample.time_ms);
    pod->n_containers = here.place;
}

/* A pod with its containers; its time is set before where it may be left out. */
static void read_pod(struct km_model *m, const struct km_model_at *at, yyjson_val *object,
                     struct km_pod *pod)
{
    struct target target = {POD_OBJECT, pod_members, pod, &pod->reading};
    struct km_model_at here = {at, "containers", 0};
    yyjson_val *containers = read_object(m, at, object, &target);

    if (containers)
        read_containers(m, &here, containers, pod);
}

static void read_pods(struct km_model *m, const struct km_model_at *at, yyjson_val *array,
                      struct km_batch *batch)
{
    yyjson_arr_iter iter = yyjson_arr_iter_with(array);
    struct km_model_at here = {at, NULL, 0};
    yyjson_val *object;

    if (!yyjson_is_arr(array) || yyjson_arr_size(array) > KM_MODEL_PODS) {
        km_model_fault(m, at, "must be an array of at most %d pods", KM_MODEL_PODS);
        return;
    }
    for (; (object = yyjson_arr_iter_next(&iter)) && !m->no_memory; here.place++) {
        struct km_model_at name = {&here, "pod_name", 0}, name_space = {&here, "namespace", 0};
        size_t before = m->n_faults;
        struct km_pod *pod = km_model_pile_add(m, &m->pods, sizeof(struct km_pod));

        if (!pod)
            return;
        km_pod_init(pod);
        pod->reading.sample.time_ms = batch->reading.sample.time_ms;
        read_pod(m, &here, object, pod);
        if (m->n_faults == before && !pod->name)
            km_model_fault(m, &name, "is required");
        if (m->n_faults == before && !pod->name_space && !pod->uid)
            km_model_fault(m, &name_space, "is required of a pod without a uid");
        pod->node = batch->node;
    }
}

void km_model_node_object(struct km_model *m, yyjson_val *root, struct km_batch *batch)
{
    struct target target = {NODE_OBJECT, node_members, batch, &batch->reading};
    struct km_model_at here = {NULL, "pods", 0};
    yyjson_val *pods = read_object(m, NULL, root, &target);

    if (pods)
        read_pods(m, &here, pods, batch);
}

void km_model_pod_object(struct km_model *m, yyjson_val *root, struct km_pod *pod)
{
    km_pod_init(pod);
    read_pod(m, NULL, root, pod);
}
