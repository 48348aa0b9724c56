/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access.h"
#include "played_api.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken_cond = PTHREAD_COND_INITIALIZER;
static int woken;

static void wake(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    woken++;
    pthread_cond_signal(&woken_cond);
    pthread_mutex_unlock(&lock);
}

static void wait_woken(int times)
{
    pthread_mutex_lock(&lock);
    while (woken < times)
        pthread_cond_wait(&woken_cond, &lock);
    woken = 0;
    pthread_mutex_unlock(&lock);
}

static void say(const char *words)
{
    (void)words;
}

static char *dev[] = {(char[]){"dev"}}, *masters[] = {(char[]){"dev"}, (char[]){"system:masters"}};
static const struct km_kube_user jane = {.name = (char[]){"jane"}, .groups = dev, .n_groups = 1};
static const struct km_kube_access pods = {
    .verb = "list", .group = "metrics.k8s.io", .resource = "pods", .name_space = "shop"};

/* What the played API answers, and what the access then says. */
static enum km_access_answer ask(const char *status, const char *answer, struct km_buf *reason)
{
    enum km_access_answer got;
    struct played_api api;
    struct km_access *access;

    played_start(&api, status, answer);
    assert_int_equal(km_access_new(&api.config, say, &access), 0);
    assert_int_equal(km_access_check(access, &jane, &pods, reason), KM_ACCESS_ASK);
    assert_int_equal(km_access_wait(access, &jane, &pods, wake, NULL), 0);
    wait_woken(1);
    got = km_access_check(access, &jane, &pods, reason);
    /* Known by now: who waits is woken at once. */
    assert_int_equal(km_access_wait(access, &jane, &pods, wake, NULL), 0);
    wait_woken(1);
    km_access_free(access);
    played_stop(&api);
    return got;
}

static void keeps_what_the_api_says(void **state)
{
    km_auto_buf struct km_buf reason = KM_BUF_INIT;

    (void)state;
    assert_int_equal(ask("201 Created", "{\"status\":{\"allowed\":true}}", &reason),
                     KM_ACCESS_GRANTED);
    assert_int_equal(
        ask("201 Created", "{\"status\":{\"allowed\":false,\"reason\":\"no\"}}", &reason),
        KM_ACCESS_DENIED);
    assert_string_equal(km_buf_str(&reason), "no");
    assert_int_equal(ask("500 Oh", "{}", &reason), KM_ACCESS_SILENT);
}

static void masters_are_not_asked_about(void **state)
{
    struct km_kube_user user = {.name = (char[]){"root"}, .groups = masters, .n_groups = 2};
    km_auto_buf struct km_buf reason = KM_BUF_INIT;
    struct km_kube_config config = KM_KUBE_CONFIG_INIT;
    struct km_access *access;

    (void)state;
    config.server = (char[]){"http://127.0.0.1:1"};
    assert_int_equal(km_access_new(&config, say, &access), 0);
    assert_int_equal(km_access_check(access, &user, &pods, &reason), KM_ACCESS_GRANTED);
    user.n_groups = 1;
    assert_int_equal(km_access_check(access, &user, &pods, &reason), KM_ACCESS_ASK);
    km_access_stop(access);
    assert_int_equal(km_access_wait(access, &user, &pods, wake, NULL), -EAGAIN);
    km_access_free(access);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_what_the_api_says),
                                       cmocka_unit_test(masters_are_not_asked_about)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
