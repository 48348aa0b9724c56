/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "entity_list.h"
#include "list_page.h"
#include "total.h"

static double sort_value(int sort, const struct km_view *view)
{
    return km_sort_value(sort, &view->last, view->has_previous ? &view->previous : NULL);
}

static void add(struct km_total *total, const struct km_view *view)
{
    km_total_add(total, &view->last, view->has_previous ? &view->previous : NULL);
}

/* Puts a value into a row; metrics must come in order. */
static void put(struct km_row *row, unsigned metric, int64_t value)
{
    row->metric[row->count] = (uint16_t)metric;
    row->value[row->count++] = value;
}

static int64_t bits_of(double value)
{
    int64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* Two readings 2 s apart: received bytes grow by 100 and 30, one pod's cpu is exact. */
static void make_views(struct km_view views[2])
{
    memset(views, 0, 2 * sizeof(views[0]));
    for (int i = 0; i < 2; i++) {
        views[i].has_previous = true;
        views[i].previous.time_ms = 1000;
        views[i].last.time_ms = 3000 + i;
    }
    views[1].previous.time_ms = 1001;
    put(&views[0].last, KM_CPU_USAGE, 1500);
    put(&views[0].last, KM_CPU_USAGE_USEC, 77);
    put(&views[0].last, KM_MEM_USAGE, 10);
    put(&views[0].last, KM_NET_RX_BYTES, 300);
    put(&views[0].previous, KM_NET_RX_BYTES, 200);
    put(&views[0].last, KM_METRIC_COUNT + 3, 9); /* a member outside the catalogue */
    put(&views[1].last, KM_CPU_USAGE_EXACT, bits_of(0.0626));
    put(&views[1].last, KM_MEM_USAGE, 32);
    put(&views[1].last, KM_NET_RX_BYTES, 60);
    put(&views[1].previous, KM_NET_RX_BYTES, 30);
}

static void adds_gauges_and_rates(void **state)
{
    struct km_view views[2];
    struct km_total total = {0};
    km_auto_buf struct km_buf text = KM_BUF_INIT;
    struct km_json w = {.out = &text};

    (void)state;
    make_views(views);
    add(&total, &views[0]);
    add(&total, &views[1]);
    km_json_object(&w);
    km_total_write(&w, &total, "pods");
    km_json_object_end(&w);
    /* 1.5 + 0.0626 with three decimals; counters are not added, only their rates. */
    assert_string_equal(km_buf_str(&text), "{\"timestamp\":\"1970-01-01T00:00:03.001Z\",\"pods\":2,"
                                           "\"cpu_usage\":1.563,\"memory\":{\"usage\":42},"
                                           "\"network\":{\"rx_bytes_per_second\":65}}");
}

static void adds_nothing_for_what_is_unknown(void **state)
{
    struct km_view views[2];
    struct km_total total = {0};

    (void)state;
    make_views(views);
    views[0].has_previous = false;
    views[1].previous.value[0] = 61; /* went down: restarted */
    add(&total, &views[0]);
    add(&total, &views[1]);
    assert_false(total.has[KM_NET_RX_BYTES]);
    assert_false(total.has[KM_MEM_WORKING_SET]);
    assert_false(total.has[KM_CPU_USAGE_EXACT]);
    assert_int_equal(total.entities, 2);
}

static void orders_by_the_exact_cpu(void **state)
{
    struct km_view views[2];
    struct km_total total = {0};

    (void)state;
    make_views(views);
    assert_true(sort_value(KM_SORT_CPU, &views[0]) == 1.5);
    assert_true(sort_value(KM_SORT_CPU, &views[1]) == 0.0626);
    views[1].last.value[0] = bits_of(1.50001);
    assert_true(sort_value(KM_SORT_CPU, &views[1]) > sort_value(KM_SORT_CPU, &views[0]));
    add(&total, &views[0]);
    add(&total, &views[1]);
    assert_true(km_sort_total(KM_SORT_CPU, &total) == 1.5 + 1.50001);
    assert_true(km_sort_total(KM_SORT_MEMORY, &total) == 42);
    assert_true(km_sort_total(KM_SORT_NETWORK, &total) == 65);
    assert_true(km_sort_total(KM_SORT_DISK, &total) == 0);
    assert_true(sort_value(KM_SORT_NETWORK, &views[0]) == 50);
    assert_true(sort_value(KM_SORT_MEMORY, &views[0]) == 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds_gauges_and_rates),
        cmocka_unit_test(adds_nothing_for_what_is_unknown),
        cmocka_unit_test(orders_by_the_exact_cpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
