/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "output_csv.h"

static void check_field(const char *text, const char *wanted)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    km_csv_field(&out, text);
    assert_string_equal(km_buf_str(&out), wanted);
}

static void quotes_what_needs_it(void **state)
{
    (void)state;
    check_field("plain name", "plain name");
    check_field("a,b", "\"a,b\"");
    check_field("say \"hi\"", "\"say \"\"hi\"\"\"");
    check_field("two\nlines", "\"two\nlines\"");
    check_field("cr\r", "\"cr\r\"");
}

static void leaves_out_what_is_not_known(void **state)
{
    static const struct km_column columns[] = {
        {"NAME", "pod", NULL, KM_UNIT_NAME, KM_SHOW_ALWAYS, "pod_name", NULL},
        {"CPU", "cpu_millicores", NULL, KM_UNIT_MILLICORES, KM_SHOW_WIDE, "cpu_usage", NULL},
        {"HIDDEN", "hidden", NULL, KM_UNIT_RATE, KM_SHOW_NEVER, "cpu_usage", NULL},
        {"MEM", "memory_bytes", NULL, KM_UNIT_BYTES, KM_SHOW_ALWAYS, "memory/usage", NULL},
        {NULL, NULL, NULL, KM_UNIT_NAME, KM_SHOW_NEVER, NULL, NULL},
    };
    static const char items[] = "[{\"pod_name\":\"x,y\",\"cpu_usage\":12.5},"
                                "{\"memory\":{\"usage\":4294967296}}]";
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    yyjson_doc *doc = yyjson_read(items, sizeof(items) - 1, 0);
    struct km_rows rows;
    yyjson_val *item;
    size_t i, n;

    (void)state;
    km_rows_init(&rows, columns);
    yyjson_arr_foreach(yyjson_doc_get_root(doc), i, n, item)
    {
        km_rows_add(&rows, item);
    }
    km_csv_write(&out, &rows, true);
    assert_string_equal(km_buf_str(&out), "pod,cpu_millicores,memory_bytes\n"
                                          "\"x,y\",12.5,\n"
                                          ",,4294967296\n");
    yyjson_doc_free(doc);
    km_rows_done(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_what_needs_it),
        cmocka_unit_test(leaves_out_what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
