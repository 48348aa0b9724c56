/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "top_model.h"

/* Rows of a subject from JSON items. */
static void read_rows(struct km_rows *rows, const struct km_subject *subject, const char *items)
{
    yyjson_doc *doc = yyjson_read(items, strlen(items), 0);
    yyjson_val *item;
    size_t i, n;

    assert_non_null(doc);
    km_rows_init(rows, subject->columns);
    yyjson_arr_foreach(yyjson_doc_get_root(doc), i, n, item)
    {
        km_rows_add(rows, item);
    }
    yyjson_doc_free(doc);
}

static const char pods[] = "[{\"namespace\":\"x\",\"pod_name\":\"a\",\"cpu_usage\":1},"
                           "{\"namespace\":\"x\",\"pod_name\":\"b\",\"cpu_usage\":3},"
                           "{\"namespace\":\"y\",\"pod_name\":\"c\",\"cpu_usage\":2}]";
static const char later[] = "[{\"namespace\":\"x\",\"pod_name\":\"a\",\"cpu_usage\":9},"
                            "{\"namespace\":\"y\",\"pod_name\":\"c\",\"cpu_usage\":2}]";

static const char *chosen(const struct km_top *top)
{
    return top->chosen;
}

static void follows_the_chosen_row(void **state)
{
    struct km_rows rows, after;
    struct km_top top;

    (void)state;
    read_rows(&rows, &km_subject_pod, pods);
    read_rows(&after, &km_subject_pod, later);
    km_top_init(&top, &km_subject_pod, NULL, NULL);
    km_top_set_rows(&top, &rows);
    assert_string_equal(chosen(&top), "x/b");
    assert_int_equal(km_top_press(&top, 'j', 10), KM_TOP_REDRAW);
    assert_string_equal(chosen(&top), "y/c");
    km_top_press(&top, KM_TOP_DOWN, 10);
    km_top_press(&top, KM_TOP_DOWN, 10);
    assert_string_equal(chosen(&top), "x/a");
    km_top_set_rows(&top, &after);
    assert_int_equal(top.selected, 0); /* a has moved up, and the mark with it */
    km_top_press(&top, KM_TOP_END, 10);
    assert_string_equal(chosen(&top), "y/c");
    km_top_press(&top, 'k', 10);
    assert_string_equal(chosen(&top), "x/a");
    km_top_done(&top);
    km_rows_done(&rows);
    km_rows_done(&after);
}

static void a_second_press_turns_the_order_over(void **state)
{
    struct km_rows rows;
    struct km_top top;
    unsigned before;

    (void)state;
    read_rows(&rows, &km_subject_pod, pods);
    km_top_init(&top, &km_subject_pod, "x", NULL);
    km_top_set_rows(&top, &rows);
    before = top.generation;
    assert_int_equal(km_top_press(&top, 'c', 10), KM_TOP_FETCH);
    assert_true(top.generation != before && top.ascending);
    assert_int_equal(top.lines[0], 0);
    km_top_press(&top, 'a', 10);
    assert_true(top.ascending);
    assert_string_equal(km_top_query(&top).sort, "name");
    km_top_press(&top, 'm', 10);
    assert_false(km_top_query(&top).ascending);
    assert_string_equal(km_top_query(&top).name_space, "x");
    km_top_done(&top);
    km_rows_done(&rows);
}

static void filters_as_it_is_typed(void **state)
{
    struct km_rows rows;
    struct km_top top;

    (void)state;
    read_rows(&rows, &km_subject_pod, pods);
    km_top_init(&top, &km_subject_pod, NULL, NULL);
    km_top_set_rows(&top, &rows);
    km_top_press(&top, '/', 10);
    km_top_press(&top, 'y', 10);
    assert_int_equal(top.n_lines, 1);
    assert_string_equal(chosen(&top), "y/c");
    km_top_press(&top, 'q', 10); /* a letter like any other here */
    assert_int_equal(top.n_lines, 0);
    assert_int_equal(km_top_press(&top, KM_TOP_DOWN, 10), KM_TOP_NOTHING);
    km_top_press(&top, KM_TOP_BACKSPACE, 10);
    assert_int_equal(top.n_lines, 1);
    km_top_press(&top, KM_TOP_ENTER, 10);
    assert_false(top.typing);
    assert_string_equal(top.filter, "y");
    km_top_press(&top, KM_TOP_ESCAPE, 10);
    assert_int_equal(top.n_lines, 3);
    assert_int_equal(km_top_press(&top, 'q', 10), KM_TOP_QUIT);
    km_top_done(&top);
    km_rows_done(&rows);
}

static void the_filter_takes_no_more_than_its_room(void **state)
{
    struct km_top top;

    (void)state;
    km_top_init(&top, &km_subject_pod, NULL, NULL);
    km_top_press(&top, '/', 10);
    for (int i = 0; i < 200; i++)
        km_top_press(&top, i % 2 ? 0xb8 : 0xc3, 10); /* "ø" as two bytes */
    assert_int_equal(strlen(top.filter), KM_TOP_FILTER - 1);
    for (int i = 0; i < 200; i++)
        km_top_press(&top, KM_TOP_BACKSPACE, 10);
    assert_string_equal(top.filter, "");
    km_top_done(&top);
}

static void drills_down_and_back(void **state)
{
    struct km_buf title = KM_BUF_INIT;
    struct km_rows nodes, rows;
    struct km_list_query query;
    struct km_top top;

    (void)state;
    read_rows(&nodes, &km_subject_node, "[{\"node\":\"n1\",\"cpu_usage\":5}]");
    read_rows(&rows, &km_subject_pod, pods);
    km_top_init(&top, &km_subject_node, NULL, NULL);
    assert_int_equal(km_top_press(&top, KM_TOP_ENTER, 10), KM_TOP_NOTHING); /* nothing there yet */
    km_top_set_rows(&top, &nodes);
    assert_int_equal(km_top_press(&top, KM_TOP_ENTER, 10), KM_TOP_FETCH);
    query = km_top_query(&top);
    assert_ptr_equal(query.subject, &km_subject_pod);
    assert_string_equal(query.node, "n1");
    assert_null(top.rows);
    km_top_set_rows(&top, &rows);
    km_top_press(&top, KM_TOP_ENTER, 10);
    query = km_top_query(&top);
    assert_ptr_equal(query.subject, &km_subject_container);
    assert_string_equal(query.pod, "b");
    assert_string_equal(query.name_space, "x");
    km_top_title(&top, &title);
    assert_string_equal(km_buf_str(&title), "containers of pod b in namespace x");
    assert_int_equal(km_top_press(&top, KM_TOP_ENTER, 10), KM_TOP_NOTHING);
    assert_int_equal(km_top_press(&top, KM_TOP_BACKSPACE, 10), KM_TOP_FETCH);
    assert_string_equal(km_top_query(&top).node, "n1");
    assert_int_equal(km_top_press(&top, KM_TOP_ESCAPE, 10), KM_TOP_FETCH);
    assert_int_equal(km_top_press(&top, KM_TOP_ESCAPE, 10), KM_TOP_NOTHING);
    km_buf_done(&title);
    km_top_done(&top);
    km_rows_done(&nodes);
    km_rows_done(&rows);
}

static void scrolls_so_that_the_mark_is_seen(void **state)
{
    struct km_rows rows;
    struct km_top top;

    (void)state;
    read_rows(&rows, &km_subject_pod, pods);
    km_top_init(&top, &km_subject_pod, NULL, NULL);
    km_top_set_rows(&top, &rows);
    km_top_press(&top, KM_TOP_END, 2);
    km_top_scroll(&top, 2);
    assert_int_equal(top.first, 1);
    km_top_press(&top, KM_TOP_PAGE_UP, 2);
    km_top_scroll(&top, 2);
    assert_int_equal(top.first, 0);
    top.first = 2;
    km_top_scroll(&top, 10); /* a larger window shows all */
    assert_int_equal(top.first, 0);
    km_top_done(&top);
    km_rows_done(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_chosen_row),
        cmocka_unit_test(a_second_press_turns_the_order_over),
        cmocka_unit_test(filters_as_it_is_typed),
        cmocka_unit_test(the_filter_takes_no_more_than_its_room),
        cmocka_unit_test(drills_down_and_back),
        cmocka_unit_test(scrolls_so_that_the_mark_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
