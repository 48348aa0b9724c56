/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load_body.h"

#define NOW_MS INT64_C(1800000000000)

static struct km_load *play(uint64_t seed, int64_t churn)
{
    const struct km_load_config config = {
        .cluster = {.seed = seed, .nodes = 2, .pods_per_node = 20},
        .interval_ms = 5000,
        .churn_percent = churn,
        .containers = 1,
        .start_ms = NOW_MS,
    };
    struct km_load *load;

    assert_int_equal(km_load_new(&config, &load), 0);
    return load;
}

/* How often word is in the body. */
static int count(struct km_buf *body, const char *word)
{
    const char *at = km_buf_str(body);
    int n = 0;

    assert_non_null(at);
    while ((at = strstr(at, word))) {
        at += strlen(word);
        n++;
    }
    return n;
}

/* How many of the uids of one body are in another. */
static int same_uids(struct km_buf *a, struct km_buf *b)
{
    const char *at = km_buf_str(a);
    int n = 0;

    while ((at = strstr(at, "\"uid\":\""))) {
        char uid[44] = "";

        memcpy(uid, at + 7, 36);
        n += count(b, uid);
        at += 43;
    }
    return n;
}

static void a_body_has_the_node_its_pods_and_containers(void **state)
{
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    struct km_load *load = play(1, 0);
    uint64_t samples = 0;

    (void)state;
    assert_int_equal(km_load_body(load, 1, NOW_MS, &body, &samples), 0);
    assert_int_equal(count(&body, "\"node\":\"node-00001\""), 1);
    assert_int_equal(count(&body, "\"timestamp\":\"2027-01-15T08:00:00.00"), 41);
    assert_int_equal(count(&body, "\"pod_name\":"), 20);
    assert_int_equal(count(&body, "\"state\":\"running\""), 20);
    assert_int_equal(count(&body, "\"restarts\":"), 40);
    /* The node, 20 pods and 20 containers have about 60, 40 and 30 values each. */
    assert_in_range(samples, 1200, 1700);
    km_load_free(load);
}

static void pods_may_go_without_containers_and_with_basic_metrics(void **state)
{
    const struct km_load_config config = {
        .cluster = {.seed = 1, .nodes = 2, .pods_per_node = 20},
        .interval_ms = 5000,
        .start_ms = NOW_MS,
        .metrics = KM_LOAD_BASIC,
    };
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    uint64_t samples = 0;
    struct km_load *load;

    (void)state;
    assert_int_equal(km_load_new(&config, &load), 0);
    assert_int_equal(km_load_body(load, 1, NOW_MS, &body, &samples), 0);
    assert_int_equal(count(&body, "\"pod_name\":"), 20);
    assert_int_equal(count(&body, "\"state\":"), 0);
    assert_int_equal(count(&body, "\"throttled_periods\":"), 0);
    assert_int_equal(count(&body, "\"load5_milli\":"), 0);
    assert_int_equal(count(&body, "\"working_set\":"), 21);
    assert_in_range(samples, 24 + 20 * 20, 24 + 20 * 24);
    km_load_free(load);
}

static void the_same_seed_gives_the_same_bodies(void **state)
{
    km_auto_buf struct km_buf a = KM_BUF_INIT, b = KM_BUF_INIT, c = KM_BUF_INIT;
    struct km_load *one = play(1, 50), *two = play(1, 50), *other = play(2, 50);
    uint64_t samples;

    (void)state;
    for (int tick = 0; tick < 10; tick++) {
        /* Other nodes in between make no difference. */
        assert_int_equal(km_load_body(two, 1, NOW_MS + tick * 5000, &b, &samples), 0);
        assert_int_equal(km_load_body(one, 0, NOW_MS + tick * 5000, &a, &samples), 0);
        assert_int_equal(km_load_body(two, 0, NOW_MS + tick * 5000, &b, &samples), 0);
        assert_int_equal(km_load_body(other, 0, NOW_MS + tick * 5000, &c, &samples), 0);
        assert_string_equal(km_buf_str(&a), km_buf_str(&b));
    }
    assert_string_not_equal(km_buf_str(&a), km_buf_str(&c));
    km_load_free(one);
    km_load_free(two);
    km_load_free(other);
}

/* Plays node 0 for a minute; the bodies before and after it. */
static int kept_in_a_minute(int64_t churn)
{
    km_auto_buf struct km_buf first = KM_BUF_INIT, last = KM_BUF_INIT;
    struct km_load *load = play(3, churn);
    uint64_t samples;

    assert_int_equal(km_load_body(load, 0, NOW_MS, &first, &samples), 0);
    for (int tick = 1; tick <= 12; tick++)
        assert_int_equal(km_load_body(load, 0, NOW_MS + tick * 5000, &last, &samples), 0);
    km_load_free(load);
    return same_uids(&first, &last);
}

static void churn_replaces_pods(void **state)
{
    (void)state;
    assert_int_equal(kept_in_a_minute(0), 20);
    /* Each tick takes a twelfth of half the pods: about 12 of 20 last the minute. */
    assert_in_range(kept_in_a_minute(50), 7, 17);
    assert_in_range(kept_in_a_minute(100), 2, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_has_the_node_its_pods_and_containers),
        cmocka_unit_test(pods_may_go_without_containers_and_with_basic_metrics),
        cmocka_unit_test(the_same_seed_gives_the_same_bodies),
        cmocka_unit_test(churn_replaces_pods),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
