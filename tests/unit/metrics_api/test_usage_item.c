/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metric.h"
#include "usage_item.h"

/* A row of CPU time and working set; -1: absent. */
static struct km_row row(int64_t time_ms, int64_t usec, int64_t memory)
{
    struct km_row r = {.time_ms = time_ms};

    if (usec >= 0) {
        r.metric[r.count] = KM_CPU_USAGE_USEC;
        r.value[r.count++] = usec;
    }
    if (memory >= 0) {
        r.metric[r.count] = KM_MEM_WORKING_SET;
        r.value[r.count++] = memory;
    }
    return r;
}

static bool usage(struct km_row before, struct km_row after, struct km_usage *ret)
{
    return km_usage_of(&after, &before, ret);
}

static void rates_of_two_rows(void **state)
{
    struct km_usage u;

    (void)state;
    assert_true(usage(row(1000, 0, -1), row(6003, 250150, 4096), &u));
    assert_int_equal(u.nanocores, 50000000);
    assert_int_equal(u.memory, 4096);
    assert_int_equal(u.time_ms, 6003);
    assert_int_equal(u.window_ms, 5003);
    /* 256 cores for an hour, after a year of them. */
    assert_true(usage(row(0, INT64_C(8073216000000000), 1),
                      row(3600000, INT64_C(8074137600000000), 1), &u));
    assert_int_equal(u.nanocores, INT64_C(256000000000));
    assert_true(usage(row(0, 7, 0), row(1, 7, 0), &u));
    assert_int_equal(u.nanocores, 0);
}

static void nothing_where_something_is_absent(void **state)
{
    struct km_usage u;

    (void)state;
    assert_false(usage(row(0, -1, 1), row(5, 1, 1), &u));
    assert_false(usage(row(0, 1, 1), row(5, -1, 1), &u));
    assert_false(usage(row(0, 1, 1), row(5, 1, -1), &u));
    assert_false(usage(row(0, 2, 1), row(5, 1, 1), &u));
    assert_false(usage(row(5, 1, 1), row(5, 1, 1), &u));
}

/* 2026-11-26T15:00:00.999Z */
#define NOW INT64_C(1795705200999)

static const struct km_usage_part parts[] = {{"app", {1500000, 1 << 20, NOW - 1000, 5000}},
                                             {"side", {500000, 1 << 19, NOW - 2000, 5003}}};

static void writes_a_pod(void **state)
{
    struct km_buf labels = {.data = (char[]){"a\0"
                                             "1\0"
                                             "b\"\0"},
                            .len = 8};
    struct km_usage_item item = {.is_pod = true,
                                 .name_space = "shop",
                                 .name = "web-0",
                                 .labels = &labels,
                                 .now_ms = NOW,
                                 .parts = parts,
                                 .n_parts = 2};
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_json w = {.out = &out};

    (void)state;
    labels.len = 7; /* "b\"" has an empty value */
    km_usage_sum(&item);
    km_usage_write(&w, &item, "v1");
    assert_string_equal(km_buf_str(&out),
                        "{\"kind\":\"PodMetrics\",\"apiVersion\":\"metrics.k8s.io/"
                        "v1\",\"metadata\":{\"name\":\"web-0\","
                        "\"namespace\":\"shop\",\"creationTimestamp\":\"2026-11-26T15:00:00Z\","
                        "\"labels\":{\"a\":\"1\","
                        "\"b\\\"\":\"\"}},\"timestamp\":\"2026-11-26T14:59:58Z\",\"window\":\"5."
                        "003s\",\"containers\":["
                        "{\"name\":\"app\",\"usage\":{\"cpu\":\"1500u\",\"memory\":\"1Mi\"}},"
                        "{\"name\":\"side\",\"usage\":{\"cpu\":\"500u\",\"memory\":\"512Ki\"}}]}");
}

static void writes_rows(void **state)
{
    struct km_buf labels = KM_BUF_INIT;
    struct km_usage_item item = {
        .name = "n1", .labels = &labels, .now_ms = NOW, .usage = parts[0].usage};
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_json w = {.out = &out};

    (void)state;
    km_usage_write_row(&w, &item, "v1beta1", KM_TABLE_NONE);
    km_usage_write_row(&w, &item, "v1beta1", KM_TABLE_METADATA);
    km_usage_write_row(&w, &item, "v1beta1", KM_TABLE_OBJECT);
    assert_string_equal(
        km_buf_str(&out),
        "{\"cells\":[\"n1\",\"1500u\",\"1Mi\",\"5s\"]},"
        "{\"cells\":[\"n1\",\"1500u\",\"1Mi\",\"5s\"],\"object\":{\"kind\":"
        "\"PartialObjectMetadata\","
        "\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"name\":\"n1\","
        "\"creationTimestamp\":\"2026-11-26T15:00:00Z\"}}},"
        "{\"cells\":[\"n1\",\"1500u\",\"1Mi\",\"5s\"],\"object\":{\"kind\":\"NodeMetrics\","
        "\"apiVersion\":\"metrics.k8s.io/v1beta1\",\"metadata\":{\"name\":\"n1\","
        "\"creationTimestamp\":\"2026-11-26T15:00:00Z\"},\"timestamp\":\"2026-11-26T14:59:59Z\","
        "\"window\":\"5s\",\"usage\":{\"cpu\":\"1500u\",\"memory\":\"1Mi\"}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_of_two_rows),
        cmocka_unit_test(nothing_where_something_is_absent),
        cmocka_unit_test(writes_a_pod),
        cmocka_unit_test(writes_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
