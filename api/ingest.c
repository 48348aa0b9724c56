/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies into the store. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "catch_up.h"
#include "gate.h"
#include "handlers.h"
#include "models.h"
#include "node_sum.h"
#include "store.h"
#include "time_format.h"

_Static_assert(KM_MODEL_VALUES <= KM_ROW_MAX, "a reading fits into a row");

/* One model a thread, freed when the thread ends. */
static pthread_key_t model_key;
static pthread_once_t model_once = PTHREAD_ONCE_INIT;

static void free_model(void *model)
{
    km_model_free(model);
}

static void make_key(void)
{
    pthread_key_create(&model_key, free_model);
}

static struct km_model *thread_model(void)
{
    struct km_model *model;

    pthread_once(&model_once, make_key);
    model = pthread_getspecific(model_key);
    if (!model) {
        model = km_model_new();
        pthread_setspecific(model_key, model);
    }
    return model;
}

struct clock {
    const struct km_store *store;
    int64_t now_ms;
};

static int accepts(void *arg, int64_t time_ms)
{
    const struct clock *clock = arg;

    return km_store_accepts(clock->store, time_ms, clock->now_ms);
}

static void answer_faults(struct km_call *call, const struct km_model *model,
                          enum km_model_result result)
{
    size_t listed, total;
    const struct km_fault *faults = km_model_faults(model, &listed, &total);

    if (result == KM_MODEL_NO_MEMORY) {
        km_answer_no_memory(call);
        return;
    }
    if (result == KM_MODEL_MALFORMED) {
        km_answer_problem(call, 400, 0, "%s", faults[0].detail);
        return;
    }
    for (size_t i = 0; i < total; i++) {
        const struct km_fault *f = i < listed ? &faults[i] : &faults[listed - 1];

        km_problem_fault(call, f->pointer, NULL, "%s", f->detail);
    }
    km_answer_problem(call, 422, 0, "%s %s", faults[0].pointer[0] ? faults[0].pointer : "the body",
                      faults[0].detail);
}

static void refuse_node(struct km_call *call, const char *other)
{
    struct km_gate_answer refusal;

    km_gate_refuse_node(km_call_api(call)->gate, km_call_client(call), km_call_poster(call), other,
                        &refusal);
    km_answer_refusal(call, &refusal, true);
}

/* Binds the batch to the node that the sender may post for; false where it is of another one, and
 * the call is answered. A node's path was judged before its body was read; a pod's body says more.
 */
static bool bind(struct km_call *call, struct km_batch *batch)
{
    const char *poster = km_call_poster(call);

    if (!*poster)
        return true;
    for (size_t i = 0; i < batch->n_pods; i++) {
        if (batch->pods[i].node && strcmp(batch->pods[i].node, poster) != 0) {
            refuse_node(call, batch->pods[i].node);
            return false;
        }
    }
    batch->node = poster;
    return true;
}

/* Adds what the server knows and the sender cannot, and stores. */
static int store_batch(const struct km_api *api, struct km_batch *batch, int64_t now_ms)
{
    struct km_cluster_watch *watch = api->catch_up->watch;
    int r;

    /* Outside a cluster readings are stored as they come. */
    if (!watch)
        return km_store_append(api->store, batch, now_ms);
    if (batch->has_node)
        km_node_sum(batch);
    /* The pods are this thread's model's. */
    km_cluster_watch_fill(watch, batch, (struct km_pod *)(uintptr_t)batch->pods);
    r = km_store_append(api->store, batch, now_ms);
    km_cluster_watch_done(watch);
    return r;
}

typedef enum km_model_result decode(struct km_model *, const char *, size_t, const char *,
                                    int (*)(void *, int64_t), void *, struct km_batch *);

static void ingest(struct km_call *call, decode *read_body, const char *name)
{
    struct km_store *store = km_call_api(call)->store;
    struct km_model *model = thread_model();
    struct clock clock = {store, km_time_now_ms()};
    struct km_buf body = KM_BUF_INIT;
    enum km_model_result result;
    struct km_batch batch;
    const char *text;
    size_t len;
    int r;

    if (!model) {
        km_answer_no_memory(call);
        return;
    }
    text = km_call_body(call, &len);
    result = read_body(model, text, len, name, accepts, &clock, &batch);
    if (result != KM_MODEL_OK) {
        answer_faults(call, model, result);
        return;
    }
    if (!bind(call, &batch))
        return;
    r = store_batch(km_call_api(call), &batch, clock.now_ms);
    if (r == -ENOSPC) {
        km_answer_problem(call, 503, 30,
                          "the store is full: --memory-limit, --max-entities or "
                          "--max-keys would be passed; nothing of this was stored");
    } else if (r == -EIO) {
        km_answer_problem(call, 503, 10,
                          "--data-dir cannot be written, so this cannot be acknowledged; "
                          "/api/status says why");
    } else if (r < 0) {
        km_answer_no_memory(call);
    } else {
        km_buf_puts(&body, "{\"status\":\"ok\"}");
        km_answer_json(call, &body);
    }
}

void km_post_node(struct km_call *call)
{
    ingest(call, km_model_node, km_call_path(call, "node"));
}

void km_post_pod(struct km_call *call)
{
    ingest(call, km_model_pod, km_call_path(call, "pod"));
}
