/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gate_queue.h"

static int add(struct km_gate_queue *queue, const char *token, const char *client, bool waits)
{
    struct km_gate_job job = {.token = (char *)(uintptr_t)token, .expires_ms = INT64_MAX};
    struct km_gate_waiter waiter = {0};

    snprintf(job.client, sizeof(job.client), "%s", client);
    assert_int_equal(km_gate_key(token, NULL, &job.key), 0);
    return km_gate_queue_add(queue, &job, waits ? &waiter : NULL);
}

static void end(struct km_gate_queue *queue, struct km_gate_job *job)
{
    km_gate_queue_remove(queue, job);
    km_gate_job_free(job);
}

static void jobs_come_out_in_order_and_once(void **state)
{
    struct km_gate_queue *queue = km_gate_queue_new();
    struct km_gate_job *a, *b;

    (void)state;
    assert_null(km_gate_queue_take(queue));
    assert_int_equal(add(queue, "a", "x", true), 0);
    assert_int_equal(add(queue, "b", "x", false), 0);
    a = km_gate_queue_take(queue);
    assert_string_equal(a->token, "a");
    /* While it is asked about, others join it. */
    assert_int_equal(add(queue, "a", "y", true), 0);
    assert_int_equal(add(queue, "a", "y", false), 0);
    assert_int_equal(a->n_waiters, 2);
    b = km_gate_queue_take(queue);
    assert_string_equal(b->token, "b");
    assert_int_equal(b->n_waiters, 0);
    assert_null(km_gate_queue_take(queue));
    end(queue, b);
    assert_int_equal(add(queue, "c", "x", true), 0);
    end(queue, a);
    assert_string_equal(km_gate_queue_take(queue)->token, "c");
    km_gate_queue_free(queue);
}

static void each_bound_holds(void **state)
{
    struct km_gate_queue *queue = km_gate_queue_new();
    char token[32], client[32];

    (void)state;
    for (int i = 0; i < KM_GATE_QUEUE_CLIENT; i++) {
        snprintf(token, sizeof(token), "t%d", i);
        assert_int_equal(add(queue, token, "one", true), 0);
    }
    assert_int_equal(add(queue, "more", "one", true), -EAGAIN);
    assert_int_equal(add(queue, "more", "another", true), 0);
    for (int i = 1; i < KM_GATE_QUEUE_WAITERS; i++)
        assert_int_equal(add(queue, "more", "one", true), 0);
    assert_int_equal(add(queue, "more", "one", true), -EAGAIN);
    for (int i = KM_GATE_QUEUE_CLIENT + 1; i < KM_GATE_QUEUE_MAX; i++) {
        snprintf(token, sizeof(token), "u%d", i);
        snprintf(client, sizeof(client), "c%d", i);
        assert_int_equal(add(queue, token, i % 2 ? client : "", false), 0);
    }
    assert_int_equal(add(queue, "last", "new", true), -EAGAIN);
    end(queue, km_gate_queue_take(queue));
    assert_int_equal(add(queue, "last", "new", true), 0);
    km_gate_queue_free(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_come_out_in_order_and_once),
        cmocka_unit_test(each_bound_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
