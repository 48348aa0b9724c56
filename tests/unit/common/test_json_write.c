/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_write.h"

struct fixture {
    struct km_buf buf;
    struct km_json w;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f)
        return -1;
    f->w.out = &f->buf;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    km_buf_done(&f->buf);
    free(f);
    return 0;
}

static void puts_commas_between_values(void **state)
{
    struct fixture *f = *state;

    km_json_object(&f->w);
    km_json_key(&f->w, "a");
    km_json_array(&f->w);
    km_json_int(&f->w, 1);
    km_json_null(&f->w);
    km_json_bool(&f->w, true);
    km_json_array_end(&f->w);
    km_json_key(&f->w, "b");
    km_json_object(&f->w);
    km_json_object_end(&f->w);
    km_json_member(&f->w, "left out", NULL);
    km_json_member(&f->w, "c", "d");
    km_json_member_int(&f->w, "e", -7);
    km_json_member_array(&f->w, "f");
    km_json_array_end(&f->w);
    km_json_member_object(&f->w, "g");
    km_json_object_end(&f->w);
    km_json_object_end(&f->w);
    assert_string_equal(km_buf_str(&f->buf),
                        "{\"a\":[1,null,true],\"b\":{},\"c\":\"d\",\"e\":-7,\"f\":[],\"g\":{}}");
}

static void escapes_text(void **state)
{
    struct fixture *f = *state;

    km_json_string_len(&f->w, "a\"b\\c\n\t\x01\x7f\xc3\xa9\0z", 13);
    assert_string_equal(km_buf_str(&f->buf), "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\xc3\xa9\\u0000z\"");
}

static void writes_thousandths(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {{0, "0.000"},
                 {5, "0.005"},
                 {-5, "-0.005"},
                 {12345, "12.345"},
                 {INT64_MIN, "-9223372036854775.808"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture *f = *state;

        km_buf_clear(&f->buf);
        f->w.comma = false;
        km_json_milli(&f->w, cases[i].value);
        assert_string_equal(km_buf_str(&f->buf), cases[i].text);
    }
}

static void writes_doubles(void **state)
{
    static const struct {
        double value;
        const char *exact;
        const char *decimal;
    } cases[] = {{0.1, "0.1", "0.1"},
                 {-0.0, "-0", "0"},
                 {1.0 / 3, "0.3333333333333333", "0.333"},
                 {200, "200", "200"},
                 {-0.0001, "-0.0001", "0"},
                 {1234.5678, "1234.5678", "1234.568"},
                 {1e300, "1e+300", "1e+300"},
                 {NAN, "null", "null"},
                 {INFINITY, "null", "null"}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        km_buf_clear(&f->buf);
        f->w.comma = false;
        km_json_double(&f->w, cases[i].value);
        assert_string_equal(km_buf_str(&f->buf), cases[i].exact);
        km_buf_clear(&f->buf);
        f->w.comma = false;
        km_json_decimal(&f->w, cases[i].value);
        assert_string_equal(km_buf_str(&f->buf), cases[i].decimal);
    }
}

static void groups_a_sample_and_leaves_out_what_is_absent(void **state)
{
    struct fixture *f = *state;
    struct km_sample sample;

    km_sample_clear(&sample);
    km_sample_set(&sample, KM_DISK_READ_BYTES, 7);
    km_sample_set(&sample, KM_CPU_USAGE, 200125);
    km_sample_set(&sample, KM_MEM_USED, 0);
    km_sample_set(&sample, KM_MEM_TOTAL, 9);
    km_sample_set(&sample, KM_PROC_PIDS, 3);
    km_sample_unset(&sample, KM_PROC_PIDS);
    km_json_object(&f->w);
    km_json_sample(&f->w, &sample);
    km_json_object_end(&f->w);
    assert_string_equal(km_buf_str(&f->buf), "{\"cpu_usage\":200.125,\"memory\":{\"total\":9,"
                                             "\"used\":0},\"disk\":{\"read_bytes\":7}}");
}

static void writes_an_exact_double_as_it_came(void **state)
{
    struct fixture *f = *state;
    struct km_sample sample;
    double came = 12.34567890123;
    int64_t bits;

    memcpy(&bits, &came, sizeof(bits));
    km_sample_clear(&sample);
    km_sample_set(&sample, KM_CPU_USAGE_EXACT, bits);
    km_json_object(&f->w);
    km_json_sample(&f->w, &sample);
    km_json_object_end(&f->w);
    assert_string_equal(km_buf_str(&f->buf), "{\"cpu_usage\":12.34567890123}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(puts_commas_between_values, setup, teardown),
        cmocka_unit_test_setup_teardown(escapes_text, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_thousandths, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_doubles, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_a_sample_and_leaves_out_what_is_absent, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(writes_an_exact_double_as_it_came, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
