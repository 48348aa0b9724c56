/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "output_object.h"

typedef struct km_object_writer *new_writer(FILE *out);

/* What a writer makes of JSON: of an array a list, of an object a document. The caller frees it. */
static char *written(new_writer *make, const char *json)
{
    yyjson_doc *doc = yyjson_read(json, strlen(json), 0);
    yyjson_val *root = yyjson_doc_get_root(doc), *item;
    char *text = NULL;
    size_t len, i, n;
    FILE *out = open_memstream(&text, &len);
    struct km_object_writer *w = make(out);

    assert_non_null(w);
    if (yyjson_is_arr(root)) {
        assert_int_equal(w->begin(w), 0);
        yyjson_arr_foreach(root, i, n, item)
        {
            assert_int_equal(w->item(w, item), 0);
        }
        assert_int_equal(w->end(w), 0);
    } else {
        assert_int_equal(w->item(w, root), 0);
    }
    w->free(w);
    fclose(out);
    yyjson_doc_free(doc);
    return text;
}

static void check(new_writer *make, const char *json, const char *wanted)
{
    char *text = written(make, json);

    assert_string_equal(text, wanted);
    free(text);
}

static void writes_json_lists_as_they_come(void **state)
{
    (void)state;
    check(km_output_json_new, "[]", "{\n  \"items\": []\n}\n");
    check(km_output_json_new, "[{\"a\":1},{\"b\":[]}]",
          "{\n  \"items\": [\n    {\n      \"a\": 1\n    },\n    {\n      \"b\": []\n    }\n  "
          "]\n}\n");
}

static void writes_json_documents(void **state)
{
    (void)state;
    check(km_output_json_new, "{\"a\":12.345,\"t\":\"x\\ny\"}",
          "{\n  \"a\": 12.345,\n  \"t\": \"x\\ny\"\n}\n");
}

static void writes_yaml(void **state)
{
    (void)state;
    check(km_output_yaml_new,
          "{\"a\":12.345,\"big\":9007199254740993,\"neg\":-2,\"ok\":true,"
          "\"none\":null,\"m\":{\"k\":[1,\"x\"]}}",
          "---\na: 12.345\nbig: 9007199254740993\nneg: -2\nok: true\nnone: null\nm:\n  k:\n  - 1\n"
          "  - x\n");
    check(km_output_yaml_new, "[{\"a\":1},{\"a\":2}]", "---\nitems:\n- a: 1\n- a: 2\n");
}

static void yaml_text_stays_text(void **state)
{
    (void)state;
    check(km_output_yaml_new,
          "{\"a\":\"true\",\"b\":\"12\",\"c\":\"\",\"d\":\"No\",\"e\":\"0x1f\",\"f\":\"web: x\","
          "\"y\":\"plain\"}",
          "---\na: \"true\"\nb: \"12\"\nc: \"\"\nd: \"No\"\ne: \"0x1f\"\nf: 'web: x'\n\"y\": "
          "plain\n");
}

static void documents_follow_each_other(void **state)
{
    yyjson_doc *doc = yyjson_read("{\"a\":1}", 7, 0);
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    struct km_object_writer *w = km_output_yaml_new(out);

    (void)state;
    assert_int_equal(w->item(w, yyjson_doc_get_root(doc)), 0);
    assert_int_equal(w->item(w, yyjson_doc_get_root(doc)), 0);
    w->free(w);
    fclose(out);
    assert_string_equal(text, "---\na: 1\n---\na: 1\n");
    free(text);
    yyjson_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_json_lists_as_they_come),
        cmocka_unit_test(writes_json_documents),
        cmocka_unit_test(writes_yaml),
        cmocka_unit_test(yaml_text_stays_text),
        cmocka_unit_test(documents_follow_each_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
