/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "intern.h"

/* Each bit and the length count, wherever the bits lie in the words that are hashed. */
static void every_bit_changes_the_hash(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 50; len++) {
        unsigned char text[51] = "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcd";
        uint64_t hash = km_hash(KM_HASH_SEED, text, len);

        assert_int_equal(km_hash(KM_HASH_SEED, text, len), hash);
        assert_true(km_hash(KM_HASH_SEED + 1, text, len) != hash);
        for (size_t bit = 0; bit < len * 8; bit++) {
            text[bit / 8] ^= (unsigned char)(1u << bit % 8);
            assert_true(km_hash(KM_HASH_SEED, text, len) != hash);
            text[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        text[len] = 0;
        if (len < 50)
            assert_true(km_hash(KM_HASH_SEED, text, len + 1) != hash);
    }
}

/* The low bits alone tell 4,000 names well apart: tables are indexed by them. */
static void low_bits_are_spread(void **state)
{
    uint8_t used[4096] = {0};
    int places = 0;

    (void)state;
    for (int i = 0; i < 4096; i++) {
        char name[32];
        int len = snprintf(name, sizeof(name), "worker-%d-7f9c4d", i);

        used[km_hash(KM_HASH_SEED, name, (size_t)len) % 4096] = 1;
    }
    for (int i = 0; i < 4096; i++)
        places += used[i];
    /* Chance takes 1 - 1/e of the places: 2589. */
    assert_in_range(places, 2450, 2730);
}

static void a_text_is_kept_once_while_it_is_used(void **state)
{
    struct km_intern intern = {0};
    const char *first = NULL;
    char name[32];
    size_t bytes;

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
            snprintf(name, sizeof(name), "pod-%d", i);
            first = km_intern_get(&intern, name);
            assert_string_equal(first, name);
            assert_ptr_equal(km_intern_find(&intern, name), first);
        }
    }
    assert_int_equal(intern.count, 1000);
    bytes = intern.bytes;
    km_intern_put(&intern, first);
    assert_ptr_equal(km_intern_find(&intern, name), first);
    km_intern_put(&intern, first);
    assert_null(km_intern_find(&intern, name));
    assert_int_equal(intern.count, 999);
    assert_true(intern.bytes < bytes);
    km_intern_put(&intern, NULL);
    km_intern_done(&intern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_changes_the_hash),
        cmocka_unit_test(low_bits_are_spread),
        cmocka_unit_test(a_text_is_kept_once_while_it_is_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
