/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "block.h"
#include "codec_columns.h"

#define NOW INT64_C(1800000000000)

/* Rows as they should come back, in time order. */
static struct km_row rows[KM_BLOCK_ROWS];
static unsigned n_rows;
static uint64_t chance = 11;

static void check_row(const struct km_row *got, const struct km_row *want)
{
    assert_int_equal(got->time_ms, want->time_ms);
    assert_int_equal(got->count, want->count);
    assert_memory_equal(got->metric, want->metric, got->count * sizeof(*got->metric));
    assert_memory_equal(got->value, want->value, got->count * sizeof(*got->value));
}

/* The columns of some metrics, of which the block may have some. */
static void check_columns(const struct km_block *block)
{
    uint16_t wanted[3] = {(uint16_t)(test_random(&chance) % 8)};
    int64_t time[KM_BLOCK_ROWS], value[3 * KM_BLOCK_ROWS];
    struct km_presence present[3];
    struct km_rows got = {.time = time, .value = value, .present = present};

    wanted[1] = (uint16_t)(wanted[0] + 1 + test_random(&chance) % 8);
    wanted[2] = (uint16_t)(wanted[1] + 1 + test_random(&chance) % 8);
    assert_int_equal(km_block_columns(block, wanted, 3, &got), 0);
    assert_int_equal(got.rows, n_rows);
    for (unsigned c = 0; c < 3; c++) {
        for (unsigned i = 0; i < n_rows; i++) {
            unsigned k = 0;

            assert_int_equal(time[i], rows[i].time_ms);
            while (k < rows[i].count && rows[i].metric[k] != wanted[c])
                k++;
            assert_int_equal(km_present(&present[c], i), k < rows[i].count);
            if (k < rows[i].count)
                assert_int_equal(value[c * KM_BLOCK_ROWS + i], rows[i].value[k]);
        }
    }
}

static void check_block(const struct km_block *block)
{
    struct km_unpacked *u;
    struct km_row row;
    uint64_t samples = 0;

    assert_int_equal(km_block_rows(block), n_rows);
    assert_int_equal(km_block_first(block), rows[0].time_ms);
    assert_int_equal(km_block_last(block), rows[n_rows - 1].time_ms);
    assert_int_equal(km_block_unpack(block, &u), 0);
    for (unsigned i = 0; i < n_rows; i++) {
        km_unpacked_read(u, i, &row);
        check_row(&row, &rows[i]);
        samples += row.count;
        assert_int_equal(km_unpacked_find(u, rows[i].time_ms), i);
        assert_int_equal(km_unpacked_find(u, rows[i].time_ms + 1), i + 1);
    }
    km_unpacked_free(u);
    assert_int_equal(km_block_samples(block), samples);
    assert_int_equal(km_block_newest(block, &row), 0);
    check_row(&row, &rows[n_rows - 1]);
    assert_int_equal(km_block_previous(block, &row), n_rows > 1 ? 0 : -ENOENT);
    if (n_rows > 1)
        check_row(&row, &rows[n_rows - 2]);
    check_columns(block);
}

/* A row of `count` metrics from `first` on; values of any size that change now and then. */
static struct km_row row_of(int64_t time_ms, unsigned first, unsigned count)
{
    struct km_row row = {.time_ms = time_ms, .count = (uint16_t)count};

    for (unsigned i = 0; i < count; i++) {
        unsigned m = first + i;
        uint64_t big = test_random(&chance);

        row.metric[i] = (uint16_t)m;
        row.value[i] = (int64_t)(m % 5 == 0   ? m * 1000
                                 : m % 5 == 1 ? (uint64_t)time_ms / 10 * m
                                 : m % 5 == 2 ? big % 64 * 4096
                                 : m % 5 == 3 ? big >> big % 64
                                              : (uint64_t)INT64_MIN + big % 3 - 1);
    }
    return row;
}

static void remember(const struct km_row *row)
{
    unsigned place = n_rows;

    while (place > 0 && rows[place - 1].time_ms > row->time_ms)
        place--;
    memmove(rows + place + 1, rows + place, (n_rows - place) * sizeof(*rows));
    rows[place] = *row;
    n_rows++;
}

static struct km_block *begin(const struct km_row *row)
{
    struct km_block *block = km_block_new(row, KM_BLOCK_ROWS);

    assert_non_null(block);
    n_rows = 0;
    remember(row);
    check_block(block);
    return block;
}

static void check_in_order(unsigned columns)
{
    struct km_row row = row_of(NOW, 3, columns);
    struct km_block *block = begin(&row);

    while (n_rows < KM_BLOCK_ROWS) {
        row = row_of(NOW + 5000 * n_rows + (int64_t)(test_random(&chance) % 3), 3, columns);
        assert_int_equal(km_block_insert(&block, &row), 0);
        assert_int_equal(km_block_insert(&block, &row), -EEXIST);
        remember(&row);
        check_block(block);
    }
    row.time_ms++;
    assert_int_equal(km_block_insert(&block, &row), -ENOSPC);
    assert_int_equal(km_block_insert(&block, &rows[7]), -EEXIST);
    assert_int_equal(km_block_seal(&block), 0);
    assert_int_equal(km_block_seal(&block), 0);
    check_block(block);
    km_block_free(block);
}

/* Narrow rows are packed on the stack, wide ones on the heap. */
static void rows_in_order_come_back(void **state)
{
    (void)state;
    check_in_order(20);
    check_in_order(40);
    check_in_order(41);
    check_in_order(200);
}

/* Metrics that a row does not have, and metrics that no row had before. */
static void rows_with_gaps_and_new_metrics_come_back(void **state)
{
    (void)state;
    for (int round = 0; round < 30; round++) {
        struct km_row row = row_of(NOW, 3, (unsigned)(test_random(&chance) % 20));
        struct km_block *block = begin(&row);

        while (n_rows < KM_BLOCK_ROWS) {
            unsigned less = test_random(&chance) % 4 ? 0 : (unsigned)(test_random(&chance) % 12);

            row = row_of(NOW + 5000 * n_rows, 3 + less, 20 - less);
            if (test_random(&chance) % 64 == 0)
                row = row_of(row.time_ms, 0, (unsigned)(test_random(&chance) % 90));
            assert_int_equal(km_block_insert(&block, &row), 0);
            remember(&row);
            if (n_rows % 8 == 0)
                check_block(block);
        }
        check_block(block);
        km_block_free(block);
    }
}

static void rows_in_any_order_come_back(void **state)
{
    struct km_row row = row_of(NOW, 0, 9);
    struct km_block *block = begin(&row), *newer;
    struct km_row half[KM_BLOCK_ROWS];
    unsigned kept;

    (void)state;
    while (n_rows < KM_BLOCK_ROWS) {
        row = row_of(NOW - 100000 + (int64_t)(test_random(&chance) % 200000),
                     (unsigned)(test_random(&chance) % 20), (unsigned)(test_random(&chance) % 30));
        if (km_block_insert(&block, &row) == -EEXIST)
            continue;
        remember(&row);
        check_block(block);
        assert_int_equal(km_block_insert(&block, &row), -EEXIST);
        if (n_rows == 100)
            assert_int_equal(km_block_seal(&block), 0);
    }
    row.time_ms = NOW - 100001;
    assert_int_equal(km_block_insert(&block, &row), -ENOSPC);
    assert_int_equal(km_block_split(&block, &newer), 0);
    kept = km_block_rows(block);
    assert_int_equal(kept + km_block_rows(newer), KM_BLOCK_ROWS);
    memcpy(half, rows + kept, (n_rows - kept) * sizeof(*rows));
    n_rows = kept;
    check_block(block);
    n_rows = KM_BLOCK_ROWS - kept;
    memcpy(rows, half, n_rows * sizeof(*rows));
    check_block(newer);
    km_block_free(block);
    km_block_free(newer);
}

/* An idle pod's rows: what the open block and the sealed one may take. */
static void quiet_rows_take_little_room(void **state)
{
    struct km_row row = {.time_ms = NOW, .count = 20};
    struct km_block *block;
    size_t open;

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        row.metric[i] = (uint16_t)i;
        row.value[i] = 1000000 * i;
    }
    block = km_block_new(&row, KM_BLOCK_ROWS);
    assert_non_null(block);
    assert_in_range(km_block_size(block), 1, 400);
    for (unsigned i = 1; i < KM_BLOCK_ROWS; i++) {
        row.time_ms += 5000;
        for (unsigned c = 0; c < 5; c++)
            row.value[c] += (int64_t)(test_random(&chance) % 2000);
        assert_int_equal(km_block_insert(&block, &row), 0);
    }
    open = km_block_size(block);
    assert_in_range(open, 1, KM_BLOCK_ROWS * 20); /* a byte a value */
    assert_int_equal(km_block_seal(&block), 0);
    assert_in_range(km_block_size(block), 1, KM_BLOCK_ROWS * 10);
    km_block_free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_in_order_come_back),
        cmocka_unit_test(rows_with_gaps_and_new_metrics_come_back),
        cmocka_unit_test(rows_in_any_order_come_back),
        cmocka_unit_test(quiet_rows_take_little_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
