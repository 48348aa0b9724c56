/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "piece.h"

#define PIECES 5

/* Pieces of lengths 0, 7, 14, … for shards 0, 1, 2, … */
static struct km_buf make_pieces(void)
{
    struct km_buf b = KM_BUF_INIT;

    for (uint8_t i = 0; i < PIECES; i++) {
        size_t at = km_piece_begin(&b);

        for (unsigned k = 0; k < 7u * i; k++)
            km_buf_putc(&b, (char)(i + k));
        km_piece_end(&b, at, i);
    }
    assert_false(b.failed);
    return b;
}

/* Reads all, checks what each holds; returns how many there were. */
static unsigned read_pieces(const uint8_t *bytes, size_t size, size_t *ret_passed)
{
    struct km_pieces pieces = {bytes, size, 0};
    struct km_piece piece;
    unsigned count = 0;

    *ret_passed = 0;
    while (km_pieces_next(&pieces, &piece)) {
        assert_int_equal(piece.length, 7u * piece.shard);
        for (unsigned k = 0; k < piece.length; k++)
            assert_int_equal(piece.payload[k], (uint8_t)(piece.shard + k));
        *ret_passed += piece.skipped;
        count++;
    }
    *ret_passed += piece.skipped;
    assert_int_equal(piece.offset + piece.skipped, size);
    return count;
}

/* The bytes in memory of exactly their size, so that the sanitizers see a read behind them. */
static unsigned read_copy(const struct km_buf *b, size_t size, size_t flip, uint8_t bits,
                          size_t *ret_passed)
{
    uint8_t *copy = malloc(size ? size : 1);
    unsigned count;

    assert_non_null(copy);
    memcpy(copy, b->data, size);
    if (flip < size)
        copy[flip] ^= bits;
    count = read_pieces(copy, size, ret_passed);
    free(copy);
    return count;
}

static void pieces_come_back(void **state)
{
    struct km_buf b = make_pieces();
    size_t passed;

    (void)state;
    assert_int_equal(read_copy(&b, b.len, SIZE_MAX, 0, &passed), PIECES);
    assert_int_equal(passed, 0);
    km_buf_done(&b);
}

static void a_flipped_bit_costs_one_piece(void **state)
{
    struct km_buf b = make_pieces();
    size_t passed;

    (void)state;
    for (size_t i = 0; i < b.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            assert_int_equal(read_copy(&b, b.len, i, (uint8_t)(1u << bit), &passed), PIECES - 1);
            assert_true(passed >= KM_PIECE_HEAD);
        }
    }
    km_buf_done(&b);
}

static void a_cut_file_keeps_what_is_whole(void **state)
{
    struct km_buf b = make_pieces();
    size_t passed, whole = 0, next = KM_PIECE_HEAD;
    unsigned count = 0;

    (void)state;
    for (size_t size = 0; size <= b.len; size++) {
        if (size == next) {
            whole = next;
            count++;
            next += KM_PIECE_HEAD + 7u * count;
        }
        assert_int_equal(read_copy(&b, size, SIZE_MAX, 0, &passed), count);
        assert_int_equal(passed, size - whole);
    }
    km_buf_done(&b);
}

static void a_head_comes_back_and_damage_is_seen(void **state)
{
    const struct km_head head = {KM_FORMAT_VERSION, KM_FILE_HISTORY, 7, 64, 123, 456};
    struct km_head back;
    struct km_buf b = KM_BUF_INIT;

    (void)state;
    km_head_write(&b, &head);
    assert_int_equal(b.len, KM_HEAD_SIZE);
    assert_int_equal(km_head_read((uint8_t *)b.data, b.len, &back), 0);
    assert_memory_equal(&back, &head, sizeof(head));
    for (size_t size = 0; size < b.len; size++)
        assert_int_equal(km_head_read((uint8_t *)b.data, size, &back), -ENODATA);
    for (size_t i = 0; i < b.len; i++) {
        b.data[i] ^= 1;
        /* The version's own bytes: a newer one cannot be told from a damaged one. */
        if (km_head_read((uint8_t *)b.data, b.len, &back) == 0)
            assert_true(back.version > KM_FORMAT_VERSION);
        b.data[i] ^= 1;
    }
    km_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_back),
        cmocka_unit_test(a_flipped_bit_costs_one_piece),
        cmocka_unit_test(a_cut_file_keeps_what_is_whole),
        cmocka_unit_test(a_head_comes_back_and_damage_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
