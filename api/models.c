/* SPDX-License-Identifier: Apache-2.0 */
#include "models.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "json_check.h"
#include "time_format.h"

/* A growing array of one kind, kept for the next body. */
struct pile {
    void *items;
    size_t count, room;
};

struct km_model {
    void *pool; /* yyjson's memory */
    size_t pool_size;
    yyjson_doc *doc;
    struct pile pods, containers, extras;
    struct km_fault faults[KM_MODEL_FAULTS];
    size_t n_faults;
    bool no_memory;
    int (*accepts)(void *arg, int64_t time_ms);
    void *accepts_arg;
};

/* Where we are in the body: a chain of steps up to the root, written out only for a fault. */
struct at {
    const struct at *up;
    const char *key; /* NULL: an array's place */
    size_t place;
};

struct km_model *km_model_new(void)
{
    return calloc(1, sizeof(struct km_model));
}

void km_model_free(struct km_model *model)
{
    if (!model)
        return;
    free(model->pool);
    free(model->pods.items);
    free(model->containers.items);
    free(model->extras.items);
    free(model);
}

const struct km_fault *km_model_faults(const struct km_model *model, size_t *ret_listed,
                                       size_t *ret_total)
{
    *ret_listed = model->n_faults < KM_MODEL_FAULTS ? model->n_faults : KM_MODEL_FAULTS;
    *ret_total = model->n_faults;
    return model->faults;
}

/* Writes the steps as a JSON Pointer (RFC 6901): "~" is "~0" and "/" is "~1" in a name. */
static size_t write_pointer(const struct at *at, char *text, size_t size)
{
    size_t used;

    if (!at)
        return 0;
    used = write_pointer(at->up, text, size);
    if (used + 24 >= size)
        return used;
    if (!at->key)
        return used + (size_t)snprintf(text + used, size - used, "/%zu", at->place);
    text[used++] = '/';
    for (const char *p = at->key; *p && used + 3 < size; p++) {
        if (*p == '~' || *p == '/') {
            text[used++] = '~';
            text[used++] = *p == '~' ? '0' : '1';
        } else {
            text[used++] = *p;
        }
    }
    text[used] = '\0';
    return used;
}

static void fault(struct km_model *m, const struct at *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fault(struct km_model *m, const struct at *at, const char *format, ...)
{
    if (m->n_faults < KM_MODEL_FAULTS) {
        struct km_fault *f = &m->faults[m->n_faults];
        va_list args;

        f->pointer[0] = '\0';
        write_pointer(at, f->pointer, sizeof(f->pointer));
        va_start(args, format);
        vsnprintf(f->detail, sizeof(f->detail), format, args);
        va_end(args);
    }
    m->n_faults++;
}

/* One more item at the end of the pile, zeroed; NULL when memory runs out. */
static void *pile_add(struct km_model *m, struct pile *pile, size_t size)
{
    if (pile->count == pile->room) {
        size_t room = pile->room ? pile->room * 2 : 32;
        void *items = realloc(pile->items, room * size);

        if (!items) {
            m->no_memory = true;
            return NULL;
        }
        pile->items = items;
        pile->room = room;
    }
    return memset((char *)pile->items + pile->count++ * size, 0, size);
}

/* --- values ---------------------------------------------------------------------------------- */

static const char *read_text(struct km_model *m, const struct at *at, yyjson_val *value)
{
    const char *text = yyjson_get_str(value);
    size_t len = yyjson_get_len(value);

    if (!text) {
        fault(m, at, "must be a string");
        return NULL;
    }
    if (len == 0 || len > KM_MODEL_NAME) {
        fault(m, at, "must have 1 to %d bytes", KM_MODEL_NAME);
        return NULL;
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f || text[i] == '/') {
            fault(m, at, "must not contain control characters or '/'");
            return NULL;
        }
    }
    return text;
}

/* RFC 3339 text, or a number of seconds since 1970 as Python's pydantic also takes. 0 on a fault.
 */
static int64_t read_time(struct km_model *m, const struct at *at, yyjson_val *value)
{
    int64_t ms = -1;

    if (yyjson_is_str(value)) {
        if (km_time_parse(yyjson_get_str(value), yyjson_get_len(value), &ms) < 0)
            ms = -1;
    } else if (yyjson_is_num(value)) {
        double seconds = yyjson_get_num(value);

        if (seconds >= 0 && seconds <= (double)KM_TIME_MAX_MS / 1000)
            ms = (int64_t)llround(seconds * 1000);
    }
    if (ms < 0) {
        fault(m, at, "must be a time such as 2026-11-24T00:13:51Z, or seconds since 1970");
        return 0;
    }
    return ms;
}

static void read_timestamp(struct km_model *m, const struct at *at, yyjson_val *value,
                           struct km_reading *reading)
{
    size_t before = m->n_faults;
    int r;

    reading->sample.time_ms = read_time(m, at, value);
    if (m->n_faults != before)
        return;
    r = m->accepts(m->accepts_arg, reading->sample.time_ms);
    if (r == -ETIME)
        fault(m, at, "is older than the server keeps history");
    else if (r < 0)
        fault(m, at, "is more than 5 minutes ahead of the server's clock");
}

static int64_t read_whole(struct km_model *m, const struct at *at, yyjson_val *value, int64_t min,
                          int64_t max)
{
    if (yyjson_is_sint(value) || (yyjson_is_uint(value) && yyjson_get_uint(value) <= INT64_MAX)) {
        int64_t number = yyjson_get_sint(value);

        if (number >= min && number <= max)
            return number;
    } else if (!yyjson_is_uint(value)) {
        fault(m, at, "must be a whole number");
        return min;
    }
    if (max == INT64_MAX)
        fault(m, at, min ? "must fit into 64 bits" : "must be 0 or more and fit into 63 bits");
    else
        fault(m, at, "must be %lld to %lld", (long long)min, (long long)max);
    return min;
}

/* Millicores: whole thousandths go into CPU_USAGE, anything else bit by bit into its EXACT twin. */
static void read_cpu_usage(struct km_model *m, const struct at *at, yyjson_val *value,
                           struct km_reading *reading)
{
    double number = yyjson_get_num(value);
    double milli = nearbyint(number * 1000);
    int64_t bits;

    if (!yyjson_is_num(value)) {
        fault(m, at, "must be a number");
    } else if (!(number >= 0 && number <= 1e9)) {
        fault(m, at, "must be 0 to 1000000000 millicores");
    } else if (km_sample_has(&reading->sample, KM_CPU_USAGE) ||
               km_sample_has(&reading->sample, KM_CPU_USAGE_EXACT)) {
        fault(m, at, "stands here twice");
    } else if (milli / 1000 == number) {
        km_sample_set(&reading->sample, KM_CPU_USAGE, (int64_t)milli);
    } else {
        memcpy(&bits, &number, sizeof(bits));
        km_sample_set(&reading->sample, KM_CPU_USAGE_EXACT, bits);
    }
}

/* A member of a group that is not in the catalogue; extras of one reading stand together. */
static void read_extra(struct km_model *m, const struct at *at, int group, yyjson_val *key,
                       yyjson_val *value, size_t first_extra)
{
    const struct km_extra *known = m->extras.items;
    struct km_extra extra = {
        .group = (uint8_t)group, .key = yyjson_get_str(key), .key_len = yyjson_get_len(key)};
    struct km_extra *slot;

    for (size_t i = first_extra; i < m->extras.count; i++) {
        if (known[i].group == group && known[i].key_len == extra.key_len &&
            memcmp(known[i].key, extra.key, extra.key_len) == 0) {
            fault(m, at, "stands here twice");
            return;
        }
    }
    extra.value = read_whole(m, at, value, INT64_MIN, INT64_MAX);
    slot = pile_add(m, &m->extras, sizeof(*slot));
    if (slot)
        *slot = extra;
}

static void read_group(struct km_model *m, const struct at *at, int group, yyjson_val *object,
                       struct km_reading *reading, size_t first_extra)
{
    yyjson_obj_iter iter = yyjson_obj_iter_with(object);
    yyjson_val *key;

    if (!yyjson_is_obj(object)) {
        fault(m, at, "must be an object of whole numbers");
        return;
    }
    if (yyjson_obj_size(object) > KM_MODEL_KEYS) {
        fault(m, at, "has more than %d members", KM_MODEL_KEYS);
        return;
    }
    while ((key = yyjson_obj_iter_next(&iter))) {
        yyjson_val *value = yyjson_obj_iter_get_val(key);
        struct at here = {at, yyjson_get_str(key), 0};
        size_t len = yyjson_get_len(key);
        int metric;

        if (len == 0 || len > KM_MODEL_KEY || strlen(here.key) != len) {
            fault(m, at, "has a member whose name is not 1 to %d bytes of text", KM_MODEL_KEY);
            continue;
        }
        metric = km_metric_find(group, here.key, len);
        if (metric < 0) {
            read_extra(m, &here, group, key, value, first_extra);
        } else if (km_sample_has(&reading->sample, (unsigned)metric)) {
            fault(m, &here, "stands here twice");
        } else {
            km_sample_set(&reading->sample, (unsigned)metric,
                          read_whole(m, &here, value, 0, INT64_MAX));
        }
    }
}

/* --- objects -----------------------------------------------------------------------------------
 */

/* Members that are not numbers of the catalogue: the bit of each that was seen, by name. */
enum member {
    SEEN_TIMESTAMP,
    SEEN_NODE,
    SEEN_BOOT_ID,
    SEEN_INTERVAL,
    SEEN_PODS,
    SEEN_POD_NAME,
    SEEN_NAMESPACE,
    SEEN_UID,
    SEEN_PHASE,
    SEEN_OWNER,
    SEEN_DEPLOYMENT,
    SEEN_CREATED,
    SEEN_RESTARTS,
    SEEN_HOST_NETWORK,
    SEEN_CONTAINERS,
    SEEN_NAME,
    SEEN_ID,
    SEEN_STATE,
    SEEN_STARTED,
    SEEN_KIND,
    MEMBERS
};

static const char *const member_names[MEMBERS] = {
    "timestamp",  "node",  "boot_id", "interval_ms", "pods",    "pod_name", "namespace",
    "uid",        "phase", "owner",   "deployment",  "created", "restarts", "host_network",
    "containers", "name",  "id",      "state",       "started", "kind",
};

/* What kind of object is read, and where its parts go; NULL or 0 where it has no such part. */
struct target {
    unsigned members; /* bits of enum member it knows; others are ignored */
    struct km_batch *batch;
    struct km_pod *pod;
    struct km_container *container;
    struct km_reading *reading;
};

#define BIT(member) (1U << (member))
#define NODE_MEMBERS                                                                               \
    (BIT(SEEN_TIMESTAMP) | BIT(SEEN_NODE) | BIT(SEEN_BOOT_ID) | BIT(SEEN_INTERVAL) | BIT(SEEN_PODS))
#define POD_MEMBERS                                                                                \
    (BIT(SEEN_TIMESTAMP) | BIT(SEEN_NODE) | BIT(SEEN_POD_NAME) | BIT(SEEN_NAMESPACE) |             \
     BIT(SEEN_UID) | BIT(SEEN_PHASE) | BIT(SEEN_OWNER) | BIT(SEEN_DEPLOYMENT) |                    \
     BIT(SEEN_CREATED) | BIT(SEEN_RESTARTS) | BIT(SEEN_HOST_NETWORK) | BIT(SEEN_CONTAINERS))
#define CONTAINER_MEMBERS                                                                          \
    (BIT(SEEN_TIMESTAMP) | BIT(SEEN_NAME) | BIT(SEEN_ID) | BIT(SEEN_STATE) | BIT(SEEN_STARTED) |   \
     BIT(SEEN_RESTARTS))

static void read_object(struct km_model *m, const struct at *at, yyjson_val *object,
                        struct target *target);

static void read_owner(struct km_model *m, const struct at *at, yyjson_val *object,
                       struct km_pod *pod)
{
    struct at kind = {at, "kind", 0}, name = {at, "name", 0};

    if (!yyjson_is_obj(object) || yyjson_obj_size(object) > KM_MODEL_KEYS) {
        fault(m, at, "must be an object with kind and name");
        return;
    }
    pod->owner_kind = read_text(m, &kind, yyjson_obj_get(object, "kind"));
    pod->owner_name = read_text(m, &name, yyjson_obj_get(object, "name"));
}

static void read_containers(struct km_model *m, const struct at *at, yyjson_val *array,
                            struct km_pod *pod)
{
    yyjson_arr_iter iter = yyjson_arr_iter_with(array);
    struct at here = {at, NULL, 0};
    yyjson_val *object;

    if (!yyjson_is_arr(array) || yyjson_arr_size(array) > KM_MODEL_CONTAINERS) {
        fault(m, at, "must be an array of at most %d containers", KM_MODEL_CONTAINERS);
        return;
    }
    for (; (object = yyjson_arr_iter_next(&iter)); here.place++) {
        struct km_container *c = pile_add(m, &m->containers, sizeof(*c));
        struct km_container container;
        struct target target = {.members = CONTAINER_MEMBERS, .container = &container};

        if (!c)
            return;
        km_container_init(&container);
        target.reading = &container.reading;
        container.reading.sample.time_ms = pod->reading.sample.time_ms;
        read_object(m, &here, object, &target);
        if (!container.name && !container.id)
            fault(m, &here, "must have a name or an id");
        c = (struct km_container *)m->containers.items + m->containers.count - 1;
        *c = container;
        pod->n_containers++;
    }
}

static void read_pods(struct km_model *m, const struct at *at, yyjson_val *array,
                      struct km_batch *batch)
{
    yyjson_arr_iter iter = yyjson_arr_iter_with(array);
    struct at here = {at, NULL, 0};
    yyjson_val *object;

    if (!yyjson_is_arr(array) || yyjson_arr_size(array) > KM_MODEL_PODS) {
        fault(m, at, "must be an array of at most %d pods", KM_MODEL_PODS);
        return;
    }
    for (; (object = yyjson_arr_iter_next(&iter)); here.place++) {
        struct km_pod pod, *slot;
        struct target target = {.members = POD_MEMBERS, .pod = &pod, .reading = &pod.reading};
        struct at name = {&here, "pod_name", 0}, name_space = {&here, "namespace", 0};
        size_t before = m->n_faults;

        km_pod_init(&pod);
        pod.reading.sample.time_ms = batch->reading.sample.time_ms;
        read_object(m, &here, object, &target);
        if (m->n_faults == before && !pod.name)
            fault(m, &name, "is required");
        if (m->n_faults == before && !pod.name_space && !pod.uid)
            fault(m, &name_space, "is required of a pod without a uid");
        pod.node = batch->node;
        slot = pile_add(m, &m->pods, sizeof(*slot));
        if (!slot)
            return;
        *slot = pod;
    }
}

static void read_member(struct km_model *m, const struct at *at, enum member member,
                        yyjson_val *value, struct target *t)
{
    struct km_pod *pod = t->pod;

    switch (member) {
    case SEEN_TIMESTAMP:
        read_timestamp(m, at, value, t->reading);
        break;
    case SEEN_NODE:
        *(t->batch ? &t->batch->node : &pod->node) = read_text(m, at, value);
        break;
    case SEEN_BOOT_ID:
        t->batch->boot_id = read_text(m, at, value);
        break;
    case SEEN_INTERVAL:
        t->batch->interval_ms = (int32_t)read_whole(m, at, value, 1, 3600000);
        break;
    case SEEN_POD_NAME:
        pod->name = read_text(m, at, value);
        break;
    case SEEN_NAMESPACE:
        pod->name_space = read_text(m, at, value);
        break;
    case SEEN_UID:
        pod->uid = read_text(m, at, value);
        break;
    case SEEN_PHASE:
        pod->phase = read_text(m, at, value);
        break;
    case SEEN_OWNER:
        read_owner(m, at, value, pod);
        break;
    case SEEN_DEPLOYMENT:
        pod->deployment = read_text(m, at, value);
        break;
    case SEEN_CREATED:
        pod->created_ms = read_time(m, at, value);
        break;
    case SEEN_RESTARTS:
        *(pod ? &pod->restarts : &t->container->restarts) =
            (int32_t)read_whole(m, at, value, 0, INT32_MAX);
        break;
    case SEEN_HOST_NETWORK:
        if (!yyjson_is_bool(value))
            fault(m, at, "must be true or false");
        pod->host_network = yyjson_is_true(value);
        break;
    case SEEN_NAME:
        t->container->name = read_text(m, at, value);
        break;
    case SEEN_ID:
        t->container->id = read_text(m, at, value);
        break;
    case SEEN_STATE:
        t->container->state = read_text(m, at, value);
        break;
    case SEEN_STARTED:
        t->container->started_ms = read_time(m, at, value);
        break;
    case SEEN_PODS:       /* read last, when the node is known */
    case SEEN_CONTAINERS: /* read last, when the pod is known */
    default:
        break;
    }
}

static int find_member(const char *name, size_t len)
{
    for (int i = 0; i < MEMBERS; i++) {
        if (strlen(member_names[i]) == len && memcmp(member_names[i], name, len) == 0)
            return i;
    }
    return -1;
}

static void read_object(struct km_model *m, const struct at *at, yyjson_val *object,
                        struct target *target)
{
    yyjson_obj_iter iter = yyjson_obj_iter_with(object);
    yyjson_val *key, *later = NULL;
    size_t first_extra = m->extras.count;
    unsigned seen = 0, groups = 0;

    if (!yyjson_is_obj(object)) {
        fault(m, at, "must be an object");
        return;
    }
    while ((key = yyjson_obj_iter_next(&iter))) {
        yyjson_val *value = yyjson_obj_iter_get_val(key);
        size_t len = yyjson_get_len(key);
        struct at here = {at, yyjson_get_str(key), 0};
        int member = find_member(here.key, len);
        int group = km_group_find(here.key, len);
        bool twice = false;

        if (len > KM_MODEL_KEY) {
            fault(m, at, "has a member whose name is longer than %d bytes", KM_MODEL_KEY);
            continue;
        }
        if (member >= 0 && target->members & BIT(member)) {
            twice = seen & BIT(member);
            seen |= BIT(member);
        } else if (group >= 0) {
            twice = groups & BIT(group);
            groups |= BIT(group);
        }
        if (twice)
            fault(m, &here, "stands here twice");
        else if (yyjson_is_null(value))
            continue; /* the same as left out, as in the PRD's Optional members */
        else if (member >= 0 &&
                 target->members & BIT(member) & (BIT(SEEN_PODS) | BIT(SEEN_CONTAINERS)))
            later = value;
        else if (member >= 0 && target->members & BIT(member))
            read_member(m, &here, (enum member)member, value, target);
        else if (group >= 0)
            read_group(m, &here, group, value, target->reading, first_extra);
        else if (len == 9 && memcmp(here.key, "cpu_usage", 9) == 0)
            read_cpu_usage(m, &here, value, target->reading);
    }
    target->reading->n_extra = m->extras.count - first_extra;
    if (target->reading->sample.time_ms == 0 && m->n_faults == 0) {
        struct at here = {at, "timestamp", 0};

        fault(m, &here, "is required");
    }
    if (later && target->batch) {
        struct at here = {at, "pods", 0};

        read_pods(m, &here, later, target->batch);
    } else if (later) {
        struct at here = {at, "containers", 0};

        read_containers(m, &here, later, target->pod);
    }
}

/* --- bodies ------------------------------------------------------------------------------------
 */

/* Parses into the reused pool; faults[0] says what is wrong. */
static enum km_model_result parse(struct km_model *m, const char *body, size_t len)
{
    size_t need = yyjson_read_max_memory_usage(len, 0), offset;
    yyjson_read_err error;
    yyjson_alc allocator;

    m->n_faults = 0;
    m->no_memory = false;
    m->pods.count = m->containers.count = m->extras.count = 0;
    if (km_json_too_deep(body, len, KM_MODEL_DEPTH, &offset)) {
        fault(m, NULL, "nested deeper than %d at byte %zu", KM_MODEL_DEPTH, offset);
        return KM_MODEL_MALFORMED;
    }
    if (need > m->pool_size) {
        free(m->pool);
        m->pool = malloc(need);
        m->pool_size = m->pool ? need : 0;
    }
    if (!m->pool || !yyjson_alc_pool_init(&allocator, m->pool, m->pool_size))
        return KM_MODEL_NO_MEMORY;
    /* Without YYJSON_READ_INSITU yyjson only reads the body. */
    m->doc = yyjson_read_opts((char *)(uintptr_t)body, len, 0, &allocator, &error);
    if (!m->doc) {
        fault(m, NULL, "not JSON: %s at byte %zu", error.msg, error.pos);
        return KM_MODEL_MALFORMED;
    }
    return KM_MODEL_OK;
}

/* The piles may have moved while they grew: only now do pods and readings point into them. */
static void connect(struct km_model *m, struct km_batch *batch)
{
    struct km_pod *pods = m->pods.items;
    const struct km_container *containers = m->containers.items;
    const struct km_extra *extras = m->extras.items;
    struct km_container *writable = m->containers.items;

    batch->reading.extra = extras;
    extras += batch->reading.n_extra;
    for (size_t p = 0; p < m->pods.count; p++) {
        pods[p].reading.extra = extras;
        extras += pods[p].reading.n_extra;
        pods[p].containers = containers;
        for (size_t c = 0; c < pods[p].n_containers; c++) {
            writable->reading.extra = extras;
            extras += writable->reading.n_extra;
            writable++;
        }
        containers += pods[p].n_containers;
    }
    batch->pods = pods;
    batch->n_pods = m->pods.count;
}

static void check_name(struct km_model *m, const char *member, const char *said, const char *path)
{
    struct at at = {NULL, member, 0};

    if (!said && m->n_faults == 0)
        fault(m, &at, "is required");
    else if (said && strcmp(said, path) != 0)
        fault(m, &at, "must be \"%.200s\", as in the path", path);
}

static enum km_model_result finish(struct km_model *m, struct km_batch *batch,
                                   struct km_batch *ret_batch)
{
    if (m->no_memory)
        return KM_MODEL_NO_MEMORY;
    if (m->n_faults)
        return KM_MODEL_INVALID;
    connect(m, batch);
    *ret_batch = *batch;
    return KM_MODEL_OK;
}

enum km_model_result km_model_node(struct km_model *model, const char *body, size_t len,
                                   const char *name, int (*accepts)(void *arg, int64_t time_ms),
                                   void *arg, struct km_batch *ret_batch)
{
    struct km_batch batch = {.has_node = true};
    struct target target = {.members = NODE_MEMBERS, .batch = &batch, .reading = &batch.reading};
    enum km_model_result r = parse(model, body, len);

    if (r != KM_MODEL_OK)
        return r;
    model->accepts = accepts;
    model->accepts_arg = arg;
    read_object(model, NULL, yyjson_doc_get_root(model->doc), &target);
    check_name(model, "node", batch.node, name);
    return finish(model, &batch, ret_batch);
}

enum km_model_result km_model_pod(struct km_model *model, const char *body, size_t len,
                                  const char *name, int (*accepts)(void *arg, int64_t time_ms),
                                  void *arg, struct km_batch *ret_batch)
{
    struct km_batch batch = {0};
    struct km_pod pod, *slot;
    struct target target = {.members = POD_MEMBERS, .pod = &pod, .reading = &pod.reading};
    struct at name_space = {NULL, "namespace", 0};
    enum km_model_result r = parse(model, body, len);

    if (r != KM_MODEL_OK)
        return r;
    model->accepts = accepts;
    model->accepts_arg = arg;
    km_pod_init(&pod);
    read_object(model, NULL, yyjson_doc_get_root(model->doc), &target);
    check_name(model, "pod_name", pod.name, name);
    if (!pod.name_space && model->n_faults == 0)
        fault(model, &name_space, "is required");
    slot = pile_add(model, &model->pods, sizeof(*slot));
    if (slot)
        *slot = pod;
    return finish(model, &batch, ret_batch);
}
