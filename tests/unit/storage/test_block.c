/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "block.h"

static struct km_row row_of(int64_t time_ms, unsigned first, unsigned count)
{
    struct km_row row = {.time_ms = time_ms, .count = (uint16_t)count};

    for (unsigned i = 0; i < count; i++) {
        row.metric[i] = (uint16_t)(first + i);
        row.value[i] = time_ms * 100 + first + i;
    }
    return row;
}

static void check_row(const struct km_block *block, unsigned place, const struct km_row *want)
{
    struct km_row got;

    km_block_read(block, place, &got);
    assert_int_equal(got.time_ms, want->time_ms);
    assert_int_equal(got.count, want->count);
    for (unsigned i = 0; i < got.count; i++) {
        assert_int_equal(got.metric[i], want->metric[i]);
        assert_int_equal(got.value[i], want->value[i]);
    }
}

/* Rows in random order, with columns that come and go, are read back as they were, in time order.
 */
static void gives_back_rows_in_time_order(void **state)
{
    struct km_row rows[KM_BLOCK_ROWS];
    int order[KM_BLOCK_ROWS];
    struct km_block *block = km_block_new(), *newer;
    struct km_row extra = row_of(1, 0, 1);

    (void)state;
    srand(7);
    for (int i = 0; i < KM_BLOCK_ROWS; i++) {
        rows[i] = row_of(i * 10, (unsigned)rand() % 20, (unsigned)rand() % 30);
        order[i] = i;
    }
    for (int i = KM_BLOCK_ROWS - 1; i > 0; i--) {
        int other = rand() % (i + 1), kept = order[i];

        order[i] = order[other];
        order[other] = kept;
    }
    for (int i = 0; i < KM_BLOCK_ROWS; i++) {
        assert_int_equal(km_block_insert(&block, &rows[order[i]]), 0);
        assert_int_equal(km_block_insert(&block, &rows[order[i]]), -EEXIST);
    }
    assert_int_equal(km_block_insert(&block, &extra), -ENOSPC);
    assert_int_equal(km_block_find(block, 15), 2);
    for (unsigned i = 0; i < KM_BLOCK_ROWS; i++)
        check_row(block, i, &rows[i]);
    newer = km_block_split(block);
    assert_int_equal(km_block_rows(block) + km_block_rows(newer), KM_BLOCK_ROWS);
    for (unsigned i = 0; i < KM_BLOCK_ROWS; i++) {
        unsigned kept = km_block_rows(block);

        check_row(i < kept ? block : newer, i < kept ? i : i - kept, &rows[i]);
    }
    km_block_free(block);
    km_block_free(newer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gives_back_rows_in_time_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
