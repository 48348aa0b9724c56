/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_write.h"
#include "models.h"

#define NOW_MS INT64_C(1795000000000)

/* The window of times that a store of an hour's history takes. */
static int accepts(void *arg, int64_t time_ms)
{
    (void)arg;
    if (time_ms < NOW_MS - 3600000)
        return -ETIME;
    return time_ms > NOW_MS + 300000 ? -ERANGE : 0;
}

/* --- what is taken ------------------------------------------------------------------------------
 */

#define T    "\"timestamp\":1795000000"
#define HEAD "{" T ",\"node\":\"n\""

static struct km_batch decode(struct km_model *model, const char *body)
{
    struct km_batch batch = {0};

    assert_int_equal(km_model_node(model, body, strlen(body), "n", accepts, NULL, &batch),
                     KM_MODEL_OK);
    return batch;
}

static void takes_members_outside_the_catalogue(void **state)
{
    struct km_model *model = km_model_new();
    struct km_batch b = decode(
        model, HEAD ",\"disk\":{\"read\":-5,\"read_bytes\":1},\"later\":{\"x\":[1]},\"pods\":["
                    "{\"pod_name\":\"p\",\"namespace\":\"a\",\"memory\":{\"own\":7},"
                    "\"containers\":[{\"name\":\"c\",\"memory\":{\"own\":8,\"other\":9}}]},"
                    "{\"pod_name\":\"q\",\"uid\":\"u\",\"memory\":{\"own\":10}}]}");

    (void)state;
    assert_int_equal(b.reading.n_extra, 1);
    assert_int_equal(b.reading.extra[0].value, -5);
    assert_int_equal(b.reading.extra[0].group, KM_GROUP_DISK);
    assert_memory_equal(b.reading.extra[0].key, "read", 4);
    assert_int_equal(b.reading.extra[0].key_len, 4);
    assert_int_equal(b.reading.sample.value[KM_DISK_READ_BYTES], 1);
    assert_int_equal(b.n_pods, 2);
    assert_int_equal(b.pods[0].reading.extra[0].value, 7);
    assert_int_equal(b.pods[0].containers[0].reading.n_extra, 2);
    assert_int_equal(b.pods[0].containers[0].reading.extra[1].value, 9);
    assert_int_equal(b.pods[1].reading.extra[0].value, 10);
    assert_null(b.pods[1].name_space);
    /* Times that are left out are those of the object around. */
    assert_int_equal(b.pods[0].reading.sample.time_ms, NOW_MS);
    assert_int_equal(b.pods[0].containers[0].reading.sample.time_ms, NOW_MS);
    km_model_free(model);
}

static void takes_null_as_left_out(void **state)
{
    struct km_model *model = km_model_new();
    struct km_batch b =
        decode(model, HEAD ",\"cpu_usage\":null,\"memory\":null,\"boot_id\":null,\"pods\":null}");

    (void)state;
    assert_null(b.boot_id);
    assert_int_equal(b.n_pods, 0);
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++)
        assert_false(km_sample_has(&b.reading.sample, m));
    km_model_free(model);
}

/* The model guesses which name comes next: wrong guesses must not be seen. */
static void takes_names_in_any_order(void **state)
{
    static const char *const bodies[] = {
        HEAD ",\"memory\":{\"total\":1,\"free\":2},\"disk\":{\"read_bytes\":3},\"boot_id\":\"b\"}",
        HEAD ",\"boot_id\":\"b\",\"disk\":{\"read_bytes\":3},\"memory\":{\"free\":2,\"total\":1}}",
        "{\"disk\":{\"own\":9,\"read_bytes\":3},\"memory\":{\"total\":1,\"own\":9,\"free\":2},"
        "\"boot_id\":\"b\",\"later\":1,\"node\":\"n\"," T "}",
    };
    struct km_model *model = km_model_new();

    (void)state;
    for (int i = 0; i < 9; i++) {
        struct km_batch b = decode(model, bodies[(i + i / 3) % 3]);

        assert_string_equal(b.boot_id, "b");
        assert_int_equal(b.reading.sample.time_ms, NOW_MS);
        assert_int_equal(b.reading.sample.value[KM_MEM_TOTAL], 1);
        assert_int_equal(b.reading.sample.value[KM_MEM_FREE], 2);
        assert_int_equal(b.reading.sample.value[KM_DISK_READ_BYTES], 3);
        assert_int_equal(b.reading.n_extra, (i + i / 3) % 3 == 2 ? 2 : 0);
        for (unsigned m = 0; m < KM_METRIC_COUNT; m++)
            assert_int_equal(km_sample_has(&b.reading.sample, m),
                             m == KM_MEM_TOTAL || m == KM_MEM_FREE || m == KM_DISK_READ_BYTES);
    }
    km_model_free(model);
}

static void takes_cpu_usage_to_the_last_digit(void **state)
{
    static const struct {
        const char *text;
        double value;
        bool exact;
    } cases[] = {
        {"0", 0, false},         {"-0.0", 0, false},         {"12.345", 12.345, false},
        {"1e3", 1000, false},    {"12.3456", 12.3456, true}, {"123.4567891", 123.4567891, true},
        {"1e-9", 1e-9, true},    {"5e-324", 5e-324, true},   {"1000000000", 1e9, false},
        {"0.0005", 0.0005, true}};
    struct km_model *model = km_model_new();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char body[200];
        struct km_batch b;
        double value;

        snprintf(body, sizeof(body), HEAD ",\"cpu_usage\":%s}", cases[i].text);
        b = decode(model, body);
        assert_int_equal(km_sample_has(&b.reading.sample, KM_CPU_USAGE), !cases[i].exact);
        assert_int_equal(km_sample_has(&b.reading.sample, KM_CPU_USAGE_EXACT), cases[i].exact);
        if (cases[i].exact)
            memcpy(&value, &b.reading.sample.value[KM_CPU_USAGE_EXACT], sizeof(value));
        else
            value = (double)b.reading.sample.value[KM_CPU_USAGE] / 1000;
        if (value != cases[i].value)
            fail_msg("%s is read as %.17g", cases[i].text, value);
    }
    km_model_free(model);
}

static void takes_a_single_pod(void **state)
{
    static const char body[] = "{\"timestamp\":\"2026-11-18T11:06:40.5Z\",\"pod_name\":\"p\","
                               "\"namespace\":\"a\",\"node\":\"n\",\"cpu_usage\":1}";
    struct km_model *model = km_model_new();
    struct km_batch b;

    (void)state;
    assert_int_equal(km_model_pod(model, body, strlen(body), "p", accepts, NULL, &b), KM_MODEL_OK);
    assert_false(b.has_node);
    assert_int_equal(b.n_pods, 1);
    assert_string_equal(b.pods[0].node, "n");
    assert_int_equal(b.pods[0].reading.sample.value[KM_CPU_USAGE], 1000);
    km_model_free(model);
}

/* --- what is refused ----------------------------------------------------------------------------
 */

static void assert_fault(struct km_model *model, const char *body, size_t len,
                         enum km_model_result result, const char *pointer, const char *says)
{
    const struct km_fault *faults;
    struct km_batch batch;
    size_t listed, total;

    assert_int_equal(km_model_node(model, body, len, "n", accepts, NULL, &batch), result);
    faults = km_model_faults(model, &listed, &total);
    assert_true(total >= 1);
    if (strcmp(faults[0].pointer, pointer) != 0 || !strstr(faults[0].detail, says))
        fail_msg("%.300s\nis refused with \"%s\" %s", body, faults[0].pointer, faults[0].detail);
}

static void names_each_fault(void **state)
{
    static const struct {
        const char *body, *pointer, *says;
    } cases[] = {
        {"[]", "", "must be an object"},
        {"7", "", "must be an object"},
        {"{}", "/timestamp", "is required"},
        {"{" T "}", "/node", "is required"},
        {"{\"timestamp\":0,\"node\":\"n\"}", "/timestamp", "older"},
        {"{\"timestamp\":-1,\"node\":\"n\"}", "/timestamp", "must be a time"},
        {"{\"timestamp\":1e300,\"node\":\"n\"}", "/timestamp", "must be a time"},
        {"{\"timestamp\":true,\"node\":\"n\"}", "/timestamp", "must be a time"},
        {"{\"timestamp\":\"now\",\"node\":\"n\"}", "/timestamp", "must be a time"},
        {"{\"timestamp\":1794996399,\"node\":\"n\"}", "/timestamp", "older"},
        {"{\"timestamp\":1795000301,\"node\":\"n\"}", "/timestamp", "ahead"},
        {"{" T "," T ",\"node\":\"n\"}", "/timestamp", "twice"},
        {"{" T ",\"node\":\"other\"}", "/node", "must be \"n\""},
        {"{" T ",\"node\":\"\"}", "/node", "1 to 253 bytes"},
        {"{" T ",\"node\":\"a/b\"}", "/node", "'/'"},
        {"{" T ",\"node\":\"a\\u0000b\"}", "/node", "control"},
        {"{" T ",\"node\":\"a\\nb\"}", "/node", "control"},
        {"{" T ",\"node\":1}", "/node", "must be a string"},
        {HEAD ",\"boot_id\":[]}", "/boot_id", "must be a string"},
        {HEAD ",\"interval_ms\":0}", "/interval_ms", "1 to 3600000"},
        {HEAD ",\"interval_ms\":1.5}", "/interval_ms", "whole"},
        {HEAD ",\"cpu_usage\":\"1\"}", "/cpu_usage", "must be a number"},
        {HEAD ",\"cpu_usage\":-0.001}", "/cpu_usage", "0 to 1000000000"},
        {HEAD ",\"cpu_usage\":1e300}", "/cpu_usage", "0 to 1000000000"},
        {HEAD ",\"cpu_usage\":1,\"cpu_usage\":1}", "/cpu_usage", "twice"},
        {HEAD ",\"cpu_usage\":0.12345,\"cpu_usage\":1}", "/cpu_usage", "twice"},
        {HEAD ",\"memory\":5}", "/memory", "must be an object"},
        {HEAD ",\"memory\":{},\"memory\":{}}", "/memory", "twice"},
        {HEAD ",\"memory\":{\"used\":1,\"used\":1}}", "/memory/used", "twice"},
        {HEAD ",\"memory\":{\"own\":1,\"own\":1}}", "/memory/own", "twice"},
        {HEAD ",\"memory\":{\"used\":1.0}}", "/memory/used", "whole"},
        {HEAD ",\"memory\":{\"used\":1e3}}", "/memory/used", "whole"},
        {HEAD ",\"memory\":{\"used\":-1}}", "/memory/used", "0 or more"},
        {HEAD ",\"memory\":{\"used\":9223372036854775808}}", "/memory/used", "63 bits"},
        {HEAD ",\"memory\":{\"used\":99999999999999999999}}", "/memory/used", "whole"},
        {HEAD ",\"memory\":{\"used\":null}}", "/memory/used", "whole"},
        {HEAD ",\"memory\":{\"own\":9223372036854775808}}", "/memory/own", "64 bits"},
        {HEAD ",\"memory\":{\"a/b~c\":true}}", "/memory/a~1b~0c", "whole"},
        {HEAD ",\"memory\":{\"\":1}}", "/memory", "1 to 128 bytes"},
        {HEAD ",\"memory\":{\"a\\u0000b\":1}}", "/memory", "1 to 128 bytes"},
        {HEAD ",\"pods\":{}}", "/pods", "at most 1024"},
        {HEAD ",\"pods\":[7]}", "/pods/0", "must be an object"},
        {HEAD ",\"pods\":[{}]}", "/pods/0/pod_name", "is required"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\"}]}", "/pods/0/namespace", "without a uid"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"owner\":\"x\"}]}", "/pods/0/owner",
         "kind and name"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"owner\":{\"kind\":\"x\"}}]}",
         "/pods/0/owner/name", "must be a string"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"host_network\":1}]}",
         "/pods/0/host_network", "true or false"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"restarts\":2147483648}]}",
         "/pods/0/restarts", "0 to 2147483647"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"created\":\"x\"}]}",
         "/pods/0/created", "must be a time"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"timestamp\":1}]}",
         "/pods/0/timestamp", "older"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"containers\":1}]}",
         "/pods/0/containers", "at most 256"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"containers\":[{},{}]}]}",
         "/pods/0/containers/0", "a name or an id"},
        {HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"containers\":[{\"name\":\"c\"},"
              "{\"name\":\"d\",\"memory\":{\"usage\":-1}}]}]}",
         "/pods/0/containers/1/memory/usage", "0 or more"},
    };
    struct km_model *model = km_model_new();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_fault(model, cases[i].body, strlen(cases[i].body), KM_MODEL_INVALID,
                     cases[i].pointer, cases[i].says);
    km_model_free(model);
}

static void says_where_it_is_not_json(void **state)
{
    static const struct {
        const char *body, *says;
    } cases[] = {
        {"", "not JSON"},
        {"{", "byte 1"},
        {"{\"node\":}", "byte 8"},
        {"{\"a\":NaN}", "byte 5"},
        {"{\"a\":Infinity}", "byte 5"},
        {"{\"a\":1e999}", "byte 5"},
        {"{\"a\":01}", "byte 5"},
        {"{\"a\":1,}", "byte"},
        {"{\"a\":1} x", "byte 8"},
        {"{'a':1}", "byte 1"},
        {"{\"a\":\"\xff\"}", "byte"},
        {"{\"a\":\"\\ud800\"}", "byte"},
    };
    struct km_model *model = km_model_new();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_fault(model, cases[i].body, strlen(cases[i].body), KM_MODEL_MALFORMED, "",
                     cases[i].says);
    assert_fault(model, "{\"a\":1}\0", 8, KM_MODEL_MALFORMED, "", "byte 7");
    km_model_free(model);
}

/* Writes a body with `count` times a piece between head and tail; %d of the piece is the place. */
static void repeat(struct km_buf *out, const char *head, int count, const char *key,
                   const char *value, const char *tail)
{
    km_buf_clear(out);
    km_buf_puts(out, head);
    for (int i = 0; i < count; i++) {
        km_buf_puts(out, i ? "," : "");
        if (key)
            km_buf_printf(out, "\"%s%d\":", key, i);
        km_buf_puts(out, value);
    }
    km_buf_puts(out, tail);
}

static void keeps_its_limits(void **state)
{
    static const char pod[] = "{\"pod_name\":\"p\",\"uid\":\"u\"}";
    static const char inside[] =
        HEAD ",\"pods\":[{\"pod_name\":\"p\",\"uid\":\"u\",\"containers\":[";
    struct km_model *model = km_model_new();
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    struct km_batch b;

    (void)state;
    repeat(&body, HEAD ",\"memory\":{", KM_MODEL_KEYS, "k", "1", "}}");
    assert_int_equal(decode(model, km_buf_str(&body)).reading.n_extra, KM_MODEL_KEYS);
    repeat(&body, HEAD ",\"memory\":{", KM_MODEL_KEYS + 1, "k", "1", "}}");
    assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "/memory", "more than 64 members");

    repeat(&body, HEAD ",\"pods\":[", KM_MODEL_PODS, NULL, pod, "]}");
    assert_int_equal(decode(model, km_buf_str(&body)).n_pods, KM_MODEL_PODS);
    repeat(&body, HEAD ",\"pods\":[", KM_MODEL_PODS + 1, NULL, pod, "]}");
    assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "/pods", "at most 1024 pods");

    repeat(&body, inside, KM_MODEL_CONTAINERS, NULL, "{\"id\":\"i\"}", "]}]}");
    b = decode(model, km_buf_str(&body));
    assert_int_equal(b.pods[0].n_containers, KM_MODEL_CONTAINERS);
    repeat(&body, inside, KM_MODEL_CONTAINERS + 1, NULL, "{\"id\":\"i\"}", "]}]}");
    assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "/pods/0/containers",
                 "at most 256 containers");
    km_model_free(model);
}

static void limits_the_containers_of_all_pods(void **state)
{
    struct km_model *model = km_model_new();
    km_auto_buf struct km_buf pod = KM_BUF_INIT, body = KM_BUF_INIT;
    int pods = KM_MODEL_ALL_CONTAINERS / KM_MODEL_CONTAINERS;

    (void)state;
    repeat(&pod, "{\"pod_name\":\"p\",\"uid\":\"u\",\"containers\":[", KM_MODEL_CONTAINERS, NULL,
           "{\"id\":\"i\"}", "]}");
    repeat(&body, HEAD ",\"pods\":[", pods, NULL, km_buf_str(&pod), "]}");
    assert_int_equal(decode(model, km_buf_str(&body)).n_pods, pods);
    repeat(&body, HEAD ",\"pods\":[", pods, NULL, km_buf_str(&pod),
           ",{\"pod_name\":\"q\",\"uid\":\"v\",\"containers\":[{\"id\":\"i\"}]}]}");
    assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "/pods/32/containers",
                 "more than 8192 containers");
    km_model_free(model);
}

/* Memory for a large body is given back at the next small one, and taken again. */
static void reads_large_and_small_bodies_in_turn(void **state)
{
    struct km_model *model = km_model_new();
    km_auto_buf struct km_buf body = KM_BUF_INIT;

    (void)state;
    km_buf_puts(&body, HEAD ",\"boot_id\":\"b\"");
    for (int i = 0; i < 1 << 20; i++)
        km_buf_putc(&body, ' ');
    km_buf_puts(&body, "}");
    for (int i = 0; i < 3; i++) {
        assert_string_equal(decode(model, km_buf_str(&body)).boot_id, "b");
        assert_string_equal(decode(model, HEAD ",\"boot_id\":\"c\"}").boot_id, "c");
    }
    km_model_free(model);
}

/* Each group within its limit, all of them together more than a row holds. */
static void limits_the_numbers_of_a_reading(void **state)
{
    struct km_model *model = km_model_new();
    km_auto_buf struct km_buf body = KM_BUF_INIT;

    (void)state;
    for (int more = 0; more < 2; more++) {
        km_buf_clear(&body);
        km_buf_puts(&body, HEAD);
        for (int g = 0; g < 5; g++) {
            int count = g < 4 ? KM_MODEL_KEYS : more;

            km_buf_printf(&body, ",\"%s\":{", km_groups[KM_GROUP_TOP + 1 + g].name);
            for (int i = 0; i < count; i++)
                km_buf_printf(&body, "%s\"k%d\":1", i ? "," : "", i);
            km_buf_puts(&body, "}");
        }
        km_buf_puts(&body, "}");
        if (more)
            assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "", "more than 256 numbers");
        else
            assert_int_equal(decode(model, km_buf_str(&body)).reading.n_extra, KM_MODEL_VALUES);
    }
    km_model_free(model);
}

static void limits_names_by_their_bytes(void **state)
{
    struct km_model *model = km_model_new();
    km_auto_buf struct km_buf body = KM_BUF_INIT;

    (void)state;
    for (int more = 0; more < 2; more++) {
        km_buf_clear(&body);
        km_buf_printf(&body, HEAD ",\"memory\":{\"%0*d\":1}}", KM_MODEL_KEY + more, 0);
        if (more)
            assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "/memory", "128 bytes");
        else
            decode(model, km_buf_str(&body));
        km_buf_clear(&body);
        km_buf_printf(&body, HEAD ",\"boot_id\":\"%0*d\"}", KM_MODEL_NAME + more, 0);
        if (more)
            assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "/boot_id", "253 bytes");
        else
            decode(model, km_buf_str(&body));
        km_buf_clear(&body);
        km_buf_printf(&body, HEAD ",\"%0*d\":1}", KM_MODEL_KEY + more, 0);
        if (more)
            assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "", "128 bytes");
        else
            decode(model, km_buf_str(&body)); /* a member of no meaning */
    }
    km_model_free(model);
}

static void lists_sixteen_faults_and_counts_all(void **state)
{
    struct km_model *model = km_model_new();
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    const struct km_fault *faults;
    size_t listed, total;

    (void)state;
    repeat(&body, HEAD ",\"memory\":{", 20, "k", "\"x\"", "}}");
    assert_fault(model, body.data, body.len, KM_MODEL_INVALID, "/memory/k0", "whole");
    faults = km_model_faults(model, &listed, &total);
    assert_int_equal(listed, KM_MODEL_FAULTS);
    assert_int_equal(total, 20);
    assert_string_equal(faults[15].pointer, "/memory/k15");
    /* The next body begins with none. */
    decode(model, HEAD "}");
    km_model_faults(model, &listed, &total);
    assert_int_equal(total, 0);
    km_model_free(model);
    km_model_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_members_outside_the_catalogue),
        cmocka_unit_test(takes_null_as_left_out),
        cmocka_unit_test(takes_names_in_any_order),
        cmocka_unit_test(takes_cpu_usage_to_the_last_digit),
        cmocka_unit_test(takes_a_single_pod),
        cmocka_unit_test(names_each_fault),
        cmocka_unit_test(says_where_it_is_not_json),
        cmocka_unit_test(keeps_its_limits),
        cmocka_unit_test(limits_the_containers_of_all_pods),
        cmocka_unit_test(reads_large_and_small_bodies_in_turn),
        cmocka_unit_test(limits_the_numbers_of_a_reading),
        cmocka_unit_test(limits_names_by_their_bytes),
        cmocka_unit_test(lists_sixteen_faults_and_counts_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
