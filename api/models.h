/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_MODELS_H
#define KM_API_MODELS_H

#include <stddef.h>
#include <stdint.h>

#include "batch.h"

/*
 * JSON bodies to batches: the PRD's NodeMetrics and PodMetrics with the members of /openapi.json.
 * All of a body is checked before anything is stored, and every fault is named by a JSON Pointer.
 */

/* Limits of what a body may hold, and why. */
#define KM_MODEL_DEPTH      16  /* nesting within a member that is not of the model */
#define KM_MODEL_NAME       253 /* bytes of a name: DNS subdomain, the longest name in Kubernetes */
#define KM_MODEL_KEY        128 /* bytes of a member's name */
#define KM_MODEL_KEYS       64  /* members of one group */
#define KM_MODEL_VALUES     256 /* numbers of one reading: a row of the store holds no more */
#define KM_MODEL_PODS       1024 /* pods in a batch; the kubelet's own limit is 110, some raise it */
#define KM_MODEL_CONTAINERS 256  /* containers of a pod */
/* Containers of all pods of a batch: 11 bytes of JSON would otherwise cost a thousand of memory. */
#define KM_MODEL_ALL_CONTAINERS 8192
#define KM_MODEL_FAULTS         16 /* faults listed; more are counted */

struct km_fault {
    char pointer[256]; /* JSON Pointer (RFC 6901); "" is the whole body */
    char detail[256];  /* a sentence */
};

enum km_model_result {
    KM_MODEL_OK,
    KM_MODEL_MALFORMED, /* not JSON: 400; faults[0].detail says what and at which byte */
    KM_MODEL_INVALID,   /* JSON that breaks the model: 422 */
    KM_MODEL_NO_MEMORY, /* 503 */
};

/* Memory for one decoded body, reused for the next: one per thread. */
struct km_model;

/* Returns NULL when memory runs out. */
struct km_model *km_model_new(void);
void km_model_free(struct km_model *model);

/*
 * Decodes a body of POST /api/nodes/{node} or POST /api/pods/{pod}. name is the path's and must be
 * the body's. accepts(arg, time_ms) is asked for every timestamp and returns 0, -ETIME (too old) or
 * -ERANGE (too far ahead). On KM_MODEL_OK *ret_batch is valid until the model is used again.
 */
enum km_model_result km_model_node(struct km_model *model, const char *body, size_t len,
                                   const char *name, int (*accepts)(void *arg, int64_t time_ms),
                                   void *arg, struct km_batch *ret_batch);
enum km_model_result km_model_pod(struct km_model *model, const char *body, size_t len,
                                  const char *name, int (*accepts)(void *arg, int64_t time_ms),
                                  void *arg, struct km_batch *ret_batch);

/* The faults of the last body that was not OK: up to KM_MODEL_FAULTS, *ret_total of them in all. */
const struct km_fault *km_model_faults(const struct km_model *model, size_t *ret_listed,
                                       size_t *ret_total);

#endif
