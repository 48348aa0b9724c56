/* SPDX-License-Identifier: Apache-2.0 */
/* A body through the models into a small store and out again: every answer about it is JSON. */
#include <errno.h>
#include <yyjson.h>

#include "answers.h"
#include "fuzz.h"
#include "models.h"
#include "store.h"

#define NOW_MS INT64_C(1795478400000)

static int accepts(void *arg, int64_t time_ms)
{
    return km_store_accepts(arg, time_ms, NOW_MS);
}

static void check_answer(const struct km_store *store, enum km_entity_kind kind, struct km_ref ref)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_json w = {.out = &out};
    struct km_view view;
    yyjson_doc *doc;

    MUST(km_store_view(store, ref, &view) == 0);
    if (kind == KM_ENTITY_NODE)
        km_answer_node(&w, store, &view, 5000, NOW_MS);
    else if (kind == KM_ENTITY_POD)
        km_answer_pod(&w, store, &view, NOW_MS, &ref, 0);
    else
        km_answer_container(&w, store, &view);
    doc = yyjson_read(out.data, out.len, 0);
    MUST(doc);
    MUST(yyjson_is_str(yyjson_obj_get(yyjson_doc_get_root(doc), "timestamp")));
    yyjson_doc_free(doc);
}

static size_t check_answers(const struct km_store *store)
{
    size_t rows = 0;

    for (int kind = KM_ENTITY_NODE; kind <= KM_ENTITY_CONTAINER; kind++) {
        struct km_filter filter = {.kind = (enum km_entity_kind)kind};
        struct km_ref *refs;
        size_t n;

        MUST(km_store_list(store, &filter, NOW_MS + KM_STORE_FUTURE_MS, &refs, &n) == 0);
        for (size_t i = 0; i < n; i++)
            check_answer(store, filter.kind, refs[i]);
        rows += n;
        free(refs);
    }
    return rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct km_model *model;
    struct km_store_config config = {.retention_ms = INT64_C(2592000000),
                                     .memory_limit = 1 << 20,
                                     .interval_ms = 5000,
                                     .max_entities = 32,
                                     .max_keys = 32};
    struct km_store_status status;
    struct km_store *store;
    struct km_batch batch;
    size_t answered;
    int r;

    if (!model)
        model = km_model_new();
    MUST(model && km_store_new(&config, &store) == 0);
    if (km_model_node(model, (const char *)data, size, "n", accepts, store, &batch) ==
        KM_MODEL_OK) {
        r = km_store_append(store, &batch, NOW_MS);
        MUST(r == 0 || r == -ENOSPC);
        answered = check_answers(store);
        km_store_get_status(store, &status);
        /* All of it or nothing; one entity may stand several times in a batch. */
        MUST(r == 0 ? answered >= 1 : answered == 0);
        MUST(answered == status.nodes + status.pods + status.containers);
        MUST(status.memory_used <= status.memory_limit);
        /* The same again adds nothing. */
        if (r == 0 && km_store_append(store, &batch, NOW_MS) == 0) {
            uint64_t rows = status.rows;

            km_store_get_status(store, &status);
            MUST(status.rows == rows);
        }
    }
    km_store_free(store);
    return 0;
}
