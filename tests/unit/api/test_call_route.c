/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "call.h"

static void handler(struct km_call *call)
{
    (void)call;
}

static const struct km_param params[] = {
    {"window", KM_PARAM_INT, 0, 100, NULL, NULL, ""},
    {"low", KM_PARAM_INT, INT64_MIN, 0, NULL, NULL, ""},
    {"order", KM_PARAM_CHOICE, 0, 0, "asc|desc", NULL, ""},
    {"verbose", KM_PARAM_CHOICE, 0, 0, "|true", NULL, ""},
    {"text", KM_PARAM_STRING, 0, 0, NULL, NULL, ""},
    {0},
};

static const struct km_route routes[] = {
    {"POST", "/things/{thing}", handler, NULL, "", "postThing", "", NULL, NULL, NULL, 0},
    {"GET", "/things", handler, params, "", "list", "", NULL, NULL, NULL, 0},
    {"GET", "/things/all", handler, NULL, "", "all", "", NULL, NULL, NULL, 0},
    {"GET", "/things/{thing}", handler, params, "", "getThing", "", NULL, NULL, NULL, 0},
    {"GET", "/things/{thing}/parts/{part}", handler, NULL, "", "getPart", "", NULL, NULL, NULL, 0},
    {"GET", "/", handler, NULL, "", "root", "", NULL, NULL, NULL, 0},
    {0},
};

/* What a request comes to: the operation, or "" and the status it is refused with. */
static const struct {
    const char *method, *target, *operation;
    int status;
    const char *fault; /* the parameter named */
} cases[] = {
    {"GET", "/", "root", 0, NULL},
    {"GET", "/?", "root", 0, NULL},
    {"GET", "/things", "list", 0, NULL},
    {"HEAD", "/things", "list", 0, NULL},
    {"GET", "/things/all", "all", 0, NULL},
    {"GET", "/things/a", "getThing", 0, NULL},
    {"GET", "/things/a?window=100", "getThing", 0, NULL},
    {"GET", "/things/a?&&window=0&", "getThing", 0, NULL},
    {"GET", "/things/a?low=-9223372036854775808", "getThing", 0, NULL},
    {"GET", "/things?verbose", "list", 0, NULL},
    {"GET", "/things?verbose=true&order=desc&text=%EA%B0%80", "list", 0, NULL},
    {"GET", "/things?te%78t=1", "list", 0, NULL},
    {"POST", "/things/a", "postThing", 0, NULL},
    {"GET", "/things/a/parts/b", "getPart", 0, NULL},
    {"GET", "", "", 404, NULL},
    {"GET", "*", "", 404, NULL},
    {"GET", "things", "", 404, NULL},
    {"GET", "//", "", 404, NULL},
    {"GET", "/things/", "", 404, NULL},
    {"GET", "/things//parts/b", "", 404, NULL},
    {"GET", "/things/a/", "", 404, NULL},
    {"GET", "/things/a/parts", "", 404, NULL},
    {"GET", "/thing", "", 404, NULL},
    {"GET", "/thingss", "", 404, NULL},
    {"GET", "/%74hings", "", 404, NULL}, /* paths of ours are plain */
    {"GET", "/things/../etc/passwd", "", 404, NULL},
    {"DELETE", "/things", "", 405, NULL},
    {"POST", "/things", "", 405, NULL},
    {"PUT", "/things/a", "", 405, NULL},
    {"OPTIONS", "/things/a", "", 204, NULL},
    {"GET", "/things/%2F", "", 422, "thing"},
    {"GET", "/things/%00", "", 422, "thing"},
    {"GET", "/things/%ff", "", 422, "thing"},
    {"GET", "/things/%c0%af", "", 422, "thing"},
    {"GET", "/things/%ed%a0%80", "", 422, "thing"},
    {"GET", "/things/%", "", 422, "thing"},
    {"GET", "/things/%4", "", 422, "thing"},
    {"GET", "/things/%g0", "", 422, "thing"},
    {"GET", "/things/a/parts/%zz", "", 422, "part"},
    {"GET", "/things?window=-1", "", 422, "window"},
    {"GET", "/things?window=101", "", 422, "window"},
    {"GET", "/things?window=", "", 422, "window"},
    {"GET", "/things?window", "", 422, "window"},
    {"GET", "/things?window=1e1", "", 422, "window"},
    {"GET", "/things?window=0x1", "", 422, "window"},
    {"GET", "/things?window=+1", "", 422, "window"},
    {"GET", "/things?window=%201", "", 422, "window"},
    {"GET", "/things?window=NaN", "", 422, "window"},
    {"GET", "/things?window=99999999999999999999", "", 422, "window"},
    {"GET", "/things?window=1&window=1", "", 422, "window"},
    {"GET", "/things?order=up", "", 422, "order"},
    {"GET", "/things?order=asc|desc", "", 422, "order"},
    {"GET", "/things?order=", "", 422, "order"},
    {"GET", "/things?text=", "", 422, "text"},
    {"GET", "/things?text=%00", "", 422, "query"},
    {"GET", "/things?text=%ff", "", 422, "text"},
    {"GET", "/things?%ff=1", "", 422, "query"},
    {"GET", "/things?widnow=1", "", 422, "widnow"},
    {"GET", "/things/all?text=1", "", 422, "text"},
};

static void finds_the_route_or_says_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct km_call call = {0};
        const char *operation;

        assert_int_equal(km_call_route(&call, routes, cases[i].method, cases[i].target), 0);
        operation = call.route && !call.status ? call.route->operation : "";
        if (strcmp(operation, cases[i].operation) != 0 || call.status != cases[i].status)
            fail_msg("%s %s is \"%s\", %d", cases[i].method, cases[i].target, operation,
                     call.status);
        if (cases[i].fault) {
            assert_int_equal(call.n_faults, 1);
            assert_string_equal(call.faults[0].parameter, cases[i].fault);
            assert_string_equal(call.content_type, "application/problem+json");
            assert_true(call.answer.len > 0);
        }
        km_call_done(&call);
    }
}

static void decodes_parameters(void **state)
{
    struct km_call call = {0};

    (void)state;
    assert_int_equal(
        km_call_route(&call, routes, "GET", "/things/a%20b+c?window=42&text=x+y%2Bz%26&order=desc"),
        0);
    assert_int_equal(call.status, 0);
    assert_string_equal(km_call_path(&call, "thing"), "a b+c");
    assert_string_equal(km_call_path(&call, "part"), "");
    assert_int_equal(km_call_int(&call, "window", 7), 42);
    assert_int_equal(km_call_int(&call, "low", 7), 7);
    assert_string_equal(km_call_text(&call, "text"), "x y+z&");
    assert_null(km_call_text(&call, "thing"));
    assert_int_equal(km_call_choice(&call, "order", 5), 1);
    assert_int_equal(km_call_choice(&call, "verbose", 5), 5);
    assert_string_equal(call.path, "/things/a%20b+c");
    km_call_done(&call);
}

static void says_every_method_of_a_path(void **state)
{
    static const struct {
        const char *target, *allow;
    } paths[] = {{"/things", "GET, HEAD, OPTIONS"}, {"/things/a", "GET, HEAD, POST, OPTIONS"}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct km_call call = {0};

        assert_int_equal(km_call_route(&call, routes, "PATCH", paths[i].target), 0);
        assert_int_equal(call.status, 405);
        assert_string_equal(call.allow, paths[i].allow);
        km_call_done(&call);
    }
}

static void limits_names_and_texts(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        struct km_call call = {0};
        char target[2000];

        snprintf(target, sizeof(target), "/things/%0*d?text=%0*d", 253 + more, 0, 1024 + more, 0);
        assert_int_equal(km_call_route(&call, routes, "GET", target), 0);
        assert_int_equal(call.status, more ? 422 : 0);
        assert_int_equal(call.n_faults, more ? 2 : 0);
        km_call_done(&call);
    }
}

static void counts_faults_beyond_those_listed(void **state)
{
    struct km_call call = {0};
    char target[400] = "/things?";

    (void)state;
    for (int i = 0; i < 40; i++)
        snprintf(target + strlen(target), sizeof(target) - strlen(target), "x%d=1&", i);
    assert_int_equal(km_call_route(&call, routes, "GET", target), 0);
    assert_int_equal(call.status, 422);
    assert_int_equal(call.n_faults, 40);
    assert_non_null(strstr(km_buf_str(&call.answer), "\"errors_in_all\":40"));
    km_call_done(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_route_or_says_why_not),
        cmocka_unit_test(decodes_parameters),
        cmocka_unit_test(says_every_method_of_a_path),
        cmocka_unit_test(limits_names_and_texts),
        cmocka_unit_test(counts_faults_beyond_those_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
