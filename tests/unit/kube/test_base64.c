/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"

static void decodes(void **state)
{
    /* The test vectors of RFC 4648, section 10, and the two last letters of the alphabet. */
    static const char *const cases[][2] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
        {"Zm9vYg", "foob"},
        {"Zm9v\nYmFy\n", "foobar"},
        {"+/+/", "\xfb\xff\xbf"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        km_auto_buf struct km_buf out = KM_BUF_INIT;

        assert_int_equal(km_base64_decode(cases[i][0], &out), 0);
        assert_int_equal(out.len, strlen(cases[i][1]));
        assert_memory_equal(km_buf_str(&out), cases[i][1], out.len);
    }
}

static void refuses_other_characters(void **state)
{
    static const char *const texts[] = {"Zm9v!", "Zg==Zg==", "-_-_", "\xc3\xa4"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        km_auto_buf struct km_buf out = KM_BUF_INIT;

        assert_int_equal(km_base64_decode(texts[i], &out), -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(refuses_other_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
