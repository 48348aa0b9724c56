/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "source.h"

static const char object[] =
    "{\"cpu_usage\":12.5,\"pod_name\":\"web\",\"stale\":true,"
    "\"memory\":{\"used\":400,\"odd\":\"x\"},"
    "\"network\":{\"rx\":3,\"tx\":4},\"owner\":{\"kind\":\"Job\",\"name\":\"j\"}}";

static yyjson_doc *doc;

static int read_object(void **state)
{
    (void)state;
    doc = yyjson_read(object, sizeof(object) - 1, 0);
    return doc ? 0 : -1;
}

static int free_object(void **state)
{
    (void)state;
    yyjson_doc_free(doc);
    return 0;
}

static double number(const char *source)
{
    return km_source_number(yyjson_doc_get_root(doc), source);
}

static void reads_numbers(void **state)
{
    (void)state;
    assert_true(number("cpu_usage") == 12.5);
    assert_true(number("memory/used") == 400);
    assert_true(number("memory/working_set|memory/used") == 400);
    assert_true(number("network/rx+network/tx") == 7);
    assert_true(number("network/none+network/tx") == 4);
    assert_true(number("none+memory/none|network/rx") == 3);
}

static void what_is_not_there_is_not_zero(void **state)
{
    (void)state;
    assert_true(isnan(number("none")));
    assert_true(isnan(number("memory/none")));
    assert_true(isnan(number("cpu_usage/none")));
    assert_true(isnan(number("memory/odd")));
    assert_true(isnan(number("a+b|c")));
}

static void check_text(const char *source, const char *wanted)
{
    char text[8];

    km_source_text(yyjson_doc_get_root(doc), source, text, sizeof(text));
    assert_string_equal(text, wanted);
}

static void reads_text(void **state)
{
    (void)state;
    check_text("pod_name", "web");
    check_text("stale", "yes");
    check_text("owner/kind+owner/name", "Job/j");
    check_text("none|pod_name", "web");
    check_text("pod_name|owner/name", "web");
    check_text("none", "");
    check_text("cpu_usage", "");
    check_text("owner/kind+pod_name+pod_name", "Job/web"); /* cut off at the room's end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(what_is_not_there_is_not_zero),
        cmocka_unit_test(reads_text),
    };

    return cmocka_run_group_tests(tests, read_object, free_object);
}
