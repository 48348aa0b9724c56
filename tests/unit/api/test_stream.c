/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "call.h"
#include "json_write.h"
#include "stream.h"

/* Routes of our own: one counts how often it is asked, one says the window it is asked for, one is
 * long. */
static atomic_uint asked;

static void count(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;

    km_buf_printf(&body, "%u", atomic_fetch_add(&asked, 1) + 1);
    km_answer_json(call, &body);
}

static void window(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;

    km_buf_printf(&body, "%lld", (long long)km_call_int(call, "window", -1));
    km_answer_json(call, &body);
}

static int piece(void *state, struct km_buf *out)
{
    size_t *left = state;
    char spaces[4096];
    size_t n = *left < sizeof(spaces) ? *left : sizeof(spaces);

    memset(spaces, ' ', sizeof(spaces));
    km_buf_append(out, spaces, n);
    *left -= n;
    return *left > 0;
}

static void longer(struct km_call *call)
{
    size_t *left = malloc(sizeof(*left));

    *left = (size_t)km_call_int(call, "bytes", 0);
    km_answer_stream(call, piece, free, left);
}

static const struct km_param window_params[] = {
    {"window", KM_PARAM_INT, 0, 1000000, NULL, NULL, ""},
    {"step", KM_PARAM_INT, 0, 1000, NULL, NULL, ""},
    {0}};
static const struct km_param long_params[] = {
    {"bytes", KM_PARAM_INT, 1, INT64_C(1) << 30, NULL, NULL, ""}, {0}};
static const struct km_route routes[] = {
    {"GET", "/api/count", count, NULL, "", "", "", "Number", NULL, NULL, 0},
    {"GET", "/api/window", window, window_params, "", "", "", "Number", NULL, NULL, 0},
    {"GET", "/api/long", longer, long_params, "", "", "", "Number", NULL, NULL, 0},
    {"GET", "/api/text", count, NULL, "", "", "", NULL, NULL, NULL, 0},
    {"POST", "/api/post", count, NULL, "", "", "", "Number", NULL, NULL, 0},
    {0}};

static struct km_api api = {.interval_ms = 5000};

/* One who takes: blocks where the stream sleeps. */
struct taker {
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool awake;
    struct km_stream *stream;
    char text[65536];
    size_t len;
};

static void sleep_taker(void *arg)
{
    struct taker *t = arg;

    pthread_mutex_lock(&t->lock);
    t->awake = false;
    pthread_mutex_unlock(&t->lock);
}

static void wake_taker(void *arg)
{
    struct taker *t = arg;

    pthread_mutex_lock(&t->lock);
    t->awake = true;
    pthread_cond_signal(&t->woken);
    pthread_mutex_unlock(&t->lock);
}

static struct taker *taker_open(struct km_streams *streams, int64_t since, unsigned n,
                                const char *const *paths)
{
    struct taker *t = calloc(1, sizeof(*t));

    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->woken, NULL);
    assert_int_equal(km_stream_open(streams, paths, n, since, &t->stream), 0);
    km_stream_set_sleeper(t->stream, &(struct km_stream_sleeper){sleep_taker, wake_taker, t});
    return t;
}

static void taker_close(struct taker *t)
{
    km_stream_close(t->stream);
    pthread_cond_destroy(&t->woken);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

/* Takes until what was taken holds `end`; returns the text, or NULL where the stream ended. */
static const char *take_until(struct taker *t, const char *end)
{
    t->len = 0;
    for (;;) {
        ssize_t n = km_stream_take(t->stream, t->text + t->len, 700);

        if (n < 0)
            return NULL;
        if (n == 0) {
            pthread_mutex_lock(&t->lock);
            while (!t->awake)
                pthread_cond_wait(&t->woken, &t->lock);
            pthread_mutex_unlock(&t->lock);
            continue;
        }
        t->len += (size_t)n;
        assert_true(t->len < sizeof(t->text) - 1000);
        t->text[t->len] = '\0';
        if (strstr(t->text, end))
            return t->text;
    }
}

static struct km_streams *start(int64_t interval_ms, int64_t heartbeat_ms, unsigned max)
{
    struct km_streams_config config = {&api, routes, interval_ms, heartbeat_ms, max};
    struct km_streams *streams;

    atomic_store(&asked, 0);
    assert_int_equal(km_streams_new(&config, &streams), 0);
    return streams;
}

static void test_what_can_be_watched(void **state)
{
    char text[200];

    (void)state;
    assert_null(km_stream_check(routes, "/api/count", text, sizeof(text)));
    assert_null(km_stream_check(routes, "/api/window?window=5", text, sizeof(text)));
    assert_string_equal(km_stream_check(routes, "/docs", text, sizeof(text)),
                        "must begin with /api/");
    assert_string_equal(km_stream_check(routes, "/api/nothing", text, sizeof(text)),
                        "is no path that answers GET with JSON");
    assert_string_equal(km_stream_check(routes, "/api/post", text, sizeof(text)),
                        "is no path that answers GET with JSON");
    assert_string_equal(km_stream_check(routes, "/api/text", text, sizeof(text)),
                        "is no path that answers GET with JSON");
    assert_non_null(strstr(km_stream_check(routes, "/api/window?window=x", text, sizeof(text)),
                           "window: must be a whole number"));
}

static void test_ticks_follow_each_other(void **state)
{
    struct km_streams *streams = start(50, 60000, 10);
    struct taker *t = taker_open(streams, 0, 1, (const char *const[]){"/api/count"});
    int64_t before = 0;

    (void)state;
    for (int i = 1; i <= 3; i++) {
        const char *text = take_until(t, "\"}\n\n"), *id;
        char wanted[120];

        snprintf(wanted, sizeof(wanted),
                 "event: answer\ndata: {\"watch\":\"/api/count\",\"status\":200,\"answer\":%d}\n\n",
                 i);
        assert_int_equal(strncmp(text, wanted, strlen(wanted)), 0);
        id = text + strlen(wanted);
        assert_int_equal(strncmp(id, "id: ", 4), 0);
        assert_true(strtoll(id + 4, NULL, 10) > before);
        before = strtoll(id + 4, NULL, 10);
        assert_non_null(strstr(id, "\nevent: tick\ndata: {\"time\":\"20"));
    }
    taker_close(t);
    km_streams_free(streams);
}

static void test_a_path_is_asked_once_for_all(void **state)
{
    struct km_streams *streams = start(200, 60000, 100);
    struct taker *t[20];
    struct km_streams_status status;

    (void)state;
    for (int i = 0; i < 20; i++)
        t[i] = taker_open(streams, 0, 1, (const char *const[]){"/api/count"});
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 20; i++)
            assert_non_null(take_until(t[i], "\"}\n\n"));
    }
    km_streams_get_status(streams, &status);
    assert_int_equal(status.open, 20);
    assert_true(status.ticks >= 60);
    /* The first ticks come as the streams do; then one answer is enough for all, unless one is
     * late. */
    assert_true(status.answers < status.ticks);
    assert_true(status.answers <= 40);
    for (int i = 0; i < 20; i++)
        taker_close(t[i]);
    km_streams_get_status(streams, &status);
    assert_int_equal(status.open, 0);
    assert_int_equal(status.held, 0);
    km_streams_free(streams);
}

static void test_a_window_shrinks_to_what_is_new(void **state)
{
    struct km_streams *streams = start(50, 60000, 10);
    const char *const path[] = {"/api/window?window=900&step=10"};
    struct taker *t = taker_open(streams, 0, 1, path);
    struct taker *resumed, *stranger;
    const char *text = take_until(t, "\"}\n\n");
    int64_t id = strtoll(strstr(text, "id: ") + 4, NULL, 10);

    (void)state;
    assert_non_null(strstr(text, "\"answer\":900}"));
    /* A second since the tick at most, and three steps again. */
    text = take_until(t, "\"}\n\n");
    assert_true(strstr(text, "\"answer\":31}") || strstr(text, "\"answer\":32}"));
    /* It goes on where it ended, 100 s ago; an id of the future is nobody's. */
    resumed = taker_open(streams, id - 100000, 1, path);
    text = take_until(resumed, "\"}\n\n");
    assert_in_range(strtol(strstr(text, "\"answer\":") + 9, NULL, 10), 130, 150);
    stranger = taker_open(streams, id + 1000000000, 1, path);
    assert_non_null(strstr(take_until(stranger, "\"}\n\n"), "\"answer\":900}"));
    taker_close(t);
    taker_close(resumed);
    taker_close(stranger);
    km_streams_free(streams);
}

static void test_a_silent_stream_has_a_heartbeat(void **state)
{
    struct km_streams *streams = start(600000, 30, 10);
    struct taker *t = taker_open(streams, 0, 1, (const char *const[]){"/api/count"});

    (void)state;
    assert_non_null(take_until(t, "\"}\n\n"));
    assert_string_equal(take_until(t, "\n\n"), ":\n\n");
    assert_string_equal(take_until(t, "\n\n"), ":\n\n");
    assert_int_equal(atomic_load(&asked), 1);
    taker_close(t);
    km_streams_free(streams);
}

static void test_who_takes_nothing_is_made_nothing(void **state)
{
    struct km_streams *streams = start(20, 60000, 10);
    struct taker *slow = taker_open(streams, 0, 1, (const char *const[]){"/api/count"});
    struct taker *other = taker_open(streams, 0, 1, (const char *const[]){"/api/window"});
    struct km_streams_status status;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_non_null(take_until(other, "\"}\n\n"));
    assert_int_equal(atomic_load(&asked), 1);
    km_streams_get_status(streams, &status);
    assert_true(status.held < 1000);
    /* Once it has taken, it is given the next at once. */
    assert_non_null(strstr(take_until(slow, "\"}\n\n"), "\"answer\":1}"));
    assert_non_null(strstr(take_until(slow, "\"}\n\n"), "\"answer\":2}"));
    taker_close(slow);
    taker_close(other);
    km_streams_free(streams);
}

static void test_too_long_an_answer_is_a_problem(void **state)
{
    struct km_streams *streams = start(60000, 60000, 10);
    struct taker *t = taker_open(
        streams, 0, 2, (const char *const[]){"/api/long?bytes=5000000", "/api/long?bytes=9"});
    const char *text = take_until(t, "\"}\n\n");

    (void)state;
    assert_non_null(strstr(text, "\"status\":413,\"answer\":{"));
    assert_non_null(strstr(text, "\"status\":200,\"answer\":         }"));
    taker_close(t);
    km_streams_free(streams);
}

static void test_limits_and_the_end(void **state)
{
    struct km_streams *streams = start(60000, 60000, 2);
    struct km_stream *stream;
    const char *const path[] = {"/api/count"};
    struct taker *a = taker_open(streams, 0, 1, path), *b = taker_open(streams, 0, 1, path);
    struct km_streams_status status;

    (void)state;
    assert_int_equal(km_stream_open(streams, path, 1, 0, &stream), -EBUSY);
    taker_close(b);
    b = taker_open(streams, 0, 1, path);
    assert_non_null(take_until(a, "\"}\n\n"));
    km_streams_end(streams);
    assert_null(take_until(a, "never"));
    assert_int_equal(km_stream_open(streams, path, 1, 0, &stream), -ESHUTDOWN);
    km_streams_get_status(streams, &status);
    assert_int_equal(status.refused, 2);
    taker_close(a);
    taker_close(b);
    km_streams_free(streams);
    km_streams_end(NULL);
    km_streams_free(NULL);
    km_stream_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_can_be_watched),
        cmocka_unit_test(test_ticks_follow_each_other),
        cmocka_unit_test(test_a_path_is_asked_once_for_all),
        cmocka_unit_test(test_a_window_shrinks_to_what_is_new),
        cmocka_unit_test(test_a_silent_stream_has_a_heartbeat),
        cmocka_unit_test(test_who_takes_nothing_is_made_nothing),
        cmocka_unit_test(test_too_long_an_answer_is_a_problem),
        cmocka_unit_test(test_limits_and_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
