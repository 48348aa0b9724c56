/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "entry.h"

#define NOW INT64_C(1800000000000)

static struct km_row make_row(int64_t time_ms, uint16_t count)
{
    struct km_row row = {.time_ms = time_ms, .count = count};

    for (uint16_t i = 0; i < count; i++) {
        row.metric[i] = (uint16_t)(3 * i);
        row.value[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? (int64_t)i * 123456789 : -(int64_t)i;
    }
    if (count > 1)
        row.value[1] = INT64_MIN;
    return row;
}

static void facts_are_equal(const struct km_facts *a, const struct km_facts *b)
{
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        if (a->text[f])
            assert_string_equal(a->text[f], b->text[f]);
        else
            assert_null(b->text[f]);
    }
    assert_int_equal(a->created_ms, b->created_ms);
    assert_int_equal(a->started_ms, b->started_ms);
    assert_int_equal(a->restarts, b->restarts);
    assert_int_equal(a->host_network, b->host_network);
}

static const struct km_facts pod = {.text = {[KM_FACT_NODE] = "n1",
                                             [KM_FACT_NAMESPACE] = "",
                                             [KM_FACT_POD] = "p1",
                                             [KM_FACT_UID] = "0-1-2"},
                                    .created_ms = NOW - 5,
                                    .restarts = -1,
                                    .host_network = -1};
static const struct km_facts container = {.text = {[KM_FACT_NODE] = "n1",
                                                   [KM_FACT_NAMESPACE] = "",
                                                   [KM_FACT_POD] = "p1",
                                                   [KM_FACT_UID] = "0-1-2",
                                                   [KM_FACT_CONTAINER] = "c"},
                                          .restarts = 3,
                                          .host_network = 1};

static struct km_buf make_entries(void)
{
    struct km_entry_state state = {0};
    struct km_row row = make_row(NOW, 40), other = make_row(NOW + 1, 3), empty = make_row(NOW, 0);
    struct km_buf b = KM_BUF_INIT;

    km_entry_put_time(&b, NOW);
    km_entry_put_key(&b, 300, KM_GROUP_MEMORY, "extra");
    km_entry_put_entity(&b, &state, KM_ENTITY_POD, &pod, NOW);
    km_entry_put_row(&b, &state, &row);
    km_entry_put_entity(&b, &state, KM_ENTITY_CONTAINER, &container, NOW + 1);
    km_entry_put_row(&b, &state, &other);
    km_entry_put_known(&b, UINT64_MAX - 1);
    km_entry_put_row(&b, &state, &row);
    km_entry_put_row(&b, &state, &empty);
    km_entry_put_files(&b, (const uint32_t[]){7, 9}, 2);
    assert_false(b.failed);
    return b;
}

static void entries_come_back(void **unused)
{
    struct km_buf b = make_entries();
    struct km_row row = make_row(NOW, 40), other = make_row(NOW + 1, 3);
    const uint8_t *at = (const uint8_t *)b.data, *end = at + b.len;
    struct km_entry_state state = {0};
    struct km_entry *e = calloc(1, sizeof(*e));
    static const char order[] = "TKERERNRRF";

    (void)unused;
    for (unsigned i = 0; order[i]; i++) {
        assert_int_equal(km_entry_read(&at, end, &state, e), 0);
        assert_int_equal(e->type, order[i]);
        if (i == 0)
            assert_int_equal(e->number, NOW);
        if (i == 1) {
            assert_int_equal(e->number, 300);
            assert_int_equal(e->group, KM_GROUP_MEMORY);
            assert_string_equal((const char *)e->bytes, "extra");
        }
        if (i == 2)
            facts_are_equal(&e->facts, &pod);
        if (i == 4)
            facts_are_equal(&e->facts, &container);
        if (i == 6)
            assert_int_equal(e->number, UINT64_MAX - 1);
        if (i == 3 || i == 7)
            assert_memory_equal(e->row.value, row.value, 40 * sizeof(int64_t));
        if (i == 5) {
            assert_int_equal(e->row.count, 3);
            assert_int_equal(e->row.time_ms, other.time_ms);
            assert_memory_equal(e->row.metric, other.metric, 3 * sizeof(uint16_t));
        }
        if (i == 8)
            assert_int_equal(e->row.count, 0);
    }
    assert_int_equal(e->number, 2);
    assert_int_equal(e->bytes[4], 9);
    assert_ptr_equal(at, end);
    free(e);
    km_buf_done(&b);
}

/* Reads until the end or what makes no sense; nothing may be read behind the bytes. */
static void read_damaged(const struct km_buf *b, size_t size, size_t flip, uint8_t bits)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct km_entry_state *state = calloc(1, sizeof(*state));
    struct km_entry *e = calloc(1, sizeof(*e));
    const uint8_t *at = copy;
    int r = 0;

    memcpy(copy, b->data, size);
    if (flip < size)
        copy[flip] ^= bits;
    while (r == 0 && at < copy + size)
        r = km_entry_read(&at, copy + size, state, e);
    assert_true(r == 0 || r == -EBADMSG);
    if (flip >= size && size < b->len && r == 0)
        assert_ptr_equal(at, copy + size); /* cut between two entries */
    free(copy);
    free(state);
    free(e);
}

static void damage_at_every_byte_is_survived(void **unused)
{
    struct km_buf b = make_entries();

    (void)unused;
    for (size_t i = 0; i < b.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++)
            read_damaged(&b, b.len, i, (uint8_t)(1u << bit));
        read_damaged(&b, i, SIZE_MAX, 0);
    }
    km_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back),
        cmocka_unit_test(damage_at_every_byte_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
