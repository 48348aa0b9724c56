/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jwt.h"

/* The payloads, made with  printf %s '{…}' | basenc --base64url  without padding. */
static void reads_what_a_token_says(void **state)
{
    static const struct {
        const char *token;
        int64_t expires_ms;
        bool is_for;
    } cases[] = {
        /* {"aud":["kubemonitor"],"exp":1700000000} */
        {"e30.eyJhdWQiOlsia3ViZW1vbml0b3IiXSwiZXhwIjoxNzAwMDAwMDAwfQ.c2ln", 1700000000000, true},
        /* {"aud":"kubemonitor"} */
        {"e30.eyJhdWQiOiJrdWJlbW9uaXRvciJ9.", INT64_MAX, true},
        /* {"aud":["a","b"],"exp":1.5} */
        {"e30.eyJhdWQiOlsiYSIsImIiXSwiZXhwIjoxLjV9.c2ln", 1500, false},
        /* {"exp":1e300,"xy":"\u00ff?>~"}: its base64url has both '-' and '_' */
        {"e30.eyJleHAiOjFlMzAwLCJ4eSI6IsO_Pz5-In0.c2ln", INT64_MAX, false},
        /* {"exp":-1e300} */
        {"e30.eyJleHAiOi0xZTMwMH0.c2ln", 0, false},
        /* {} */
        {".e30.", INT64_MAX, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct km_jwt jwt;

        assert_int_equal(km_jwt_read(cases[i].token, "kubemonitor", &jwt), 0);
        assert_true(jwt.expires_ms == cases[i].expires_ms);
        assert_int_equal(jwt.is_for, cases[i].is_for);
    }
}

static void refuses_what_is_none(void **state)
{
    static const char *const cases[] = {
        "",
        "secret",
        "e30",
        "e30.e30",
        "e30.e30.s.s",
        "e30..s",
        "a.*.",
        "e30.W10.s",             /* [] */
        "e30.eyJleHAiOiJhIn0.s", /* {"exp":"a"} */
        "e30.eyJhdWQi.s",        /* {"aud" */
    };
    struct km_jwt jwt;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(km_jwt_read(cases[i], "a", &jwt), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_a_token_says),
        cmocka_unit_test(refuses_what_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
