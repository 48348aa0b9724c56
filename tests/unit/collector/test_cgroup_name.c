/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cgroup_name.h"

#define UID "8712f785-1a3e-41ec-a00b-e2dcc77431cb"
#define LOW "8712f785_1a3e_41ec_a00b_e2dcc77431cb"
#define ID  "17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"

static void knows_pods_of_every_driver(void **state)
{
    static const char *const names[] = {
        ("pod" UID),
        ("kubepods-burstable-pod" LOW ".slice"),
        ("kubepods-pod" LOW ".slice"),
        ("kubelet-kubepods-besteffort-pod" LOW ".slice"),
    };
    char uid[37];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(km_cgroup_pod(names[i], uid));
        assert_string_equal(uid, UID);
    }
    assert_true(km_cgroup_pod("pod9729a196c4723b60ab401eaff722982d", uid));
    assert_string_equal(uid, "9729a196c4723b60ab401eaff722982d");
}

static void knows_containers_of_every_runtime(void **state)
{
    static const char *const names[] = {ID, ("cri-containerd-" ID ".scope"), ("crio-" ID ".scope"),
                                        ("docker-" ID ".scope"), ("crio-" ID)};
    char id[65];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(km_cgroup_container(names[i], id));
        assert_string_equal(id, ID);
    }
}

static void knows_a_folder_that_is_both(void **state)
{
    static const char *const others[] = {
        ("kubepods-burstable-pod" LOW ".slice"),
        ("cri-containerd:" ID),
        (":" ID),
        ("kubepods-burstable-pod" LOW ".slice:cri-containerd:"),
        ("kubepods-burstable-pod" LOW "x.slice:cri-containerd:" ID),
        ("kubepods-burstable.slice:cri-containerd:" ID),
    };
    char uid[37], id[65];

    (void)state;
    assert_true(
        km_cgroup_pod_container("kubepods-burstable-pod" LOW ".slice:cri-containerd:" ID, uid, id));
    assert_string_equal(uid, UID);
    assert_string_equal(id, ID);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_false(km_cgroup_pod_container(others[i], uid, id));
}

static void takes_nothing_else(void **state)
{
    static const char *const others[] = {
        "",
        "kubepods",
        "kubepods.slice",
        "kubepods-burstable.slice",
        "pod",
        "pods",
        ("pod" UID "x"),
        "podG712f785-1a3e-41ec-a00b-e2dcc77431cb",
        ("mypod" UID),
        "system.slice",
        ("crio-conmon-" ID ".scope"),
        ("x" ID),
        "init.scope",
    };
    char uid[37], id[65];

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (km_cgroup_pod(others[i], uid) || km_cgroup_container(others[i], id))
            fail_msg("\"%s\" was taken for a pod or container", others[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_pods_of_every_driver),
        cmocka_unit_test(knows_containers_of_every_runtime),
        cmocka_unit_test(knows_a_folder_that_is_both),
        cmocka_unit_test(takes_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
