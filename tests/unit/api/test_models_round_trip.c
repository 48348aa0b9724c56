/* SPDX-License-Identifier: Apache-2.0 */
/* What common/batch.h encodes, the models give back: random batches, the same in every run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_write.h"
#include "models.h"

#define NOW_MS INT64_C(1795000000000)

static int accepts(void *arg, int64_t time_ms)
{
    (void)arg;
    (void)time_ms;
    return 0;
}

#define PODS       6
#define CONTAINERS 3

struct made {
    struct km_batch batch;
    struct km_pod pods[PODS];
    struct km_container containers[PODS][CONTAINERS];
};

/* xorshift64: the same numbers in every run. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static const char *random_text(uint64_t *seed, bool required)
{
    static const char *const texts[] = {
        NULL,     "a",      "web-5d4f8", "\xed\x95\x9c\xea\xb8\x80", "with \"quotes\" and \\",
        "~tilde", "x.y_z:1"};
    size_t n = sizeof(texts) / sizeof(texts[0]);

    return texts[required ? 1 + next_random(seed) % (n - 1) : next_random(seed) % n];
}

static void random_reading(uint64_t *seed, struct km_reading *reading)
{
    double exact = (double)(next_random(seed) % 1000000000) / 7000000;

    reading->sample.time_ms = NOW_MS - (int64_t)(next_random(seed) % 3600000);
    km_sample_clear(&reading->sample);
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        /* Some all there, some empty, most in between; values of every size, zero too. */
        uint64_t value = next_random(seed) >> 1 >> next_random(seed) % 64;

        if (km_metrics[m].kind == KM_KIND_MILLI)
            value %= INT64_C(1000000000000);
        if (km_metrics[m].kind != KM_KIND_EXACT && next_random(seed) % 3)
            km_sample_set(&reading->sample, m, (int64_t)value);
    }
    if (next_random(seed) % 4 == 0) {
        int64_t bits;

        memcpy(&bits, &exact, sizeof(bits));
        km_sample_unset(&reading->sample, KM_CPU_USAGE);
        if (exact * 1000 != (double)(int64_t)(exact * 1000))
            km_sample_set(&reading->sample, KM_CPU_USAGE_EXACT, bits);
    }
}

static void random_batch(uint64_t *seed, struct made *made)
{
    made->batch = (struct km_batch){.node = random_text(seed, true),
                                    .boot_id = random_text(seed, false),
                                    .interval_ms = (int32_t)(next_random(seed) % 3600000),
                                    .has_node = true,
                                    .pods = made->pods,
                                    .n_pods = next_random(seed) % (PODS + 1)};
    random_reading(seed, &made->batch.reading);
    for (size_t p = 0; p < made->batch.n_pods; p++) {
        struct km_pod *pod = &made->pods[p];

        km_pod_init(pod);
        pod->name = random_text(seed, true);
        pod->uid = random_text(seed, false);
        pod->name_space = random_text(seed, !pod->uid);
        pod->phase = random_text(seed, false);
        if (next_random(seed) % 2) {
            pod->owner_kind = random_text(seed, true);
            pod->owner_name = random_text(seed, true);
        }
        pod->deployment = random_text(seed, false);
        pod->created_ms = next_random(seed) % 2 ? NOW_MS / 2 : 0;
        pod->restarts = (int32_t)(next_random(seed) % 5) - 1;
        pod->host_network = (int8_t)((int)(next_random(seed) % 3) - 1);
        pod->containers = made->containers[p];
        pod->n_containers = next_random(seed) % (CONTAINERS + 1);
        random_reading(seed, &pod->reading);
        for (size_t c = 0; c < pod->n_containers; c++) {
            struct km_container *container = &made->containers[p][c];

            km_container_init(container);
            container->name = random_text(seed, false);
            container->id = random_text(seed, !container->name);
            container->state = random_text(seed, false);
            container->started_ms = next_random(seed) % 2 ? NOW_MS / 3 : 0;
            container->restarts = (int32_t)(next_random(seed) % 5) - 1;
            random_reading(seed, &container->reading);
        }
    }
}

static void assert_same_text(const char *a, const char *b)
{
    assert_int_equal(!a, !b);
    if (a)
        assert_string_equal(a, b);
}

static void assert_same_reading(const struct km_reading *a, const struct km_reading *b)
{
    assert_int_equal(a->sample.time_ms, b->sample.time_ms);
    assert_int_equal(b->n_extra, 0);
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        assert_int_equal(km_sample_has(&a->sample, m), km_sample_has(&b->sample, m));
        if (km_sample_has(&a->sample, m))
            assert_int_equal(a->sample.value[m], b->sample.value[m]);
    }
}

static void assert_same_container(const struct km_container *a, const struct km_container *b)
{
    assert_same_text(a->name, b->name);
    assert_same_text(a->id, b->id);
    assert_same_text(a->state, b->state);
    assert_int_equal(a->started_ms, b->started_ms);
    assert_int_equal(a->restarts, b->restarts);
    assert_same_reading(&a->reading, &b->reading);
}

static void assert_same_pod(const struct km_pod *a, const struct km_pod *b, const char *node)
{
    assert_same_text(a->name, b->name);
    assert_same_text(a->name_space, b->name_space);
    assert_same_text(a->uid, b->uid);
    assert_same_text(node, b->node);
    assert_same_text(a->phase, b->phase);
    assert_same_text(a->owner_kind, b->owner_kind);
    assert_same_text(a->owner_name, b->owner_name);
    assert_same_text(a->deployment, b->deployment);
    assert_int_equal(a->created_ms, b->created_ms);
    assert_int_equal(a->restarts, b->restarts);
    assert_int_equal(a->host_network, b->host_network);
    assert_same_reading(&a->reading, &b->reading);
    assert_int_equal(a->n_containers, b->n_containers);
    for (size_t c = 0; c < a->n_containers; c++)
        assert_same_container(&a->containers[c], &b->containers[c]);
}

static void gives_back_the_batch_that_was_encoded(void **state)
{
    struct km_model *model = km_model_new();
    struct made *made = calloc(1, sizeof(*made));
    uint64_t seed = 20261124;

    (void)state;
    assert_non_null(model);
    assert_non_null(made);
    for (int round = 0; round < 300; round++) {
        km_auto_buf struct km_buf body = KM_BUF_INIT;
        struct km_json w = {.out = &body};
        struct km_batch *a = &made->batch, b;

        random_batch(&seed, made);
        km_batch_encode(&w, a);
        assert_int_equal(km_model_node(model, body.data, body.len, a->node, accepts, NULL, &b),
                         KM_MODEL_OK);
        assert_true(b.has_node);
        assert_same_text(a->node, b.node);
        assert_same_text(a->boot_id, b.boot_id);
        assert_int_equal(a->interval_ms, b.interval_ms);
        assert_same_reading(&a->reading, &b.reading);
        assert_int_equal(a->n_pods, b.n_pods);
        for (size_t p = 0; p < b.n_pods; p++)
            assert_same_pod(&a->pods[p], &b.pods[p], a->node);
    }
    free(made);
    km_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_the_batch_that_was_encoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
