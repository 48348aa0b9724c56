/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies: what is refused says why, what is taken can be encoded and taken again. */
#include <string.h>

#include "fuzz.h"
#include "json_write.h"
#include "models.h"
#include "text.h"

static int accepts_all(void *arg, int64_t time_ms)
{
    (void)arg;
    MUST(time_ms >= 0);
    return 0;
}

static void check_faults(const struct km_model *model, enum km_model_result result)
{
    size_t listed, total;
    const struct km_fault *faults = km_model_faults(model, &listed, &total);

    MUST((result == KM_MODEL_OK) == (total == 0));
    MUST(listed <= KM_MODEL_FAULTS && listed <= total);
    for (size_t i = 0; i < listed; i++) {
        MUST(memchr(faults[i].pointer, 0, sizeof(faults[i].pointer)));
        MUST(memchr(faults[i].detail, 0, sizeof(faults[i].detail)));
        MUST(faults[i].detail[0]);
        MUST(!faults[i].pointer[0] || faults[i].pointer[0] == '/');
    }
}

static void check_name(const char *name)
{
    MUST(!name || (*name && strlen(name) <= KM_MODEL_NAME && !strchr(name, '/') &&
                   km_text_is_utf8(name, strlen(name))));
}

static void check_reading(const struct km_reading *reading)
{
    MUST(reading->sample.time_ms > 0);
    for (size_t i = 0; i < reading->n_extra; i++) {
        const struct km_extra *extra = &reading->extra[i];

        MUST(extra->group > KM_GROUP_TOP && extra->group < KM_GROUP_COUNT);
        MUST(extra->key_len >= 1 && extra->key_len <= KM_MODEL_KEY);
        MUST(strlen(extra->key) == extra->key_len);
    }
}

static void check_pod(const struct km_pod *pod)
{
    check_name(pod->name);
    check_name(pod->name_space);
    check_name(pod->uid);
    check_name(pod->node);
    MUST(pod->name && (pod->name_space || pod->uid));
    MUST(pod->n_containers <= KM_MODEL_CONTAINERS);
    check_reading(&pod->reading);
    for (size_t c = 0; c < pod->n_containers; c++) {
        check_name(pod->containers[c].name);
        check_name(pod->containers[c].id);
        MUST(pod->containers[c].name || pod->containers[c].id);
        check_reading(&pod->containers[c].reading);
    }
}

/* What came in once comes in again as we would have sent it. */
static void check_round_trip(struct km_model *other, const struct km_batch *batch)
{
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_batch again;

    km_batch_encode(&w, batch);
    MUST(km_model_node(other, body.data, body.len, batch->node, accepts_all, NULL, &again) ==
         KM_MODEL_OK);
    MUST(again.n_pods == batch->n_pods);
    MUST(memcmp(again.reading.sample.present, batch->reading.sample.present,
                sizeof(again.reading.sample.present)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct km_model *model, *other; /* reused, as the server does */
    const char *body = (const char *)data;
    struct km_batch batch;
    enum km_model_result r;

    if (!model) {
        model = km_model_new();
        other = km_model_new();
        MUST(model && other);
    }
    r = km_model_node(model, body, size, "n", accepts_all, NULL, &batch);
    check_faults(model, r);
    if (r == KM_MODEL_OK) {
        MUST(batch.n_pods <= KM_MODEL_PODS);
        check_reading(&batch.reading);
        for (size_t p = 0; p < batch.n_pods; p++)
            check_pod(&batch.pods[p]);
        check_round_trip(other, &batch);
    }
    r = km_model_pod(model, body, size, "p", accepts_all, NULL, &batch);
    check_faults(model, r);
    if (r == KM_MODEL_OK) {
        MUST(batch.n_pods == 1 && !batch.has_node);
        check_pod(&batch.pods[0]);
    }
    return 0;
}
