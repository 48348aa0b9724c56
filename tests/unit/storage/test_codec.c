/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec.h"
#include "codec_columns.h"

#define COLUMNS 60

static int64_t times[KM_FRAME_ROWS], values[COLUMNS * KM_FRAME_ROWS];
static struct km_presence present[COLUMNS];
static struct km_rows frame_rows = {.time = times, .value = values, .present = present};

/* Some rows of some columns, now and then with gaps; absent values are 0. */
static void make_rows(uint64_t *random)
{
    struct km_rows *r = &frame_rows;

    r->rows = 1 + (unsigned)(test_random(random) % KM_FRAME_ROWS);
    r->columns = (unsigned)(test_random(random) % (COLUMNS + 1));
    times[0] = INT64_C(1800000000000);
    for (unsigned i = 1; i < r->rows; i++)
        times[i] = times[i - 1] + 4990 + (int64_t)(test_random(random) % 20);
    for (unsigned c = 0; c < r->columns; c++) {
        bool gaps = test_random(random) % 8 == 0;

        test_fill((enum test_column)(test_random(random) % TEST_COLUMNS), random,
                  values + c * KM_FRAME_ROWS, r->rows);
        present[c] = km_presence_first(r->rows);
        for (unsigned i = 0; gaps && i < r->rows; i++) {
            bool here = test_random(random) % 3 != 0;

            km_set_present(&present[c], i, here);
            if (!here)
                values[c * KM_FRAME_ROWS + i] = 0;
        }
    }
}

static int unpack(const uint8_t *bytes, size_t size, bool check)
{
    int64_t time[KM_FRAME_ROWS], value[KM_FRAME_ROWS];
    struct km_presence p;
    struct km_frame f;
    int r = km_frame_open(&f, bytes, size, frame_rows.columns, time);

    if (check) {
        assert_int_equal(r, 0);
        assert_int_equal(f.rows, frame_rows.rows);
        assert_memory_equal(time, times, f.rows * sizeof(*time));
    }
    for (unsigned c = 0; r == 0 && c < frame_rows.columns; c++) {
        r = km_frame_next(&f, value, &p);
        if (!check)
            continue;
        assert_int_equal(r, 0);
        assert_memory_equal(&p, &present[c], sizeof(p));
        assert_memory_equal(value, values + c * KM_FRAME_ROWS, f.rows * sizeof(*value));
    }
    if (check) {
        assert_ptr_equal(f.at, f.end);
        assert_int_equal(km_frame_next(&f, value, &p), -EBADMSG);
    }
    return r;
}

/* The last column alone, the others passed over. */
static void unpack_last(const uint8_t *bytes, size_t size)
{
    int64_t value[KM_FRAME_ROWS];
    struct km_presence p;
    struct km_frame f;
    unsigned last = frame_rows.columns - 1;

    assert_int_equal(km_frame_open(&f, bytes, size, frame_rows.columns, NULL), 0);
    for (unsigned c = 0; c < last; c++)
        assert_int_equal(km_frame_next(&f, NULL, NULL), 0);
    assert_int_equal(km_frame_next(&f, value, &p), 0);
    assert_memory_equal(&p, &present[last], sizeof(p));
    assert_memory_equal(value, values + last * KM_FRAME_ROWS, f.rows * sizeof(*value));
}

static void frames_come_back(void **state)
{
    uint8_t *room = malloc(km_frame_bound(COLUMNS));
    uint64_t random = 3;

    (void)state;
    assert_non_null(room);
    for (int i = 0; i < 300; i++) {
        size_t size;
        uint8_t *exact;

        make_rows(&random);
        size = km_frame_pack(&frame_rows, room);
        assert_in_range(size, 1, km_frame_bound(frame_rows.columns));
        exact = malloc(size);
        assert_non_null(exact);
        memcpy(exact, room, size);
        unpack(exact, size, true);
        if (frame_rows.columns > 0)
            unpack_last(exact, size);
        free(exact);
    }
    free(room);
}

static void broken_frames_do_no_harm(void **state)
{
    uint8_t *room = malloc(km_frame_bound(COLUMNS));
    uint64_t random = 5;

    (void)state;
    assert_non_null(room);
    for (int i = 0; i < 60; i++) {
        size_t size;

        make_rows(&random);
        size = km_frame_pack(&frame_rows, room);
        for (int turn = 0; turn < 60; turn++) {
            size_t cut = turn % 2 ? size : test_random(&random) % size;
            uint8_t *wrong = malloc(cut + 1);

            assert_non_null(wrong);
            memcpy(wrong, room, cut);
            if (turn % 2) {
                wrong[test_random(&random) % (turn < 30 && cut > 16 ? 16 : cut)] ^=
                    (uint8_t)(1u << (test_random(&random) % 8));
                unpack(wrong, cut, false);
            } else {
                assert_int_equal(unpack(wrong, cut, false), -EBADMSG);
            }
            free(wrong);
        }
    }
    free(room);
}

static void constant_columns_cost_a_byte(void **state)
{
    uint8_t *room = malloc(km_frame_bound(20));

    (void)state;
    assert_non_null(room);
    frame_rows.rows = KM_FRAME_ROWS;
    frame_rows.columns = 20;
    for (int i = 0; i < KM_FRAME_ROWS; i++)
        times[i] = INT64_C(1800000000000) + 5000 * i;
    memset(values, 0, sizeof(values));
    for (int c = 0; c < 20; c++)
        present[c] = km_presence_first(KM_FRAME_ROWS);
    assert_in_range(km_frame_pack(&frame_rows, room), 20, 40);
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_back),
        cmocka_unit_test(broken_frames_do_no_harm),
        cmocka_unit_test(constant_columns_cost_a_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
