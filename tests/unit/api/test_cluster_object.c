/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster_object.h"

static yyjson_doc *doc_of(const char *json)
{
    yyjson_doc *doc = yyjson_read(json, strlen(json), 0);

    assert_non_null(doc);
    return doc;
}

static void keys_are_names(void **state)
{
    static const struct {
        const char *json, *key;
    } cases[] = {
        {"{\"metadata\":{\"name\":\"web-5d\",\"namespace\":\"shop\"}}", "shop/web-5d"},
        {"{\"metadata\":{\"name\":\"n1\"}}", "n1"},
        {"{\"metadata\":{\"name\":\"\"}}", NULL},
        {"{\"metadata\":{\"name\":7}}", NULL},
        {"{}", NULL},
        {"[]", NULL},
    };
    char long_json[700], key[KM_CLUSTER_KEY];
    yyjson_doc *doc;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        doc = doc_of(cases[i].json);
        assert_int_equal(km_cluster_key(yyjson_doc_get_root(doc), key), cases[i].key != NULL);
        if (cases[i].key)
            assert_string_equal(key, cases[i].key);
        yyjson_doc_free(doc);
    }
    strcpy(long_json, "{\"metadata\":{\"name\":\"");
    memset(long_json + strlen(long_json), 'x', 600);
    strcpy(long_json + 21 + 600, "\"}}");
    doc = doc_of(long_json);
    assert_false(km_cluster_key(yyjson_doc_get_root(doc), key));
    yyjson_doc_free(doc);
}

static void check_owner(const char *json, const char *kind, const char *name)
{
    yyjson_doc *doc = doc_of(json);
    struct km_cluster_owner *owner = km_cluster_owner_read(yyjson_doc_get_root(doc));

    assert_string_equal(owner->kind, kind);
    assert_string_equal(owner->name, name);
    free(owner);
    yyjson_doc_free(doc);
}

static void an_owner_is_what_controls(void **state)
{
    (void)state;
    check_owner("{\"metadata\":{\"ownerReferences\":["
                "{\"kind\":\"Other\",\"name\":\"o\"},"
                "{\"kind\":\"Deployment\",\"name\":\"web\",\"controller\":true}]}}",
                "Deployment", "web");
    check_owner("{\"metadata\":{\"ownerReferences\":[{\"kind\":\"X\",\"name\":\"x\",\"controller\":"
                "false}]}}",
                "", "");
    check_owner("{\"metadata\":{\"ownerReferences\":[{\"kind\":\"X\",\"controller\":true}]}}", "",
                "");
    check_owner("{\"metadata\":{}}", "", "");
    check_owner("7", "", "");
}

static void check_node(const char *json, int64_t cpu_milli, int64_t memory, bool ready)
{
    yyjson_doc *doc = doc_of(json);
    struct km_cluster_node *node = km_cluster_node_read(yyjson_doc_get_root(doc));

    assert_true(node->cpu_milli == cpu_milli);
    assert_true(node->memory == memory);
    assert_int_equal(node->ready, ready);
    free(node);
    yyjson_doc_free(doc);
}

static void a_node_says_what_it_can_allocate(void **state)
{
    (void)state;
    check_node(
        "{\"status\":{\"allocatable\":{\"cpu\":\"3920m\",\"memory\":\"2Ki\"},\"conditions\":["
        "{\"type\":\"DiskPressure\",\"status\":\"True\"},{\"type\":\"Ready\",\"status\":\"True\"}]}"
        "}",
        3920, 2048, true);
    check_node("{\"status\":{\"allocatable\":{\"cpu\":\"4\",\"memory\":\"much\"},"
               "\"conditions\":[{\"type\":\"Ready\",\"status\":\"Unknown\"}]}}",
               4000, -1, false);
    check_node("{}", -1, -1, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_names),
        cmocka_unit_test(an_owner_is_what_controls),
        cmocka_unit_test(a_node_says_what_it_can_allocate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
