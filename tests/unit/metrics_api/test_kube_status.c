/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kube_status.h"

static void assert_answer(struct km_call *call, int status, const char *text)
{
    assert_int_equal(call->status, status);
    assert_string_equal(call->content_type, "application/json");
    assert_string_equal(km_buf_str(&call->answer), text);
    km_call_done(call);
    call->manners = &km_kube_manners;
}

#define HEAD                                                                                       \
    "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","           \
    "\"message\":"

static void answers_as_kubernetes_does(void **state)
{
    struct km_call call = {.manners = &km_kube_manners};

    (void)state;
    km_answer_problem(&call, 401, 0, "Unauthorized: %s", "no");
    assert_answer(&call, 401,
                  HEAD "\"Unauthorized: no\",\"reason\":\"Unauthorized\",\"code\":401}");
    km_answer_problem(&call, 422, 0, "limit: must be a number");
    assert_answer(&call, 400,
                  HEAD "\"limit: must be a number\",\"reason\":\"BadRequest\",\"code\":400}");
    km_answer_no_memory(&call);
    assert_answer(&call, 503,
                  HEAD "\"memory ran out; try again\",\"reason\":\"ServiceUnavailable\","
                       "\"details\":{\"retryAfterSeconds\":1},\"code\":503}");
    km_answer_problem(&call, 418, 0, "tea");
    assert_answer(&call, 418, HEAD "\"tea\",\"reason\":\"Unknown\",\"code\":418}");
    km_kube_not_found(&call, "podmetrics", "shop/web-0");
    assert_answer(
        &call, 404,
        HEAD "\"podmetrics.metrics.k8s.io \\\"shop/web-0\\\" not found\",\"reason\":\"NotFound\","
             "\"details\":{\"name\":\"shop/web-0\",\"group\":\"metrics.k8s.io\","
             "\"kind\":\"podmetrics\"},\"code\":404}");
    km_kube_forbidden(&call, "nodes", NULL, "no");
    assert_answer(&call, 403,
                  HEAD "\"no\",\"reason\":\"Forbidden\",\"details\":{\"group\":\"metrics.k8s.io\","
                       "\"kind\":\"nodes\"},\"code\":403}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers_as_kubernetes_does)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
