/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "load_cluster.h"

#define NODES 40
#define PODS  20
#define ALL   (NODES * PODS)

static const struct km_load_cluster cluster = {.seed = 7, .nodes = NODES, .pods_per_node = PODS};

/* Every pod of the cluster, node by node. */
static struct km_load_identity *everyone(uint32_t generation)
{
    struct km_load_identity *all = calloc(ALL, sizeof(*all));

    assert_non_null(all);
    for (uint32_t i = 0; i < ALL; i++)
        km_load_identity(&cluster, i / PODS, i % PODS, generation, &all[i]);
    return all;
}

static void the_same_seed_gives_the_same_pod(void **state)
{
    struct km_load_cluster other = cluster;
    struct km_load_identity a, b, c;

    (void)state;
    other.seed = 8;
    km_load_identity(&cluster, 3, 9, 0, &a);
    km_load_identity(&cluster, 3, 9, 0, &b);
    km_load_identity(&other, 3, 9, 0, &c);
    assert_string_equal(a.name, b.name);
    assert_string_equal(a.uid, b.uid);
    assert_string_equal(a.container_id, b.container_id);
    assert_string_not_equal(a.uid, c.uid);
    assert_string_not_equal(a.name, c.name);
}

static void texts_have_their_form(void **state)
{
    struct km_load_identity *all = everyone(0);
    char name[KM_LOAD_NODE_NAME], boot_id[KM_LOAD_UUID];

    (void)state;
    for (int i = 0; i < ALL; i++) {
        assert_int_equal(strlen(all[i].uid), 36);
        assert_int_equal(all[i].uid[14], '4');
        assert_non_null(strchr("89ab", all[i].uid[19]));
        assert_int_equal(strspn(all[i].uid, "0123456789abcdef-"), 36);
        assert_int_equal(strlen(all[i].container_id), 64);
        assert_int_equal(strspn(all[i].container_id, "0123456789abcdef"), 64);
        assert_int_equal(strspn(all[i].name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                         strlen(all[i].name));
        assert_true(all[i].cpu_limit == 0 || all[i].cpu_limit >= all[i].cpu_request);
        assert_true(all[i].memory_request > 0);
    }
    free(all);
    km_load_node_name(17, name);
    assert_string_equal(name, "node-00017");
    km_load_boot_id(&cluster, 17, boot_id);
    assert_int_equal(strlen(boot_id), 36);
}

static void no_two_pods_share_a_name_or_an_id(void **state)
{
    struct km_load_identity *all = everyone(0);

    (void)state;
    for (int i = 0; i < ALL; i++) {
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(all[i].uid, all[k].uid);
            assert_string_not_equal(all[i].container_id, all[k].container_id);
            if (strcmp(all[i].name_space, all[k].name_space) == 0)
                assert_string_not_equal(all[i].name, all[k].name);
        }
    }
    free(all);
}

/* How many pods the owner of one has. */
static int replicas(const struct km_load_identity *all, const struct km_load_identity *one)
{
    int count = 0;

    for (int i = 0; i < ALL; i++) {
        if (strcmp(all[i].owner_name, one->owner_name) == 0) {
            assert_string_equal(all[i].owner_kind, one->owner_kind);
            assert_string_equal(all[i].name_space, one->name_space);
            count++;
        }
    }
    return count;
}

static void workloads_have_their_sizes(void **state)
{
    struct km_load_identity *all = everyone(0);
    int short_of = 0, daemons = 0, sets = 0, deployed = 0;

    (void)state;
    for (int i = 0; i < ALL; i++) {
        int count = replicas(all, &all[i]);

        if (strcmp(all[i].owner_kind, "DaemonSet") == 0) {
            daemons++;
            assert_int_equal(count, NODES);
            assert_string_equal(all[i].name_space, "kube-system");
        } else if (strcmp(all[i].owner_kind, "StatefulSet") == 0) {
            sets++;
            assert_int_equal(count, 3);
            assert_string_equal(all[i].deployment, "");
        } else {
            deployed++;
            assert_string_equal(all[i].owner_kind, "ReplicaSet");
            assert_int_equal(
                strncmp(all[i].owner_name, all[i].deployment, strlen(all[i].deployment)), 0);
            assert_true(count <= 10);
            short_of += count < 4;
        }
    }
    free(all);
    assert_int_equal(daemons, 3 * NODES);
    assert_true(sets >= 3 && deployed > 10 * sets);
    assert_true(short_of < 4); /* of the last workload alone */
}

static void namespaces_are_several(void **state)
{
    struct km_load_identity *all = everyone(0);
    int firsts = 0;

    (void)state;
    for (int i = 0; i < ALL; i++) {
        int k = 0;

        while (strcmp(all[k].name_space, all[i].name_space) != 0)
            k++;
        firsts += k == i;
    }
    free(all);
    assert_in_range(firsts, 10, 49);
}

static void another_generation_is_another_pod(void **state)
{
    struct km_load_identity *before = everyone(0), *after = everyone(1);

    (void)state;
    for (int i = 0; i < ALL; i++) {
        assert_string_not_equal(before[i].uid, after[i].uid);
        assert_string_not_equal(before[i].container_id, after[i].container_id);
        assert_string_equal(before[i].owner_name, after[i].owner_name);
        assert_int_equal(after[i].restarts, 0);
        if (strcmp(before[i].owner_kind, "StatefulSet") == 0)
            assert_string_equal(before[i].name, after[i].name);
        for (int k = 0; k < ALL && strcmp(before[i].owner_kind, "StatefulSet") != 0; k++)
            assert_string_not_equal(before[i].name, after[k].name);
    }
    free(before);
    free(after);
}

static void small_nodes_have_no_daemons(void **state)
{
    const struct km_load_cluster small = {.seed = 1, .nodes = 1, .pods_per_node = 4};
    struct km_load_identity one;

    (void)state;
    km_load_identity(&small, 0, 0, 0, &one);
    assert_string_equal(one.owner_kind, "StatefulSet");
    assert_string_equal(one.name, "db-0-0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_pod),
        cmocka_unit_test(texts_have_their_form),
        cmocka_unit_test(no_two_pods_share_a_name_or_an_id),
        cmocka_unit_test(workloads_have_their_sizes),
        cmocka_unit_test(namespaces_are_several),
        cmocka_unit_test(another_generation_is_another_pod),
        cmocka_unit_test(small_nodes_have_no_daemons),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
