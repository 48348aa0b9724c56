/* SPDX-License-Identifier: Apache-2.0 */
#include "codec.h"

#include <errno.h>

#include "codec_bits.h"
#include "codec_column.h"

_Static_assert(KM_FRAME_ROWS == KM_COLUMN_ROWS, "a column of a frame is a column");

#define WITH_GAPS 0x80

unsigned km_presence_count(const struct km_presence *p)
{
    return km_bits_set(p->word[0]) + km_bits_set(p->word[1]);
}

static bool is_full(const struct km_presence *p, unsigned rows)
{
    struct km_presence all = km_presence_first(rows);

    return km_presence_has(p, &all);
}

size_t km_frame_bound(unsigned columns)
{
    return 1 + 2 * (size_t)((columns + 7) / 8) +
           (columns + 1) * (size_t)(KM_FRAME_ROWS / 8 + KM_COLUMN_MAX);
}

static uint8_t *put_presence(const struct km_presence *p, unsigned rows, uint8_t *to)
{
    for (unsigned i = 0; i < (rows + 7) / 8; i++)
        *to++ = (uint8_t)(p->word[i / 8] >> (i % 8 * 8));
    return to;
}

static const uint8_t *get_presence(const uint8_t *from, const uint8_t *end, unsigned rows,
                                   struct km_presence *ret_present)
{
    struct km_presence all = km_presence_first(rows), p = {{0}};

    if ((size_t)(end - from) < (rows + 7) / 8)
        return NULL;
    for (unsigned i = 0; i < (rows + 7) / 8; i++)
        p.word[i / 8] |= (uint64_t)*from++ << (i % 8 * 8);
    for (unsigned i = 0; i < KM_FRAME_ROWS / 64; i++)
        ret_present->word[i] = p.word[i] & all.word[i];
    return from;
}

static bool is_constant(const int64_t *values, unsigned rows)
{
    uint64_t different = 0;

    for (unsigned i = 1; i < rows; i++)
        different |= (uint64_t)(values[i] ^ values[0]);
    return different == 0;
}

/* The values with those that are absent made like a neighbour, which costs the least. */
static const int64_t *fill_gaps(const int64_t *values, const struct km_presence *p, unsigned rows,
                                int64_t *filled)
{
    unsigned first = 0;
    int64_t last;

    while (first < rows && !km_present(p, first))
        first++;
    last = first < rows ? values[first] : 0;
    for (unsigned i = 0; i < rows; i++)
        filled[i] = last = km_present(p, i) ? values[i] : last;
    return filled;
}

size_t km_frame_pack(const struct km_rows *rows, uint8_t *to)
{
    unsigned bitmap = (rows->columns + 7) / 8, n = rows->rows;
    uint8_t *at = to, *constant, *gaps = NULL;
    int64_t filled[KM_FRAME_ROWS];

    *at++ = (uint8_t)(n - 1);
    at = n == 1 ? km_number_put(at, (uint64_t)rows->time[0])
                : at + km_column_pack(rows->time, n, at);
    constant = at;
    memset(at, 0, 2 * bitmap);
    at += bitmap;
    for (unsigned c = 0; c < rows->columns; c++) {
        if (is_full(&rows->present[c], n))
            continue;
        *to |= WITH_GAPS;
        gaps = at;
        gaps[c / 8] |= (uint8_t)(1u << (c % 8));
    }
    at += gaps ? bitmap : 0;
    for (unsigned c = 0; c < rows->columns; c++) {
        const int64_t *values = rows->value + (size_t)c * KM_FRAME_ROWS;

        if (gaps && gaps[c / 8] >> (c % 8) & 1) {
            at = put_presence(&rows->present[c], n, at);
            values = fill_gaps(values, &rows->present[c], n, filled);
        }
        if (is_constant(values, n)) {
            constant[c / 8] |= (uint8_t)(1u << (c % 8));
            at = km_number_put(at, (uint64_t)values[0]);
        } else {
            at += km_column_pack(values, n, at);
        }
    }
    return (size_t)(at - to);
}

int km_frame_open(struct km_frame *frame, const uint8_t *bytes, size_t size, unsigned columns,
                  int64_t *ret_time)
{
    struct km_frame f = {.columns = columns, .at = bytes, .end = bytes + size};
    size_t bitmap = (columns + 7) / 8;
    bool with_gaps;

    if (size == 0)
        return -EBADMSG;
    f.rows = (*f.at & 0x7fu) + 1;
    with_gaps = *f.at++ & WITH_GAPS;
    if (f.rows == 1) {
        uint64_t time;

        f.at = km_number_get(f.at, f.end, &time);
        if (!f.at)
            return -EBADMSG;
        if (ret_time)
            *ret_time = (int64_t)time;
    } else if (km_column_unpack(&f.at, f.end, f.rows, ret_time) < 0) {
        return -EBADMSG;
    }
    if ((size_t)(f.end - f.at) < bitmap * (with_gaps ? 2 : 1))
        return -EBADMSG;
    f.constant = f.at;
    f.at += bitmap;
    if (with_gaps) {
        f.gaps = f.at;
        f.at += bitmap;
    }
    *frame = f;
    return 0;
}

/* Sets absent values to 0, so that what is unpacked depends on nothing that was not packed. */
static void clear_gaps(int64_t *values, const struct km_presence *p, unsigned rows)
{
    for (unsigned i = 0; i < rows; i++)
        values[i] = km_present(p, i) ? values[i] : 0;
}

int km_frame_next(struct km_frame *frame, int64_t *ret_value, struct km_presence *ret_present)
{
    unsigned c = frame->next, rows = frame->rows;
    struct km_presence present;
    const uint8_t *at = frame->at;
    bool gaps;

    if (c >= frame->columns)
        return -EBADMSG;
    gaps = frame->gaps && frame->gaps[c / 8] >> (c % 8) & 1;
    if (gaps)
        at = get_presence(at, frame->end, rows, &present);
    else
        present = km_presence_first(rows);
    if (!at)
        return -EBADMSG;
    if (frame->constant[c / 8] >> (c % 8) & 1 || rows == 1) {
        uint64_t value;

        at = km_number_get(at, frame->end, &value);
        if (!at)
            return -EBADMSG;
        for (unsigned i = 0; ret_value && i < rows; i++)
            ret_value[i] = (int64_t)value;
    } else if (km_column_unpack(&at, frame->end, rows, ret_value) < 0) {
        return -EBADMSG;
    }
    if (ret_value && gaps)
        clear_gaps(ret_value, &present, rows);
    if (ret_present)
        *ret_present = present;
    frame->at = at;
    frame->next++;
    return 0;
}
