/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pod_facts.h"

static void a_copy_holds_everything(void **state)
{
    char uid[] = "uid", name[] = "web-1", kind[] = "ReplicaSet", id[] = "abc";
    struct km_container_facts containers[2];
    struct km_pod_facts facts;
    const struct km_pod_facts *copy;

    (void)state;
    km_pod_facts_init(&facts);
    km_container_facts_init(&containers[0]);
    km_container_facts_init(&containers[1]);
    containers[1].id = id;
    containers[1].restarts = 3;
    facts.uid = uid;
    facts.name = name;
    facts.owner_kind = kind;
    facts.cpu_request = 250;
    facts.containers = containers;
    facts.n_containers = 2;
    copy = km_pod_facts_copy(&facts);
    memset(uid, 'x', 3);
    memset(name, 'x', 5);
    memset(kind, 'x', 10);
    memset(id, 'x', 3);
    memset(containers, 0, sizeof(containers));
    assert_string_equal(copy->uid, "uid");
    assert_string_equal(copy->name, "web-1");
    assert_string_equal(copy->owner_kind, "ReplicaSet");
    assert_null(copy->name_space);
    assert_int_equal(copy->cpu_request, 250);
    assert_int_equal(copy->memory_request, -1);
    assert_int_equal(copy->n_containers, 2);
    assert_null(copy->containers[0].id);
    assert_int_equal(copy->containers[0].restarts, -1);
    assert_ptr_equal(km_pod_facts_container(copy, "abc"), &copy->containers[1]);
    assert_int_equal(copy->containers[1].restarts, 3);
    assert_null(km_pod_facts_container(copy, "abd"));
    assert_null(km_pod_facts_container(NULL, "abc"));
    assert_ptr_equal(km_pod_facts_ref(copy), copy);
    km_pod_facts_unref(copy);
    assert_string_equal(copy->name, "web-1");
    km_pod_facts_unref(copy);
    km_pod_facts_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_copy_holds_everything)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
