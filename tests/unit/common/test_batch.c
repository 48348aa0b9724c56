/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch.h"

static void encodes_a_node_with_a_pod(void **state)
{
    km_auto_buf struct km_buf buf = KM_BUF_INIT;
    struct km_json w = {.out = &buf};
    struct km_container container;
    struct km_pod pod;
    struct km_batch batch = {.node = "n1", .boot_id = "b", .interval_ms = 5000, .has_node = true};

    (void)state;
    km_container_init(&container);
    container.name = "c";
    container.id = "ab";
    container.reading.sample.time_ms = 3;
    km_sample_set(&container.reading.sample, KM_MEM_USAGE, 5);
    km_pod_init(&pod);
    pod.name = "p";
    pod.name_space = "default";
    pod.owner_kind = "Job";
    pod.owner_name = "j";
    pod.restarts = 0;
    pod.host_network = 0;
    pod.reading.sample.time_ms = 2;
    pod.containers = &container;
    pod.n_containers = 1;
    batch.reading.sample.time_ms = 1;
    batch.pods = &pod;
    batch.n_pods = 1;
    km_batch_encode(&w, &batch);
    assert_string_equal(
        km_buf_str(&buf),
        "{\"timestamp\":\"1970-01-01T00:00:00.001Z\",\"node\":\"n1\",\"boot_id\":\"b\","
        "\"interval_ms\":5000,\"pods\":[{\"timestamp\":\"1970-01-01T00:00:00.002Z\","
        "\"pod_name\":\"p\",\"namespace\":\"default\",\"owner\":{\"kind\":\"Job\",\"name\":\"j\"},"
        "\"restarts\":0,\"host_network\":false,\"containers\":[{"
        "\"timestamp\":\"1970-01-01T00:00:00.003Z\",\"name\":\"c\",\"id\":\"ab\","
        "\"memory\":{\"usage\":5}}]}]}");
}

static void leaves_out_what_is_not_known(void **state)
{
    km_auto_buf struct km_buf buf = KM_BUF_INIT;
    struct km_json w = {.out = &buf};
    struct km_pod pod;
    struct km_batch batch = {.node = "n1", .pods = &pod, .n_pods = 1};

    (void)state;
    km_pod_init(&pod);
    pod.name = pod.uid = "u";
    km_batch_encode(&w, &batch);
    assert_string_equal(km_buf_str(&buf),
                        "{\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"node\":\"n1\",\"pods\":[{"
                        "\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"pod_name\":\"u\","
                        "\"uid\":\"u\",\"containers\":[]}]}");
}

static void writes_what_is_outside_the_catalogue_into_its_group(void **state)
{
    static const struct km_extra extra[] = {{KM_GROUP_NETWORK, "eth0_rx_bytes", 13, 7},
                                            {KM_GROUP_NETWORK, "a\"b", 3, 8},
                                            {KM_GROUP_DISK, "no_such_group_here", 18, 9}};
    km_auto_buf struct km_buf buf = KM_BUF_INIT;
    struct km_json w = {.out = &buf};
    struct km_batch batch = {.node = "n1", .reading = {.extra = extra, .n_extra = 3}};

    (void)state;
    km_sample_set(&batch.reading.sample, KM_CPU_USAGE, 1500);
    km_sample_set(&batch.reading.sample, KM_NET_RX_BYTES, 7);
    km_sample_set(&batch.reading.sample, KM_PROC_TOTAL, 2);
    km_batch_encode(&w, &batch);
    assert_string_equal(km_buf_str(&buf),
                        "{\"timestamp\":\"1970-01-01T00:00:00.000Z\",\"node\":\"n1\","
                        "\"cpu_usage\":1.500,\"network\":{\"rx_bytes\":7,"
                        "\"eth0_rx_bytes\":7,\"a\\\"b\":8},\"processes\":{\"total\":2},"
                        "\"pods\":[]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_a_node_with_a_pod),
        cmocka_unit_test(writes_what_is_outside_the_catalogue_into_its_group),
        cmocka_unit_test(leaves_out_what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
