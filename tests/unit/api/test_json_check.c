/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_check.h"

static void counts_open_brackets(void **state)
{
    static const struct {
        const char *text;
        unsigned max;
        int offset; /* -1: not too deep */
    } cases[] = {
        {"", 0, -1},
        {"7", 0, -1},
        {"[]", 0, 0},
        {"[]", 1, -1},
        {"[{}]", 1, 1},
        {"[{}]", 2, -1},
        {"[[],[],[]]", 2, -1},
        {"[[],[[]]]", 2, 5},
        {"{\"a\":{\"b\":[1]}}", 2, 10},
        {"[\"[[[[\"]", 1, -1},     /* in a string */
        {"[\"\\\"[[\",{}]", 1, 8}, /* behind an escaped quote */
        {"[\"\\\\\",[]]", 1, 6},   /* the backslash is escaped, not the quote */
        {"]]]][", 1, -1},          /* no JSON: closing what is not open counts nothing */
        {"]]]][[", 1, 5},
        {"\"\\", 0, -1}, /* ends within an escape */
        {"\"[[", 0, -1}, /* ends within a string */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t offset = 999;
        bool deep = km_json_too_deep(cases[i].text, strlen(cases[i].text), cases[i].max, &offset);

        if (deep != (cases[i].offset >= 0) || (deep && (int)offset != cases[i].offset))
            fail_msg("%s: %d at %zu", cases[i].text, deep, offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_open_brackets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
