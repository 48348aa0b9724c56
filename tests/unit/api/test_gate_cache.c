/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gate_cache.h"

static struct km_gate_key key_of(const char *token, const char *name_space)
{
    struct km_gate_key key;

    assert_int_equal(km_gate_key(token, name_space, &key), 0);
    return key;
}

static void keys_tell_purposes_apart(void **state)
{
    struct km_gate_key keys[] = {key_of("t", NULL), key_of("t", ""), key_of("t", "a"),
                                 key_of("at", ""), key_of("t2", NULL)};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(&keys[i], &keys[j], sizeof(keys[0]));
    }
    keys[1] = key_of("t", NULL);
    assert_memory_equal(&keys[0], &keys[1], sizeof(keys[0]));
}

static void an_entry_holds_until_its_end(void **state)
{
    struct km_gate_cache *cache = km_gate_cache_new();
    struct km_gate_entry entry = {.node = "n1", .ask_again_ms = 50, .ends_ms = 100};
    struct km_gate_key key = key_of("a", NULL), other = key_of("b", NULL);

    (void)state;
    assert_int_equal(km_gate_cache_put(cache, &key, &entry, 0), 0);
    assert_string_equal(km_gate_cache_find(cache, &key, 99)->node, "n1");
    assert_null(km_gate_cache_find(cache, &key, 100));
    assert_null(km_gate_cache_find(cache, &other, 0));
    entry.reason = KM_GATE_REJECTED;
    entry.ends_ms = 200;
    assert_int_equal(km_gate_cache_put(cache, &key, &entry, 0), 0);
    assert_int_equal(km_gate_cache_find(cache, &key, 100)->reason, KM_GATE_REJECTED);
    assert_int_equal(km_gate_cache_count(cache), 1);
    km_gate_cache_free(cache);
}

static struct km_gate_key numbered(unsigned n)
{
    char token[32];

    snprintf(token, sizeof(token), "t%u", n);
    return key_of(token, NULL);
}

/* Strangers fill it with refusals: grants stay, and there is room again. */
static void grants_stay_where_refusals_fill_it(void **state)
{
    struct km_gate_cache *cache = km_gate_cache_new();
    struct km_gate_entry grant = {.ends_ms = 1000};
    struct km_gate_entry refusal = {.reason = KM_GATE_REJECTED, .ends_ms = 1000};
    struct km_gate_key key;

    (void)state;
    for (unsigned i = 0; i < KM_GATE_CACHE_MAX; i++) {
        key = numbered(i);
        assert_int_equal(km_gate_cache_put(cache, &key, i < 10 ? &grant : &refusal, 0), 0);
    }
    key = numbered(KM_GATE_CACHE_MAX);
    assert_int_equal(km_gate_cache_put(cache, &key, &grant, 0), 0);
    assert_int_equal(km_gate_cache_count(cache), 11);
    for (unsigned i = 0; i < 10; i++) {
        key = numbered(i);
        assert_non_null(km_gate_cache_find(cache, &key, 0));
    }
    for (unsigned i = 11; i < KM_GATE_CACHE_MAX; i++) {
        key = numbered(100000 + i);
        assert_int_equal(km_gate_cache_put(cache, &key, &grant, 0), 0);
    }
    key = numbered(1);
    assert_int_equal(km_gate_cache_put(cache, &key, &refusal, 0), 0);
    key = numbered(99999);
    assert_int_equal(km_gate_cache_put(cache, &key, &grant, 500), 0);
    key = numbered(99998);
    assert_int_equal(km_gate_cache_put(cache, &key, &grant, 500), -ENOSPC);
    /* All that has ended goes. */
    assert_int_equal(km_gate_cache_put(cache, &key, &grant, 1000), 0);
    assert_int_equal(km_gate_cache_count(cache), 1);
    km_gate_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_tell_purposes_apart),
        cmocka_unit_test(an_entry_holds_until_its_end),
        cmocka_unit_test(grants_stay_where_refusals_fill_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
