/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gzip.h"
#include "outbox.h"

static char take_one(struct km_outbox *outbox)
{
    struct km_payload *payload = km_outbox_take(outbox, 0);
    km_auto_buf struct km_buf body = KM_BUF_INIT;

    if (!payload)
        return '-';
    if (payload->gzip)
        assert_int_equal(km_gunzip(payload->body, payload->len, 1000, &body), 0);
    else
        km_buf_append(&body, payload->body, payload->len);
    km_outbox_done(outbox, payload);
    return body.data[0];
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

static void packs_what_has_to_wait(void **state)
{
    struct km_outbox *outbox = km_outbox_new(1 << 20);
    km_auto_buf struct km_buf body = KM_BUF_INIT, unpacked = KM_BUF_INIT;
    struct km_payload *payload;

    (void)state;
    for (int i = 0; i < 2000; i++)
        km_buf_printf(&body, "{\"pod_name\":\"web-%d\"},", i);
    for (int i = 0; i < 2; i++)
        assert_int_equal(km_outbox_put(outbox, body.data, body.len), 0);
    payload = km_outbox_take(outbox, 0);
    assert_false(payload->gzip);
    assert_int_equal(payload->len, body.len);
    km_outbox_done(outbox, payload);
    payload = km_outbox_take(outbox, 0);
    assert_true(payload->gzip);
    assert_true(payload->len < body.len / 4);
    assert_int_equal(km_gunzip(payload->body, payload->len, body.len, &unpacked), 0);
    assert_int_equal(unpacked.len, body.len);
    assert_memory_equal(unpacked.data, body.data, body.len);
    km_outbox_done(outbox, payload);
    km_outbox_free(outbox);
}

static void drops_the_oldest_at_the_limit(void **state)
{
    struct km_outbox *outbox = km_outbox_new(100);
    struct km_payload *oldest;
    char body[10];
    size_t packed = 0;

    (void)state;
    for (char c = '0'; c < '9'; c++) {
        memset(body, c, sizeof(body));
        km_outbox_put(outbox, body, sizeof(body));
    }
    oldest = km_outbox_take(outbox, 0);
    packed = oldest->len; /* of each but the first, which has gone */
    assert_true(packed > 10 && packed < 30);
    assert_int_equal(km_outbox_waiting(outbox), 100 / packed - 1);
    assert_int_equal(km_outbox_dropped(outbox), 9 - 100 / packed);
    km_outbox_put(outbox, body, sizeof(body));
    assert_int_equal(km_outbox_waiting(outbox), 100 / packed);
    km_outbox_return(outbox, oldest); /* newer ones have taken its room */
    assert_int_equal(km_outbox_dropped(outbox), 10 - 100 / packed);
    assert_int_equal(take_one(outbox), '0' + (int)(10 - 100 / packed));
    km_outbox_free(outbox);
}

/* What the server keeps up with lies in the same memory each time, also if it is a bit longer. */
static void memory_serves_again(void **state)
{
    struct km_outbox *outbox = km_outbox_new(1 << 20);
    const struct km_payload *first = NULL;
    char body[3000] = "a";

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        struct km_payload *payload;

        assert_int_equal(km_outbox_put(outbox, body, sizeof(body) - i * 100), 0);
        payload = km_outbox_take(outbox, 0);
        if (i == 0)
            first = payload;
        assert_ptr_equal(payload, first);
        assert_int_equal(payload->len, sizeof(body) - i * 100);
        km_outbox_done(outbox, payload);
    }
    km_outbox_free(outbox);
}

/* To a server far away everything goes packed, in memory that serves again as well. */
static void packs_all_where_that_pays(void **state)
{
    struct km_outbox *outbox = km_outbox_new(1 << 20);
    const struct km_payload *first = NULL;
    km_auto_buf struct km_buf body = KM_BUF_INIT;

    (void)state;
    for (int i = 0; i < 2000; i++)
        km_buf_printf(&body, "{\"pod_name\":\"web-%d\"},", i);
    km_outbox_pack_all(outbox, true);
    for (int i = 0; i < 4; i++) {
        km_auto_buf struct km_buf unpacked = KM_BUF_INIT;
        struct km_payload *payload;

        if (i == 3)
            km_outbox_pack_all(outbox, false);
        assert_int_equal(km_outbox_put(outbox, body.data, body.len), 0);
        payload = km_outbox_take(outbox, 0);
        assert_int_equal(payload->gzip, i < 3);
        if (i == 0)
            first = payload;
        if (i < 3) {
            assert_ptr_equal(payload, first);
            assert_int_equal(km_gunzip(payload->body, payload->len, body.len, &unpacked), 0);
            assert_memory_equal(unpacked.data, body.data, body.len);
        }
        km_outbox_done(outbox, payload);
    }
    km_outbox_free(outbox);
}

static void *wake_later(void *arg)
{
    usleep(20000);
    km_outbox_wake(arg);
    return NULL;
}

/* None of these waits ends by its hour. */
static void waits_end_when_woken(void **state)
{
    struct km_outbox *outbox = km_outbox_new(100);
    pthread_t thread;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&thread, NULL, wake_later, outbox), 0);
        if (i == 0)
            assert_null(km_outbox_take(outbox, 3600000));
        else
            km_outbox_pause(outbox, 3600000);
        pthread_join(thread, NULL);
    }
    km_outbox_wake(outbox); /* before it */
    km_outbox_pause(outbox, 3600000);
    km_outbox_put(outbox, "a", 1);
    km_outbox_pause(outbox, 1); /* a batch does not end a pause, only the time */
    assert_int_equal(take_one(outbox), 'a');
    km_outbox_free(outbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_oldest_first_and_again),
        cmocka_unit_test(packs_what_has_to_wait),
        cmocka_unit_test(memory_serves_again),
        cmocka_unit_test(packs_all_where_that_pays),
        cmocka_unit_test(waits_end_when_woken),
        cmocka_unit_test(drops_the_oldest_at_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
