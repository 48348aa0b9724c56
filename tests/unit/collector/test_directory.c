/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "directory.h"

static void put(struct km_directory *d, const char *uid, const char *name)
{
    struct km_pod_facts facts;

    km_pod_facts_init(&facts);
    facts.uid = uid;
    facts.name = name;
    assert_int_equal(km_directory_put(d, &facts), 0);
}

/* The name of the pod with this UID, "" where there is none. */
static const char *name_of(struct km_directory *d, const char *uid)
{
    static char name[64];
    const struct km_pod_facts *facts = km_directory_find(d, uid);

    snprintf(name, sizeof(name), "%s", facts ? facts->name : "");
    km_pod_facts_unref(facts);
    return name;
}

static void puts_replaces_and_removes(void **state)
{
    struct km_directory *d = km_directory_new();
    uint64_t generation = km_directory_generation(d);

    (void)state;
    put(d, "a", "first");
    assert_true(km_directory_generation(d) > generation);
    put(d, "b", "second");
    put(d, "a", "third");
    assert_string_equal(name_of(d, "a"), "third");
    assert_string_equal(name_of(d, "b"), "second");
    generation = km_directory_generation(d);
    km_directory_remove(d, "c");
    assert_true(km_directory_generation(d) == generation);
    km_directory_remove(d, "a");
    assert_true(km_directory_generation(d) > generation);
    assert_string_equal(name_of(d, "a"), "");
    assert_string_equal(name_of(d, "b"), "second");
    km_directory_free(d);
}

static void a_new_list_removes_the_others(void **state)
{
    struct km_directory *d = km_directory_new();
    char uid[8];

    (void)state;
    for (int i = 0; i < 100; i++) {
        snprintf(uid, sizeof(uid), "%d", i);
        put(d, uid, "old");
    }
    km_directory_begin(d);
    put(d, "7", "new");
    put(d, "200", "new");
    assert_string_equal(name_of(d, "8"), "old"); /* until the list is complete */
    km_directory_end(d);
    assert_string_equal(name_of(d, "8"), "");
    assert_string_equal(name_of(d, "7"), "new");
    assert_string_equal(name_of(d, "200"), "new");
    km_directory_free(d);
}

static void a_reference_outlives_the_directory(void **state)
{
    struct km_directory *d = km_directory_new();
    const struct km_pod_facts *facts;

    (void)state;
    put(d, "a", "kept");
    facts = km_directory_find(d, "a");
    put(d, "a", "newer");
    km_directory_free(d);
    assert_string_equal(facts->name, "kept");
    km_pod_facts_unref(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_replaces_and_removes),
        cmocka_unit_test(a_new_list_removes_the_others),
        cmocka_unit_test(a_reference_outlives_the_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
