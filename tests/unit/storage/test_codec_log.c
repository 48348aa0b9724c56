/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec_columns.h"
#include "codec_log.h"

static int64_t before[KM_FRAME_COLUMNS], after[KM_FRAME_COLUMNS];
static uint64_t chance = 5;

static void the_record_drawn_in_the_header(void **state)
{
    static const uint8_t drawn[] = {0x90, 0x4E, 0x21, 0x81, 0xA4, 0x09, 0x04};
    uint8_t record[KM_LOG_RECORD_MAX];

    (void)state;
    memset(before, 0, sizeof(before));
    memset(after, 0, sizeof(after));
    after[0] = 1234;
    after[5] = 8192;
    assert_int_equal(km_log_put(before, after, NULL, 8, 5000, record), sizeof(drawn));
    assert_memory_equal(record, drawn, sizeof(drawn));
}

static size_t make_record(unsigned columns, const uint8_t *present, int64_t elapsed,
                          uint8_t *record)
{
    for (unsigned c = 0; c < columns; c++) {
        uint64_t v = test_random(&chance);

        before[c] = after[c] = (int64_t)(v >> v % 64);
        v = test_random(&chance);
        if (v % 3 == 0)
            after[c] = v % 2 ? (int64_t)(v >> v % 64) : before[c] + (int64_t)(v % 256) * 4096;
    }
    return km_log_put(before, after, present, columns, elapsed, record);
}

static void records_come_back(void **state)
{
    uint8_t record[KM_LOG_RECORD_MAX], present[KM_FRAME_COLUMNS / 8] = {0xA5, 0x3C};

    (void)state;
    for (int round = 0; round < 3000; round++) {
        unsigned columns = (unsigned)(test_random(&chance) % (KM_FRAME_COLUMNS + 1)), c;
        int64_t elapsed = 1 + (int64_t)(test_random(&chance) >> (2 + test_random(&chance) % 60));
        bool gaps = round % 2;
        size_t size = make_record(columns, gaps ? present : NULL, elapsed, record);
        uint8_t *exact = malloc(size);
        const uint8_t *at = exact;
        struct km_log_record r;
        uint64_t difference;

        assert_non_null(exact);
        assert_in_range(size, 1, sizeof(record));
        memcpy(exact, record, size);
        assert_int_equal(km_log_next(&at, exact + size, columns, &r), 0);
        assert_ptr_equal(at, exact + size);
        assert_int_equal(r.elapsed, elapsed);
        assert_int_equal(r.present != NULL, gaps);
        if (gaps)
            assert_memory_equal(r.present, present, (columns + 7) / 8);
        while (km_log_change(&r, &c, &difference)) {
            assert_in_range(c, 0, columns - 1);
            assert_int_not_equal(difference, 0);
            before[c] = (int64_t)((uint64_t)before[c] + difference);
        }
        assert_memory_equal(before, after, columns * sizeof(*after));
        for (size_t cut = 0; cut < size; cut += 1 + size / 16) {
            uint8_t *some = malloc(cut + 1);

            assert_non_null(some);
            memcpy(some, record, cut);
            at = some;
            assert_int_equal(km_log_next(&at, some + cut, columns, &r), -EBADMSG);
            free(some);
        }
        free(exact);
    }
}

/* Any bytes: an error or some changes, never a read outside. */
static void broken_records_do_no_harm(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t size = test_random(&chance) % 60;
        unsigned columns = (unsigned)(test_random(&chance) % (KM_FRAME_COLUMNS + 1)), c;
        uint8_t *bytes = malloc(size + 1);
        const uint8_t *at = bytes;
        struct km_log_record r;
        uint64_t difference;

        assert_non_null(bytes);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(test_random(&chance) & test_random(&chance));
        while (km_log_next(&at, bytes + size, columns, &r) == 0) {
            while (km_log_change(&r, &c, &difference))
                assert_in_range(c, 0, columns - 1);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_record_drawn_in_the_header),
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(broken_records_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
