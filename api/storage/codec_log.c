/* SPDX-License-Identifier: Apache-2.0 */
#include "codec_log.h"

#include <errno.h>
#include <string.h>

#include "codec_bits.h"

#define PAGE_BITS 12
#define IN_PAGES  8

static uint8_t *put_time(uint64_t v, uint8_t *to)
{
    for (; v >= 0x80; v >>= 7)
        *to++ = (uint8_t)(v | 0x80);
    *to++ = (uint8_t)v;
    return to;
}

static const uint8_t *get_time(const uint8_t *from, const uint8_t *end, uint64_t *ret_v)
{
    uint64_t v = 0;

    for (unsigned shift = 0; from < end && shift < 64; shift += 7) {
        v |= (uint64_t)(*from & 0x7f) << shift;
        if (*from++ < 0x80) {
            *ret_v = v;
            return from;
        }
    }
    return NULL;
}

size_t km_log_put(const int64_t *before, const int64_t *after, const uint8_t *present,
                  unsigned columns, int64_t elapsed, uint8_t *to)
{
    unsigned bitmap = (columns + 7) / 8, n = 0;
    uint8_t differences[KM_FRAME_COLUMNS * 8], *end = differences, *at, *changed;

    at = put_time((uint64_t)elapsed << 1 | (present != NULL), to);
    if (present) {
        memcpy(at, present, bitmap);
        at += bitmap;
    }
    changed = at;
    memset(changed, 0, bitmap);
    at += bitmap;
    for (unsigned c = 0; c < columns; c++) {
        uint64_t v = (uint64_t)after[c] - (uint64_t)before[c];
        unsigned bytes, kind = 0;

        if (v == 0)
            continue;
        km_set_bit(changed, c);
        if ((v & km_low_bits(PAGE_BITS)) == 0) {
            v = (uint64_t)((int64_t)v >> PAGE_BITS);
            kind = IN_PAGES;
        }
        v = km_zigzag(v);
        bytes = (km_bit_length(v) + 7) / 8;
        for (kind |= bytes - 1; bytes > 0; bytes--, v >>= 8)
            *end++ = (uint8_t)v;
        if (n++ % 2 == 0)
            *at = (uint8_t)kind;
        else
            *at++ |= (uint8_t)(kind << 4);
    }
    at += n % 2;
    memcpy(at, differences, (size_t)(end - differences));
    return (size_t)(at + (end - differences) - to);
}

/* So many bits, up to 64, from bytes that end before end. */
static uint64_t load_bits(const uint8_t *from, const uint8_t *end, unsigned bits)
{
    uint8_t bytes[8] = {0};

    if (end - from >= 8)
        return km_load64(from) & km_low_bits(bits);
    memcpy(bytes, from, (bits + 7) / 8);
    return km_load64(bytes) & km_low_bits(bits);
}

/* The next 64 columns' bits of changed. */
static void load_changed(struct km_log_record *r)
{
    unsigned bits = r->columns - r->first;

    r->left = load_bits(r->changed + r->first / 8, r->end, bits < 64 ? bits : 64);
}

static unsigned length_of(const struct km_log_record *r, unsigned nth)
{
    return r->lengths[nth / 2] >> (nth % 2 * 4) & 15;
}

/* Bytes of all differences: the sum of n lengths, 16 of them at a time. */
static size_t sum_lengths(const uint8_t *lengths, const uint8_t *end, unsigned n)
{
    const uint64_t low_halves = UINT64_C(0x0707070707070707);
    size_t sum = n;

    for (unsigned i = 0; i < n; i += 16, lengths += 8) {
        uint64_t v = load_bits(lengths, end, n - i < 16 ? 4 * (n - i) : 64);

        v = (v & low_halves) + (v >> 4 & low_halves);
        sum += v * UINT64_C(0x0101010101010101) >> 56;
    }
    return sum;
}

int km_log_next(const uint8_t **from, const uint8_t *end, unsigned columns,
                struct km_log_record *ret_record)
{
    struct km_log_record r = {.columns = columns, .end = end};
    size_t bitmap = (columns + 7) / 8, size;
    unsigned n = 0;
    uint64_t time;
    const uint8_t *at = get_time(*from, end, &time);

    if (!at)
        return -EBADMSG;
    r.elapsed = (int64_t)(time >> 1);
    if ((size_t)(end - at) < bitmap * (time & 1 ? 2 : 1))
        return -EBADMSG;
    if (time & 1) {
        r.present = at;
        at += bitmap;
    }
    r.changed = at;
    for (r.first = 0; r.first < columns; r.first += 64) {
        load_changed(&r);
        n += km_bits_set(r.left);
    }
    r.lengths = at + bitmap;
    if ((size_t)(end - r.lengths) < (n + 1) / 2)
        return -EBADMSG;
    r.differences = r.lengths + (n + 1) / 2;
    size = sum_lengths(r.lengths, end, n);
    if ((size_t)(end - r.differences) < size)
        return -EBADMSG;
    r.first = 0;
    load_changed(&r);
    *ret_record = r;
    *from = r.differences + size;
    return 0;
}

bool km_log_change(struct km_log_record *r, unsigned *ret_column, uint64_t *ret_difference)
{
    unsigned kind, bytes;
    uint64_t v;

    while (r->left == 0) {
        if (r->columns - r->first <= 64)
            return false;
        r->first += 64;
        load_changed(r);
    }
    *ret_column = r->first + (unsigned)__builtin_ctzll(r->left);
    r->left &= r->left - 1;
    kind = length_of(r, r->nth++);
    bytes = (kind & 7) + 1;
    v = km_unzigzag(load_bits(r->differences, r->end, 8 * bytes));
    r->differences += bytes;
    *ret_difference = kind & IN_PAGES ? v << PAGE_BITS : v;
    return true;
}
