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

#include "key_map.h"

static void *number(int n)
{
    int *value = malloc(sizeof(*value));

    assert_non_null(value);
    *value = n;
    return value;
}

static int value_of(const struct km_key_map *map, const char *key)
{
    const int *value = km_key_map_get(map, key);

    return value ? *value : -1;
}

static void keeps_the_last_of_each_key(void **state)
{
    struct km_key_map *map = km_key_map_new(1000);
    char key[32];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 500; i++) {
            snprintf(key, sizeof(key), "ns/%d", i);
            assert_int_equal(km_key_map_put(map, key, number(i + round)), 0);
        }
    }
    assert_int_equal(km_key_map_count(map), 500);
    assert_int_equal(value_of(map, "ns/7"), 8);
    assert_int_equal(value_of(map, "ns/499"), 500);
    assert_int_equal(value_of(map, "ns/500"), -1);
    km_key_map_remove(map, "ns/7");
    km_key_map_remove(map, "ns/7");
    assert_int_equal(value_of(map, "ns/7"), -1);
    assert_int_equal(km_key_map_count(map), 499);
    km_key_map_free(map);
}

static int count(void *arg, const char *key, void *value)
{
    assert_non_null(key);
    *(int *)arg += *(int *)value;
    return 0;
}

static int stop(void *arg, const char *key, void *value)
{
    (void)key, (void)value;
    return ++*(int *)arg == 2 ? -EINTR : 0;
}

static void what_is_not_listed_again_is_gone(void **state)
{
    struct km_key_map *map = km_key_map_new(1000);
    int sum = 0, seen = 0;

    (void)state;
    km_key_map_put(map, "a", number(1));
    km_key_map_put(map, "b", number(2));
    km_key_map_begin(map);
    km_key_map_put(map, "b", number(3));
    km_key_map_put(map, "c", number(4));
    assert_int_equal(value_of(map, "a"), 1);
    km_key_map_end(map);
    assert_int_equal(value_of(map, "a"), -1);
    assert_int_equal(km_key_map_each(map, count, &sum), 0);
    assert_int_equal(sum, 7);
    assert_int_equal(km_key_map_each(map, stop, &seen), -EINTR);
    assert_int_equal(seen, 2);
    km_key_map_free(map);
}

static void holds_no_more_than_it_may(void **state)
{
    struct km_key_map *map = km_key_map_new(2);

    (void)state;
    assert_int_equal(km_key_map_put(map, "a", number(1)), 0);
    assert_int_equal(km_key_map_put(map, "b", number(2)), 0);
    assert_int_equal(km_key_map_put(map, "c", number(3)), -ENOSPC);
    assert_int_equal(km_key_map_put(map, "a", number(4)), 0);
    km_key_map_remove(map, "b");
    assert_int_equal(km_key_map_put(map, "c", number(5)), 0);
    assert_int_equal(value_of(map, "c"), 5);
    km_key_map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_last_of_each_key),
        cmocka_unit_test(what_is_not_listed_again_is_gone),
        cmocka_unit_test(holds_no_more_than_it_may),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
