/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pod_object.h"

static struct km_pod_object object;
static yyjson_doc *doc;

static int read_pod(const char *json)
{
    yyjson_doc_free(doc);
    doc = yyjson_read(json, strlen(json), 0);
    assert_non_null(doc);
    memset(&object, 0xff, sizeof(object));
    return km_pod_object_read(yyjson_doc_get_root(doc), &object);
}

#define META "\"metadata\":{\"name\":\"p\",\"namespace\":\"n\",\"uid\":\"u\""

static void reads_a_deployments_pod(void **state)
{
    const struct km_pod_facts *f = &object.facts;

    (void)state;
    assert_int_equal(
        read_pod("{" META ",\"creationTimestamp\":\"2026-11-24T00:00:01Z\","
                 "\"labels\":{\"pod-template-hash\":\"76c96d697b\"},"
                 "\"ownerReferences\":[{\"kind\":\"Other\",\"name\":\"o\"},"
                 "{\"kind\":\"ReplicaSet\",\"name\":\"my-web-76c96d697b\",\"controller\":true}]},"
                 "\"spec\":{\"hostNetwork\":true,\"containers\":[{\"name\":\"c\",\"resources\":"
                 "{\"requests\":{\"cpu\":\"250m\",\"memory\":\"1Mi\"}}},{\"name\":\"d\"}]},"
                 "\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"d\","
                 "\"restartCount\":4,\"state\":{\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}},"
                 "{\"name\":\"c\",\"containerID\":\"containerd://abc\",\"restartCount\":1,"
                 "\"state\":{\"running\":{\"startedAt\":\"2026-11-24T00:00:02Z\"}}}]}}"),
        0);
    assert_string_equal(f->uid, "u");
    assert_string_equal(f->name, "p");
    assert_string_equal(f->name_space, "n");
    assert_string_equal(f->phase, "Running");
    assert_string_equal(f->owner_kind, "ReplicaSet");
    assert_string_equal(f->deployment, "my-web");
    assert_int_equal(f->host_network, 1);
    assert_int_equal(f->restarts, 5);
    assert_int_equal(f->cpu_request, 250);
    assert_int_equal(f->memory_request, 1048576);
    assert_int_equal(f->n_containers, 2);
    assert_string_equal(f->containers[0].id, "abc");
    assert_string_equal(f->containers[0].state, "running");
    assert_true(f->containers[0].started_ms - f->created_ms == 1000);
    assert_int_equal(f->containers[0].restarts, 1);
    assert_null(f->containers[1].id);
    assert_string_equal(f->containers[1].state, "waiting");
    assert_int_equal(f->containers[1].cpu_request, -1);
}

static void tells_a_deployment_by_the_label_only(void **state)
{
#define OWNED(kind, name, hash)                                                                    \
    "{" META ",\"labels\":{\"pod-template-hash\":\"" hash                                          \
    "\"},\"ownerReferences\":[{\"kind\":\"" kind "\",\"name\":\"" name                             \
    "\",\"controller\":true}]}}"
    (void)state;
    assert_int_equal(read_pod(OWNED("ReplicaSet", "web-abc", "abd")), 0);
    assert_null(object.facts.deployment);
    assert_int_equal(read_pod(OWNED("ReplicaSet", "-abc", "abc")), 0);
    assert_null(object.facts.deployment);
    assert_int_equal(read_pod(OWNED("ReplicaSet", "abc", "abc")), 0);
    assert_null(object.facts.deployment);
    assert_int_equal(read_pod(OWNED("Rollout", "web-abc", "abc")), 0);
    assert_null(object.facts.deployment);
    assert_string_equal(object.facts.owner_kind, "Rollout");
}

static void names_a_static_pod_by_its_hash(void **state)
{
    (void)state;
    assert_int_equal(read_pod("{" META ",\"annotations\":{\"kubernetes.io/config.hash\":\"h\"}}}"),
                     0);
    assert_string_equal(object.facts.uid, "h");
    assert_int_equal(object.facts.restarts, -1);
    assert_int_equal(object.facts.cpu_request, -1);
}

/* Each case: the pod's CPU request by the rule of pod_object.h. */
static void sums_requests_as_the_scheduler_does(void **state)
{
    static const struct {
        const char *spec;
        int64_t millicores;
    } cases[] = {
#define C(cpu) "{\"name\":\"c\",\"resources\":{\"requests\":{\"cpu\":\"" cpu "\"}}}"
#define SIDECAR(cpu)                                                                               \
    "{\"name\":\"s\",\"restartPolicy\":\"Always\",\"resources\":{\"requests\":{\"cpu\":\"" cpu     \
    "\"}}}"
        {"\"containers\":[" C("100m") "," C("200m") "]", 300},
        {"\"initContainers\":[" C("1") "],\"containers\":[" C("100m") "]", 1000},
        {"\"initContainers\":[" SIDECAR("300m") "," C("500m") "],\"containers\":[" C("100m") "]",
         800},
        {"\"initContainers\":[" C("500m") "," SIDECAR("300m") "],\"containers\":[" C("100m") "]",
         500},
        {"\"initContainers\":[" SIDECAR("300m") "],\"containers\":[" C("100m") "]", 400},
        {"\"overhead\":{\"cpu\":\"50m\"},\"containers\":[" C("100m") "]", 150},
        {"\"resources\":{\"requests\":{\"cpu\":\"2\"}},\"containers\":[" C("100m") "]", 2000},
        {"\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"cpu\":\"70m\"}}}]", 70},
        {"\"containers\":[{\"name\":\"c\"}]", -1},
        {"\"containers\":[" C("nonsense") "]", -1},
        {"\"containers\":[" C("9223372036854775") "," C("9223372036854775") "]", INT64_MAX},
        {"\"overhead\":{\"cpu\":\"9223372036854775\"},\"containers\":[" C("1e15") "]", INT64_MAX},
        {"\"initContainers\":[" SIDECAR("5e15") "," C("5e15") "]", INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[1024];

        snprintf(json, sizeof(json), "{" META "},\"spec\":{%s}}", cases[i].spec);
        assert_int_equal(read_pod(json), 0);
        if (object.facts.cpu_request != cases[i].millicores)
            fail_msg("%s: %lld", cases[i].spec, (long long)object.facts.cpu_request);
    }
}

static void restarts_stay_within_their_type(void **state)
{
    (void)state;
    assert_int_equal(read_pod("{" META
                              "},\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]},"
                              "\"status\":{\"containerStatuses\":["
                              "{\"name\":\"a\",\"restartCount\":2147483647},"
                              "{\"name\":\"b\",\"restartCount\":2}]}}"),
                     0);
    assert_int_equal(object.facts.restarts, INT32_MAX);
}

static void refuses_what_is_no_pod(void **state)
{
    (void)state;
    assert_int_equal(read_pod("{}"), -EBADMSG);
    assert_int_equal(read_pod("[1]"), -EBADMSG);
    assert_int_equal(read_pod("{\"metadata\":{\"name\":\"p\",\"uid\":\"u\"}}"), -EBADMSG);
    assert_int_equal(read_pod("{\"metadata\":{\"name\":5,\"namespace\":\"n\",\"uid\":\"u\"}}"),
                     -EBADMSG);
}

static void leaves_out_what_is_of_another_type(void **state)
{
    (void)state;
    assert_int_equal(read_pod("{" META ",\"ownerReferences\":5,\"labels\":[]},\"spec\":{"
                              "\"containers\":[7,{\"name\":\"c\"}]},\"status\":{"
                              "\"containerStatuses\":[{\"name\":\"c\",\"restartCount\":-1,"
                              "\"containerID\":\"abc\",\"state\":\"x\"}]}}"),
                     0);
    assert_int_equal(object.facts.n_containers, 1);
    assert_int_equal(object.facts.containers[0].restarts, -1);
    assert_null(object.facts.containers[0].id);
}

static void holds_so_many_containers(void **state)
{
    char json[8192] = "{" META "},\"spec\":{\"containers\":[{\"name\":\"c0\"}";

    (void)state;
    for (int i = 1; i <= KM_POD_CONTAINERS; i++)
        snprintf(json + strlen(json), 32, ",{\"name\":\"c%d\"}", i);
    strcat(json, "]}}");
    assert_int_equal(read_pod(json), 0);
    assert_int_equal(object.facts.n_containers, KM_POD_CONTAINERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_deployments_pod),
        cmocka_unit_test(tells_a_deployment_by_the_label_only),
        cmocka_unit_test(names_a_static_pod_by_its_hash),
        cmocka_unit_test(sums_requests_as_the_scheduler_does),
        cmocka_unit_test(restarts_stay_within_their_type),
        cmocka_unit_test(refuses_what_is_no_pod),
        cmocka_unit_test(leaves_out_what_is_of_another_type),
        cmocka_unit_test(holds_so_many_containers),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    yyjson_doc_free(doc);
    return failed;
}
