/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "rows.h"

static const char items[] =
    "[{\"pod_name\":\"a\",\"namespace\":\"x\",\"cpu_usage\":5,\"cpu\":{\"limit_millicores\":50},"
    "\"memory\":{\"working_set\":9}},"
    "{\"pod_name\":\"b\",\"namespace\":\"x\",\"memory\":{\"usage\":7}},"
    "{\"pod_name\":\"c\",\"namespace\":\"x\",\"cpu_usage\":5,\"restarts\":2},"
    "{\"pod_name\":\"d\",\"namespace\":\"x\",\"cpu_usage\":80,\"cpu\":{\"limit_millicores\":100}}]";

static void fill(struct km_rows *rows)
{
    yyjson_doc *doc = yyjson_read(items, sizeof(items) - 1, 0);
    yyjson_val *item;
    size_t i, n;

    km_rows_init(rows, km_subject_pod.columns);
    yyjson_arr_foreach(yyjson_doc_get_root(doc), i, n, item)
    {
        assert_int_equal(km_rows_add(rows, item), 0);
    }
    yyjson_doc_free(doc);
}

static const union km_value *value(const struct km_rows *rows, size_t row, const char *sort)
{
    int column = km_column_find(rows->columns, sort);

    assert_true(column >= 0);
    return km_rows_value(rows, row, (size_t)column);
}

static void check_order(const char *sort, bool descending, const char *wanted)
{
    struct km_rows rows;
    char names[8] = "";

    fill(&rows);
    assert_int_equal(
        km_rows_sort(&rows, sort ? km_column_find(rows.columns, sort) : -1, descending), 0);
    for (size_t i = 0; i < rows.count; i++)
        strcat(names, value(&rows, rows.order[i], "name")->text);
    assert_string_equal(names, wanted);
    km_rows_done(&rows);
}

static void sorts_stably_with_the_unknown_last(void **state)
{
    (void)state;
    check_order(NULL, true, "abcd");
    check_order("cpu", true, "dacb");
    check_order("cpu", false, "acdb");
    check_order("name", true, "dcba");
    check_order("namespace", true, "abcd");
    check_order("memory", true, "abcd");
    check_order("cpu%", true, "dabc");
}

static void reads_values_with_their_alternatives(void **state)
{
    struct km_rows rows;
    char text[64];
    int column;

    (void)state;
    fill(&rows);
    assert_true(value(&rows, 0, "memory")->number == 9);
    assert_true(value(&rows, 1, "memory")->number == 7);
    assert_true(isnan(value(&rows, 1, "cpu")->number));
    assert_true(value(&rows, 0, "cpu%")->number == 10);
    assert_true(isnan(value(&rows, 2, "cpu%")->number));
    assert_null(value(&rows, 0, "node")->text);
    column = km_column_find(rows.columns, "node");
    km_value_format(&rows.columns[column], value(&rows, 0, "node"), text, sizeof(text));
    assert_string_equal(text, "-");
    assert_int_equal(
        km_value_tone(&rows.columns[km_column_find(rows.columns, "cpu%")], value(&rows, 3, "cpu%")),
        KM_TONE_WARM);
    km_rows_done(&rows);
}

static void averages_a_window(void **state)
{
    static const char window[] =
        "[{\"cpu_usage\":10,\"memory\":{\"working_set\":100}},{\"cpu_usage\":30},{}]";
    static const char pod[] = "{\"pod_name\":\"a\",\"restarts\":3,\"cpu_usage\":1,"
                              "\"network\":{\"rx_bytes_per_second\":5}}";
    yyjson_doc *item = yyjson_read(pod, sizeof(pod) - 1, 0),
               *answer = yyjson_read(window, sizeof(window) - 1, 0);
    struct km_rows rows;

    (void)state;
    assert_non_null(item);
    km_rows_init(&rows, km_subject_pod.columns);
    assert_int_equal(
        km_rows_add_average(&rows, yyjson_doc_get_root(item), yyjson_doc_get_root(answer)), 0);
    assert_true(value(&rows, 0, "cpu")->number == 20);
    assert_true(value(&rows, 0, "memory")->number == 100);
    /* measured, but not in the window: not what is now */
    assert_true(isnan(value(&rows, 0, "network")->number));
    assert_true(value(&rows, 0, "restarts")->number == 3);
    assert_string_equal(value(&rows, 0, "name")->text, "a");
    yyjson_doc_free(item);
    yyjson_doc_free(answer);
    km_rows_done(&rows);
}

static void shows_namespaces_only_where_there_are_several(void **state)
{
    struct km_rows rows;
    struct km_table few = {0}, wide = {0};

    (void)state;
    fill(&rows);
    km_rows_table(&rows, false, false, &few);
    km_rows_table(&rows, true, true, &wide);
    assert_string_equal(few.title[0], "NAME");
    assert_string_equal(wide.title[0], "NAMESPACE");
    assert_true(wide.n_columns > few.n_columns + 5);
    assert_int_equal(km_table_rows(&few), 4);
    km_table_done(&few);
    km_table_done(&wide);
    km_rows_done(&rows);
}

static void every_subject_sorts_as_the_server_does(void **state)
{
    static const char *const words[] = {"name", "cpu", "memory", "network", "disk"};

    (void)state;
    for (const struct km_subject *const *s = km_subjects; *s; s++) {
        for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
            assert_true(km_column_find((*s)->columns, words[i]) >= 0);
        assert_true(km_column_count((*s)->columns) < KM_TABLE_COLUMNS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_stably_with_the_unknown_last),
        cmocka_unit_test(reads_values_with_their_alternatives),
        cmocka_unit_test(averages_a_window),
        cmocka_unit_test(shows_namespaces_only_where_there_are_several),
        cmocka_unit_test(every_subject_sorts_as_the_server_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
