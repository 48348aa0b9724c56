/* SPDX-License-Identifier: Apache-2.0 */
#include "models.h"

#include <stdlib.h>
#include <string.h>

#include "model_inside.h"

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

/*
 * Memory for a parsed body that is kept for the next one: enough for a node of 250 pods. yyjson
 * asks for 12 times the body, so that without this one body of --max-body would hold 48 MiB a
 * thread.
 */
#define POOL_KEEP (8 << 20)

/* Parses into the reused pool; faults[0] says what is wrong. */
static enum km_model_result parse(struct km_model *m, const char *body, size_t len)
{
    size_t need = yyjson_read_max_memory_usage(len, 0);
    yyjson_read_err error;
    yyjson_alc allocator;

    m->n_faults = 0;
    m->no_memory = false;
    m->time_len = 0;
    m->pods.count = m->containers.count = m->extras.count = 0;
    if (need > m->pool_size || (m->pool_size > POOL_KEEP && need <= POOL_KEEP)) {
        free(m->pool);
        m->pool = malloc(need);
        m->pool_size = m->pool ? need : 0;
    }
    if (!m->pool || !yyjson_alc_pool_init(&allocator, m->pool, m->pool_size))
        return KM_MODEL_NO_MEMORY;
    /* Without YYJSON_READ_INSITU yyjson only reads the body. */
    m->doc = yyjson_read_opts((char *)(uintptr_t)body, len, 0, &allocator, &error);
    if (!m->doc) {
        km_model_fault(m, NULL, "not JSON: %s at byte %zu", error.msg, error.pos);
        return KM_MODEL_MALFORMED;
    }
    return KM_MODEL_OK;
}

/* The reading's extras are the next ones of the pile, from *place on. */
static void connect_extras(const struct km_pile *extras, size_t *place, struct km_reading *reading)
{
    const struct km_extra *items = extras->items;

    reading->extra = reading->n_extra ? items + *place : NULL;
    *place += reading->n_extra;
}

/* The piles may have moved while they grew: only now do pods and readings point into them. */
static void connect(struct km_model *m, struct km_batch *batch)
{
    struct km_pod *pods = m->pods.items;
    struct km_container *containers = m->containers.items;
    size_t extra = 0, container = 0;

    connect_extras(&m->extras, &extra, &batch->reading);
    for (size_t p = 0; p < m->pods.count; p++) {
        connect_extras(&m->extras, &extra, &pods[p].reading);
        pods[p].containers = pods[p].n_containers ? containers + container : NULL;
        for (size_t c = 0; c < pods[p].n_containers; c++)
            connect_extras(&m->extras, &extra, &containers[container++].reading);
    }
    batch->pods = pods;
    batch->n_pods = m->pods.count;
}

static void check_name(struct km_model *m, const char *member, const char *said, const char *path)
{
    struct km_model_at at = {NULL, member, 0};

    if (!said && m->n_faults == 0)
        km_model_fault(m, &at, "is required");
    else if (said && strcmp(said, path) != 0)
        km_model_fault(m, &at, "must be \"%.200s\", as in the path", path);
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
    enum km_model_result r = parse(model, body, len);

    if (r != KM_MODEL_OK)
        return r;
    model->accepts = accepts;
    model->accepts_arg = arg;
    km_model_node_object(model, yyjson_doc_get_root(model->doc), &batch);
    check_name(model, "node", batch.node, name);
    return finish(model, &batch, ret_batch);
}

enum km_model_result km_model_pod(struct km_model *model, const char *body, size_t len,
                                  const char *name, int (*accepts)(void *arg, int64_t time_ms),
                                  void *arg, struct km_batch *ret_batch)
{
    struct km_batch batch = {0};
    struct km_pod pod, *slot;
    struct km_model_at name_space = {NULL, "namespace", 0};
    enum km_model_result r = parse(model, body, len);

    if (r != KM_MODEL_OK)
        return r;
    model->accepts = accepts;
    model->accepts_arg = arg;
    km_model_pod_object(model, yyjson_doc_get_root(model->doc), &pod);
    check_name(model, "pod_name", pod.name, name);
    if (!pod.name_space && model->n_faults == 0)
        km_model_fault(model, &name_space, "is required");
    slot = km_model_pile_add(model, &model->pods, sizeof(*slot));
    if (slot)
        *slot = pod;
    return finish(model, &batch, ret_batch);
}
