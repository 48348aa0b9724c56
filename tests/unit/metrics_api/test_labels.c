/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "labels.h"

static void put(struct km_labels *labels, const char *object)
{
    yyjson_doc *doc = yyjson_read(object, strlen(object), 0);

    assert_non_null(doc);
    km_labels_put(labels, yyjson_doc_get_root(doc));
    yyjson_doc_free(doc);
}

static void remove_one(struct km_labels *labels, const char *object)
{
    yyjson_doc *doc = yyjson_read(object, strlen(object), 0);

    km_labels_remove(labels, yyjson_doc_get_root(doc));
    yyjson_doc_free(doc);
}

#define POD(space, name, labels)                                                                   \
    "{\"metadata\":{\"namespace\":\"" space "\",\"name\":\"" name "\",\"labels\":" labels "}}"

static void keeps_the_newest(void **state)
{
    struct km_labels *labels = km_labels_new(10);
    km_auto_buf struct km_buf copy = KM_BUF_INIT;
    struct km_labels_status status;

    (void)state;
    put(labels, POD("a", "p", "{\"k\":\"1\",\"l\":\"\"}"));
    put(labels, POD("a", "q", "null"));
    assert_true(km_labels_find(labels, "a", "p", &copy));
    assert_string_equal(km_labels_value(&copy, "k"), "1");
    assert_string_equal(km_labels_value(&copy, "l"), "");
    assert_null(km_labels_value(&copy, "1"));
    put(labels, POD("a", "p", "{\"k\":\"2\"}"));
    assert_true(km_labels_find(labels, "a", "p", &copy));
    assert_string_equal(km_labels_value(&copy, "k"), "2");
    assert_true(km_labels_find(labels, "a", "q", &copy));
    assert_null(km_labels_value(&copy, "k"));
    assert_false(km_labels_find(labels, "b", "p", &copy));
    km_labels_get_status(labels, &status);
    assert_int_equal(status.objects, 2);
    remove_one(labels, POD("a", "p", "{}"));
    remove_one(labels, POD("a", "x", "{}"));
    assert_false(km_labels_find(labels, "a", "p", &copy));
    remove_one(labels, POD("a", "q", "{}"));
    km_labels_get_status(labels, &status);
    assert_int_equal(status.objects, 0);
    assert_int_equal(status.bytes, 0);
    km_labels_free(labels);
}

static void names_do_not_run_into_each_other(void **state)
{
    struct km_labels *labels = km_labels_new(10);
    km_auto_buf struct km_buf copy = KM_BUF_INIT;

    (void)state;
    put(labels, POD("ab", "c", "{}"));
    assert_false(km_labels_find(labels, "a", "bc", &copy));
    put(labels, "{\"metadata\":{\"name\":\"node-1\",\"labels\":{\"zone\":\"z\"}}}");
    assert_true(km_labels_find(labels, "", "node-1", &copy));
    put(labels, "{\"metadata\":{}}");
    put(labels, "[]");
    km_labels_free(labels);
}

static void a_list_drops_what_it_has_not(void **state)
{
    struct km_labels *labels = km_labels_new(10);
    km_auto_buf struct km_buf copy = KM_BUF_INIT;

    (void)state;
    assert_false(km_labels_complete(labels));
    km_labels_begin(labels);
    put(labels, POD("a", "p", "{}"));
    put(labels, POD("a", "q", "{}"));
    assert_false(km_labels_complete(labels));
    km_labels_end(labels);
    assert_true(km_labels_complete(labels));
    km_labels_begin(labels);
    put(labels, POD("a", "q", "{}"));
    assert_true(km_labels_find(labels, "a", "p", &copy));
    km_labels_end(labels);
    assert_false(km_labels_find(labels, "a", "p", &copy));
    assert_true(km_labels_find(labels, "a", "q", &copy));
    km_labels_free(labels);
}

static void keeps_to_its_limits(void **state)
{
    struct km_labels *labels = km_labels_new(5000);
    km_auto_buf struct km_buf copy = KM_BUF_INIT, large = KM_BUF_INIT;
    struct km_labels_status status;
    char object[128];

    (void)state;
    for (int i = 0; i < 6000; i++) {
        snprintf(object, sizeof(object), POD("a", "p%d", "{\"i\":\"%d\"}"), i, i);
        put(labels, object);
    }
    km_labels_get_status(labels, &status);
    assert_int_equal(status.objects, 5000);
    assert_int_equal(status.refused, 1000);
    assert_true(km_labels_find(labels, "a", "p4999", &copy));
    assert_string_equal(km_labels_value(&copy, "i"), "4999");
    assert_false(km_labels_find(labels, "a", "p5000", &copy));
    km_buf_puts(&large,
                "{\"metadata\":{\"namespace\":\"a\",\"name\":\"p0\",\"labels\":{\"first\":\"1\"");
    for (int i = 0; i < 5000; i++)
        km_buf_printf(&large, ",\"key-of-some-length-%d\":\"value\"", i);
    km_buf_puts(&large, "}}}");
    put(labels, km_buf_str(&large));
    assert_true(km_labels_find(labels, "a", "p0", &copy));
    assert_true(copy.len <= KM_LABELS_BYTES);
    assert_string_equal(km_labels_value(&copy, "first"), "1");
    km_labels_free(labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_newest),
        cmocka_unit_test(names_do_not_run_into_each_other),
        cmocka_unit_test(a_list_drops_what_it_has_not),
        cmocka_unit_test(keeps_to_its_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
