/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "put.h"
#include "time_format.h"

/* A number of any size and sign. */
static int64_t number(unsigned *seed)
{
    uint64_t bits = 0;

    for (int i = 0; i < 5; i++)
        bits = bits << 15 ^ (uint64_t)rand_r(seed);
    bits >>= rand_r(seed) % 64;
    return rand_r(seed) % 2 ? (int64_t)bits : (int64_t)(0 - bits);
}

static void whole_numbers_are_as_printf_writes_them(void **state)
{
    static const int64_t edges[] = {0,    9,    10,    99,        100,      999,
                                    1000, 9999, 10000, INT64_MAX, INT64_MIN};
    unsigned seed = 1;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        int64_t value = i < 11 ? edges[i] : number(&seed);
        char ours[KM_PUT_NUMBER + 1], theirs[40];

        *km_put_int(ours, value) = '\0';
        snprintf(theirs, sizeof(theirs), "%" PRId64, value);
        assert_string_equal(ours, theirs);
        *km_put_uint(ours, (uint64_t)value) = '\0';
        snprintf(theirs, sizeof(theirs), "%" PRIu64, (uint64_t)value);
        assert_string_equal(ours, theirs);
    }
}

static void decimals_have_at_most_three_places(void **state)
{
    unsigned seed = 2;

    (void)state;
    for (int i = 0; i < 100000; i++) {
        int64_t milli = number(&seed) % INT64_C(1000000000000000);
        char ours[KM_PUT_NUMBER + 1], theirs[40], *end;

        *km_put_decimal(ours, (double)milli / 1000) = '\0';
        snprintf(theirs, sizeof(theirs), "%s%" PRId64 ".%03d", milli < 0 ? "-" : "",
                 milli < 0 ? -(milli / 1000) : milli / 1000, abs((int)(milli % 1000)));
        for (end = theirs + strlen(theirs); end[-1] == '0'; end--)
            ;
        *(end[-1] == '.' ? end - 1 : end) = '\0';
        assert_string_equal(ours, strcmp(theirs, "-0") == 0 ? "0" : theirs);
    }
}

/* Each byte in each place of a word, so that the bytes beside it are seen to be let alone. */
static void every_byte_is_escaped_where_it_must_be(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        for (unsigned place = 0; place < 20; place++) {
            char text[20], ours[KM_PUT_STRING(20) + 1], theirs[KM_PUT_STRING(20) + 1], one[8];

            memset(text, place % 2 ? 'a' : '\xc3', sizeof(text));
            text[place] = (char)c;
            if (c == '"' || c == '\\')
                snprintf(one, sizeof(one), "\\%c", (int)c);
            else if (c == '\n' || c == '\t')
                snprintf(one, sizeof(one), "\\%c", c == '\n' ? 'n' : 't');
            else if (c < 0x20 || c == 0x7f)
                snprintf(one, sizeof(one), "\\u%04x", c);
            else
                snprintf(one, sizeof(one), "%c", (int)c);
            snprintf(theirs, sizeof(theirs), "\"%.*s%s%.*s\"", (int)place, text, one,
                     (int)(sizeof(text) - place - 1), text + place + 1);
            *km_put_string(ours, text, sizeof(text)) = '\0';
            assert_string_equal(ours, theirs);
        }
    }
}

static void times_are_quoted(void **state)
{
    char text[KM_PUT_TIME + 1], *end = km_put_time(text, INT64_C(1764115200123));

    (void)state;
    assert_int_equal(end - text, KM_PUT_TIME);
    *end = '\0';
    assert_string_equal(text, "\"2025-11-26T00:00:00.123Z\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_as_printf_writes_them),
        cmocka_unit_test(decimals_have_at_most_three_places),
        cmocka_unit_test(every_byte_is_escaped_where_it_must_be),
        cmocka_unit_test(times_are_quoted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
