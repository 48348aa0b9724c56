/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "outbox.h"

static char take_one(struct km_outbox *outbox)
{
    struct km_payload *payload = km_outbox_take(outbox, 0);
    char c = payload ? payload->body[0] : '-';

    free(payload);
    return c;
}

static void gives_the_oldest_first_and_again(void **state)
{
    struct km_outbox *outbox = km_outbox_new(100);
    struct km_payload *payload;

    (void)state;
    assert_int_equal(take_one(outbox), '-');
    km_outbox_put(outbox, "a", 1);
    km_outbox_put(outbox, "b", 1);
    payload = km_outbox_take(outbox, 0);
    km_outbox_put(outbox, "c", 1);
    km_outbox_return(outbox, payload);
    assert_int_equal(km_outbox_waiting(outbox), 3);
    assert_int_equal(take_one(outbox), 'a');
    assert_int_equal(take_one(outbox), 'b');
    assert_int_equal(take_one(outbox), 'c');
    assert_int_equal(take_one(outbox), '-');
    km_outbox_free(outbox);
}

static void drops_the_oldest_at_the_limit(void **state)
{
    struct km_outbox *outbox = km_outbox_new(30);
    struct km_payload *oldest;
    char body[10] = "0";

    (void)state;
    for (char c = '0'; c < '5'; c++) {
        memset(body, c, sizeof(body));
        km_outbox_put(outbox, body, sizeof(body));
    }
    assert_int_equal(km_outbox_dropped(outbox), 2);
    oldest = km_outbox_take(outbox, 0);
    assert_int_equal(oldest->body[0], '2');
    km_outbox_put(outbox, body, sizeof(body));
    km_outbox_return(outbox, oldest); /* newer ones have taken its room */
    assert_int_equal(km_outbox_dropped(outbox), 3);
    assert_int_equal(take_one(outbox), '3');
    km_outbox_free(outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_oldest_first_and_again),
        cmocka_unit_test(drops_the_oldest_at_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
