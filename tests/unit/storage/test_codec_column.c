/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec_bits.h"
#include "codec_column.h"
#include "codec_columns.h"

/* Packs, checks that it comes back, and returns the size. */
static size_t round_trip(const int64_t *values, unsigned rows)
{
    uint8_t bytes[KM_COLUMN_MAX];
    int64_t back[KM_COLUMN_ROWS];
    size_t size = km_column_pack(values, rows, bytes);
    uint8_t *exact = malloc(size); /* so that a sanitizer sees a read behind it */
    const uint8_t *at = exact;

    assert_in_range(size, 1, sizeof(bytes));
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    assert_int_equal(km_column_unpack(&at, exact + size, rows, back), 0);
    assert_ptr_equal(at, exact + size);
    assert_memory_equal(back, values, rows * sizeof(*back));
    at = bytes; /* and with room behind, as in the middle of a frame */
    memset(back, 0, sizeof(back));
    assert_int_equal(km_column_unpack(&at, bytes + sizeof(bytes), rows, back), 0);
    assert_memory_equal(back, values, rows * sizeof(*back));
    at = bytes;
    assert_int_equal(km_column_unpack(&at, bytes + size, rows, NULL), 0);
    assert_ptr_equal(at, bytes + size);
    free(exact);
    return size;
}

static void numbers_come_back(void **state)
{
    static const uint64_t edges[] = {
        0, 1, 255, 256, 4096, UINT64_MAX, INT64_MAX, (uint64_t)INT64_MIN, UINT64_C(1) << 62};
    uint8_t bytes[KM_NUMBER_MAX];
    uint64_t random = 1, back;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t v = i < 9 ? edges[i] : test_random(&random) >> (i % 64) << (i / 64 % 64);
        unsigned size;

        v = i % 2 ? v : 0 - v;
        size = (unsigned)(km_number_put(bytes, v) - bytes);
        assert_int_equal(size, km_number_size(v));
        assert_ptr_equal(km_number_get(bytes, bytes + size, &back), bytes + size);
        assert_int_equal(back, v);
        assert_null(km_number_get(bytes, bytes + size - 1, &back));
    }
    assert_int_equal(km_number_put(bytes, 0x20000000) - bytes, 2);
    assert_memory_equal(bytes, "\x71\x02", 2);
    assert_int_equal(km_number_put(bytes, (uint64_t)-3) - bytes, 2);
    assert_memory_equal(bytes, "\x09\x03", 2);
}

static void bits_lie_as_drawn(void **state)
{
    uint8_t bytes[16] = {0};
    struct km_bits_out out = {.at = bytes};

    (void)state;
    km_bits_put(&out, 5, 3);
    km_bits_put(&out, 9, 4);
    km_bits_put(&out, 3, 2);
    assert_ptr_equal(km_bits_end(&out), bytes + 2);
    assert_int_equal(bytes[0], 0xCD);
    assert_int_equal(bytes[1], 0x01);
    assert_int_equal(km_bits_get(bytes, 3, 4), 9);
}

static void every_kind_of_column_comes_back(void **state)
{
    uint64_t random = 42;
    int64_t values[KM_COLUMN_ROWS];

    (void)state;
    for (int round = 0; round < 400; round++) {
        for (enum test_column kind = 0; kind < TEST_COLUMNS; kind++) {
            unsigned rows = 2 + (unsigned)(test_random(&random) % (KM_COLUMN_ROWS - 1));

            test_fill(kind, &random, values, rows);
            round_trip(values, rows);
        }
    }
}

static void easy_columns_are_small(void **state)
{
    int64_t values[KM_COLUMN_ROWS];

    (void)state;
    for (int i = 0; i < KM_COLUMN_ROWS; i++)
        values[i] = INT64_C(1800000000000) + 5000 * i;
    assert_in_range(round_trip(values, KM_COLUMN_ROWS), 2, 14); /* even steps */
    for (int i = 0; i < KM_COLUMN_ROWS; i++)
        values[i] = 4096 * (1000 + i * 37 % 16);
    assert_in_range(round_trip(values, KM_COLUMN_ROWS), 60, 80); /* 4 bits each */
    for (int i = 0; i < KM_COLUMN_ROWS; i++)
        values[i] = 100 + i / 40 * 77;
    assert_in_range(round_trip(values, KM_COLUMN_ROWS), 8, 26); /* three changes */
    for (int i = 0; i < KM_COLUMN_ROWS; i++)
        values[i] = i * i % 5 + (i == 70 ? INT64_C(1) << 50 : 0);
    assert_in_range(round_trip(values, KM_COLUMN_ROWS), 48, 80); /* one that is far off */
}

/* Bytes that are no column: an error or some values, never a read or write outside. */
static void broken_columns_do_no_harm(void **state)
{
    uint64_t random = 7;
    int64_t values[KM_COLUMN_ROWS];
    uint8_t bytes[KM_COLUMN_MAX];

    (void)state;
    for (int round = 0; round < 3000; round++) {
        unsigned rows = 2 + (unsigned)(test_random(&random) % (KM_COLUMN_ROWS - 1));
        size_t size, cut;

        test_fill((enum test_column)(round % TEST_COLUMNS), &random, values, rows);
        size = km_column_pack(values, rows, bytes);
        for (cut = 0; cut < size; cut += 1 + (size_t)(round % 5)) {
            uint8_t *some = malloc(cut + 1);
            const uint8_t *at = some;

            assert_non_null(some);
            memcpy(some, bytes, cut);
            assert_int_equal(km_column_unpack(&at, some + cut, rows, values), -EBADMSG);
            assert_ptr_equal(at, some);
            free(some);
        }
        for (int flip = 0; flip < 20; flip++) {
            uint8_t *wrong = malloc(size);
            const uint8_t *at = wrong;

            assert_non_null(wrong);
            memcpy(wrong, bytes, size);
            wrong[test_random(&random) % (flip < 10 ? 4 : size) % size] ^=
                (uint8_t)(1u << (test_random(&random) % 8));
            if (km_column_unpack(&at, wrong + size, rows, values) == 0)
                assert_in_range(at - wrong, 1, size);
            free(wrong);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(bits_lie_as_drawn),
        cmocka_unit_test(every_kind_of_column_comes_back),
        cmocka_unit_test(easy_columns_are_small),
        cmocka_unit_test(broken_columns_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
