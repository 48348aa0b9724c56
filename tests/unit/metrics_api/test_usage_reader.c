/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "metric.h"
#include "time_format.h"
#include "usage_reader.h"

#define INTERVAL 5000

static int64_t now;

static struct km_store *make_store(void **state)
{
    struct km_store_config config = {.retention_ms = 600000,
                                     .memory_limit = 1 << 26,
                                     .interval_ms = INTERVAL,
                                     .max_entities = 100000,
                                     .max_keys = 2};
    struct km_store *store = NULL;

    (void)state;
    now = km_time_now_ms();
    assert_int_equal(km_store_new(&config, &store), 0);
    return store;
}

static void set(struct km_sample *sample, int64_t time_ms, int64_t usec)
{
    sample->time_ms = time_ms;
    km_sample_set(sample, KM_CPU_USAGE_USEC, usec);
    km_sample_set(sample, KM_MEM_WORKING_SET, 4096);
}

/* A reading of pods "p0" … of a namespace, each with the containers (NULL: its name is not known).
 */
static void add(struct km_store *store, const char *space, int n_pods, const char *const *names,
                size_t n, int64_t time_ms, int64_t usec)
{
    struct km_pod pods[64];
    struct km_container containers[64][4];
    char ids[64][4][64], uids[64][64], pod_names[64][64];
    struct km_batch batch = {
        .node = "n1", .has_node = true, .pods = pods, .n_pods = (size_t)n_pods};

    set(&batch.reading.sample, time_ms, usec);
    for (int i = 0; i < n_pods; i++) {
        snprintf(pod_names[i], sizeof(pod_names[i]), "p%02d", i);
        snprintf(uids[i], sizeof(uids[i]), "%s-%d", space, i);
        km_pod_init(&pods[i]);
        pods[i].name = pod_names[i];
        pods[i].name_space = space;
        pods[i].uid = uids[i];
        pods[i].reading.sample.time_ms = time_ms;
        pods[i].containers = containers[i];
        pods[i].n_containers = n;
        for (size_t k = 0; k < n; k++) {
            snprintf(ids[i][k], sizeof(ids[i][k]), "%s-%d-%zu", space, i, k);
            km_container_init(&containers[i][k]);
            containers[i][k].name = names[k];
            containers[i][k].id = ids[i][k];
            set(&containers[i][k].reading.sample, time_ms, usec);
        }
    }
    assert_int_equal(km_store_append(store, &batch, now), 0);
}

static unsigned pieces; /* that read_all() was given without an item */

/* Reads all items of a query, from a token on; *ret_last is the last one's token. Returns how many.
 */
static int read_all(struct km_usage_query *query, const char *token, size_t *ret_parts,
                    struct km_buf *ret_last)
{
    struct km_usage_reader *reader = malloc(sizeof(*reader));
    struct km_usage_item item;
    int r, n = 0;

    assert_non_null(reader);
    query->interval_ms = INTERVAL;
    km_usage_reader_init(reader, query);
    if (token)
        assert_int_equal(km_usage_reader_seek(reader, token), 0);
    *ret_parts = 0;
    pieces = 0;
    while ((r = km_usage_reader_next(reader, &item)) > 0) {
        if (r == 2) {
            pieces++;
            continue;
        }
        n++;
        *ret_parts += item.n_parts;
        km_buf_clear(ret_last);
        km_usage_token(ret_last, &item);
    }
    assert_int_equal(r, 0);
    km_usage_reader_done(reader);
    free(reader);
    return n;
}

/* What nothing matches is looked for piece by piece, too: nobody waits for all of it. */
static void comes_back_where_nothing_is_selected(void **state)
{
    static const char *const four[] = {"a", "b", "c", "d"};
    struct km_store *store = make_store(state);
    struct km_labels *labels = km_labels_new(100);
    struct km_usage_query none = {.store = store, .labels = labels, .pods = true};
    km_auto_buf struct km_buf last = KM_BUF_INIT, error = KM_BUF_INIT;
    size_t parts;

    add(store, "a", 64, four, 4, now - INTERVAL, 0);
    add(store, "a", 64, four, 4, now, 1000);
    assert_int_equal(km_field_selector_parse("metadata.name=nobody", &none.fields_wanted, &error),
                     0);
    assert_int_equal(read_all(&none, NULL, &parts, &last), 0);
    assert_true(pieces >= 64 * 4 / KM_STORE_PIECE);
    km_selector_free(none.fields_wanted);
    km_labels_free(labels);
    km_store_free(store);
}

static const char *const two[] = {"app", "side"}, *const unnamed[] = {"app", NULL};

static void reads_pods_of_containers_with_two_readings(void **state)
{
    struct km_store *store = make_store(state);
    struct km_labels *labels = km_labels_new(100);
    struct km_usage_query all = {.store = store, .labels = labels, .pods = true};
    km_auto_buf struct km_buf last = KM_BUF_INIT;
    size_t parts;

    add(store, "a", 40, two, 2, now - INTERVAL, 0);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 0);
    add(store, "a", 40, two, 2, now, 1000);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 40);
    assert_int_equal(parts, 80);
    assert_string_equal(km_buf_str(&last), "a/p39");
    assert_int_equal(read_all(&all, "a/p29", &parts, &last), 10);
    assert_int_equal(read_all(&all, "a/p39", &parts, &last), 0);
    assert_int_equal(read_all(&all, "0/p", &parts, &last), 40);
    all.name_space = (char[]){"b"};
    assert_int_equal(read_all(&all, NULL, &parts, &last), 0);
    all.name_space = (char[]){"a"};
    all.name = (char[]){"p07"};
    assert_int_equal(read_all(&all, NULL, &parts, &last), 1);
    assert_string_equal(km_buf_str(&last), "a/p07");
    all.pods = false;
    all.name_space = all.name = NULL;
    assert_int_equal(read_all(&all, NULL, &parts, &last), 1);
    assert_string_equal(km_buf_str(&last), "n1");
    km_labels_free(labels);
    km_store_free(store);
}

static void waits_for_names(void **state)
{
    struct km_store *store = make_store(state);
    struct km_labels *labels = km_labels_new(100);
    struct km_usage_query all = {.store = store, .labels = labels, .pods = true};
    km_auto_buf struct km_buf last = KM_BUF_INIT;
    size_t parts;

    add(store, "a", 1, unnamed, 2, now - 2 * INTERVAL, 0);
    add(store, "a", 1, unnamed, 2, now - INTERVAL, 1000);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 0);
    add(store, "a", 1, two, 2, now, 2000);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 1);
    assert_int_equal(parts, 2);
    km_labels_free(labels);
    km_store_free(store);
}

static void put(struct km_labels *labels, const char *object)
{
    yyjson_doc *doc = yyjson_read(object, strlen(object), 0);

    km_labels_put(labels, yyjson_doc_get_root(doc));
    yyjson_doc_free(doc);
}

static void reads_what_labels_select(void **state)
{
    struct km_store *store = make_store(state);
    struct km_labels *labels = km_labels_new(100);
    struct km_usage_query all = {.store = store, .labels = labels, .pods = true};
    km_auto_buf struct km_buf last = KM_BUF_INIT, error = KM_BUF_INIT;
    size_t parts;

    add(store, "a", 4, two, 1, now - INTERVAL, 0);
    add(store, "a", 4, two, 1, now, 1000);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 4);
    km_labels_begin(labels);
    put(labels,
        "{\"metadata\":{\"namespace\":\"a\",\"name\":\"p01\",\"labels\":{\"app\":\"web\"}}}");
    put(labels, "{\"metadata\":{\"namespace\":\"a\",\"name\":\"p02\"}}");
    assert_int_equal(read_all(&all, NULL, &parts, &last), 4);
    km_labels_end(labels);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 2);
    assert_int_equal(km_selector_parse("app=web", &all.labels_wanted, &error), 0);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 1);
    assert_string_equal(km_buf_str(&last), "a/p01");
    km_selector_free(all.labels_wanted);
    all.labels_wanted = NULL;
    assert_int_equal(km_field_selector_parse("metadata.name!=p01", &all.fields_wanted, &error), 0);
    assert_int_equal(read_all(&all, NULL, &parts, &last), 1);
    assert_string_equal(km_buf_str(&last), "a/p02");
    km_selector_free(all.fields_wanted);
    km_labels_free(labels);
    km_store_free(store);
}

static void refuses_tokens_that_are_none(void **state)
{
    struct km_store *store = make_store(state);
    struct km_usage_query pods = {.store = store, .pods = true}, nodes = {.store = store};
    struct km_usage_reader *reader = malloc(sizeof(*reader));
    char long_token[600];

    assert_non_null(reader);
    memset(long_token, 'a', sizeof(long_token) - 1);
    long_token[sizeof(long_token) - 1] = '\0';
    km_usage_reader_init(reader, &pods);
    assert_int_equal(km_usage_reader_seek(reader, ""), -EINVAL);
    assert_int_equal(km_usage_reader_seek(reader, "n1"), -EINVAL);
    assert_int_equal(km_usage_reader_seek(reader, "a/b"), 0);
    long_token[300] = '/';
    assert_int_equal(km_usage_reader_seek(reader, long_token), -EINVAL);
    long_token[300] = 'a';
    long_token[1] = '/';
    assert_int_equal(km_usage_reader_seek(reader, long_token), -EINVAL);
    km_usage_reader_done(reader);
    km_usage_reader_init(reader, &nodes);
    assert_int_equal(km_usage_reader_seek(reader, "n1"), 0);
    assert_int_equal(km_usage_reader_seek(reader, "a/b"), -EINVAL);
    km_usage_reader_done(reader);
    free(reader);
    km_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_pods_of_containers_with_two_readings),
        cmocka_unit_test(comes_back_where_nothing_is_selected),
        cmocka_unit_test(waits_for_names),
        cmocka_unit_test(reads_what_labels_select),
        cmocka_unit_test(refuses_tokens_that_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
