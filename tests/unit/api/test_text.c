/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"

static void knows_utf8(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"", true},
        {"plain", true},
        {"\x7f", true},
        {"\xc2\x80", true},          /* U+0080 */
        {"\xdf\xbf", true},          /* U+07FF */
        {"\xe0\xa0\x80", true},      /* U+0800 */
        {"\xed\x9f\xbf", true},      /* U+D7FF */
        {"\xee\x80\x80", true},      /* U+E000 */
        {"\xf0\x90\x80\x80", true},  /* U+10000 */
        {"\xf4\x8f\xbf\xbf", true},  /* U+10FFFF */
        {"\x80", false},             /* begins in the middle */
        {"\xc0\x80", false},         /* long form of U+0000 */
        {"\xc1\xbf", false},         /* of U+007F */
        {"\xe0\x9f\xbf", false},     /* of U+07FF */
        {"\xf0\x8f\xbf\xbf", false}, /* of U+FFFF */
        {"\xed\xa0\x80", false},     /* surrogate */
        {"\xf4\x90\x80\x80", false}, /* beyond U+10FFFF */
        {"\xf5\x80\x80\x80", false},
        {"\xff", false},
        {"\xc2", false}, /* ends too early */
        {"\xe1\x80", false},
        {"\xf1\x80\x80", false},
        {"\xc2"
         "a",
         false},
        {"\xe1\x80"
         "a",
         false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (km_text_is_utf8(cases[i].text, strlen(cases[i].text)) != cases[i].good)
            fail_msg("case %zu", i);
    }
    assert_true(km_text_is_utf8("a\0b", 3));
}

static void trims_a_begun_character(void **state)
{
    static const struct {
        const char *text, *trimmed;
    } cases[] = {
        {"", ""},
        {"abc", "abc"},
        {"a\xc3\xa9", "a\xc3\xa9"},
        {"a\xc3", "a"},
        {"a\xe2\x82\xac", "a\xe2\x82\xac"},
        {"a\xe2\x82", "a"},
        {"a\xe2", "a"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xf0\x9f\x98", ""},
        {"\xc3\xa9\xf0", "\xc3\xa9"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[16];

        strcpy(text, cases[i].text);
        km_text_trim(text);
        assert_string_equal(text, cases[i].trimmed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_utf8),
        cmocka_unit_test(trims_a_begun_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
