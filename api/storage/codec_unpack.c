/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes into a column. Bytes may be anything: every length is checked before it is used. */
#include "codec_column.h"

#include <errno.h>

#include "codec_bits.h"
#include "processor.h"

/* The most bytes of a column's bits: bitmap, numbers, patches. */
#define BITS_MAX (16 + KM_COLUMN_ROWS * 8 + KM_COLUMN_ROWS * (7 + 64) / 8 + 1)
#define READ_PAD 16 /* the bit reader looks at 12 bytes at once */

struct head {
    uint8_t modes;
    unsigned order, rows, width, patches, high, gap;
    unsigned residuals; /* numbers, those left out as zero included */
    unsigned count;     /* numbers written */
    uint64_t first, divisor, base, slope;
    uint64_t places[2]; /* sparse: a bit for each number, 1: written */
};

static const uint8_t *get_numbers(struct head *h, const uint8_t *at, const uint8_t *end)
{
    at = km_number_get(at, end, &h->first);
    if (at && h->modes & KM_COLUMN_DIVISOR)
        at = km_number_get(at, end, &h->divisor);
    if (at && h->modes & KM_COLUMN_BASE)
        at = km_number_get(at, end, &h->base);
    if (at && h->order >= 2)
        at = km_number_get(at, end, &h->slope);
    return at;
}

/* Reads which of the numbers are written; their bits begin at `at`. */
static void get_places(struct head *h, const uint8_t *at, const uint8_t *end)
{
    size_t size = (h->residuals + 7) / 8;
    uint8_t bytes[16] = {0};

    if ((size_t)(end - at) >= sizeof(bytes))
        memcpy(bytes, at, sizeof(bytes));
    else
        memcpy(bytes, at, size);
    for (unsigned i = 0; i < 2; i++) {
        unsigned bits = h->residuals - 64 * i;

        h->places[i] = i * 64 < h->residuals
                           ? km_load64(bytes + 8 * i) & km_low_bits(bits < 64 ? bits : 64)
                           : 0;
        h->count += km_bits_set(h->places[i]);
    }
}

/* Reads what stands before the bits. Returns where they begin, or NULL. */
static const uint8_t *get_head(struct head *h, const uint8_t *at, const uint8_t *end, unsigned rows)
{
    if (end - at < 2)
        return NULL;
    *h = (struct head){.modes = at[0], .order = at[0] & KM_COLUMN_ORDER, .width = at[1]};
    h->divisor = 1;
    h->rows = rows;
    h->residuals = rows - (h->order == 2 ? 2 : 1);
    h->count = h->residuals;
    if (h->modes & 0x80 || h->width > 64)
        return NULL;
    at = get_numbers(h, at + 2, end);
    if (!at)
        return NULL;
    if (h->modes & KM_COLUMN_PATCHES) {
        if (end - at < 2)
            return NULL;
        h->patches = at[0] & 127u;
        h->gap = (at[0] >> 7 & 1u) << 2 | at[1] >> 6;
        h->high = (at[1] & 63u) + 1;
        at += 2;
        if (h->width + h->high > 64)
            return NULL;
    }
    if (h->modes & KM_COLUMN_SPARSE) {
        if ((size_t)(end - at) < (h->residuals + 7) / 8)
            return NULL;
        h->count = 0;
        get_places(h, at, end);
    }
    return h->patches <= h->count ? at : NULL;
}

static size_t bits_size(const struct head *h)
{
    size_t bits = (size_t)h->count * h->width + (size_t)h->patches * (h->gap + h->high);

    return (bits + (h->modes & KM_COLUMN_SPARSE ? h->residuals : 0) + 7) / 8;
}

/* The low bits of each u, from bit number `bit` on: as many at once as one load has for sure. */
static void get_low(const struct head *h, const uint8_t *bits, size_t bit, uint64_t *ret_u)
{
    unsigned width = h->width, at_once = width <= 7 ? 8 : width <= 28 ? 56 / width : 1;
    uint64_t mask = km_low_bits(width);

    if (width == 0) {
        memset(ret_u, 0, h->count * sizeof(*ret_u));
        return;
    }
    if (width > 56) {
        for (unsigned i = 0; i < h->count; i++, bit += width)
            ret_u[i] = km_bits_get(bits, bit, width);
        return;
    }
    for (unsigned i = 0; i < h->count; bit += (size_t)at_once * width) {
        uint64_t some = km_load64(bits + bit / 8) >> (bit % 8);
        unsigned until = i + at_once < h->count ? i + at_once : h->count;

        for (; i < until; i++, some >>= width)
            ret_u[i] = some & mask;
    }
}

/* The u of a column from bit number `bit` on. */
static int get_u(const struct head *h, const uint8_t *bits, size_t bit, uint64_t *ret_u)
{
    size_t high = bit + (size_t)h->count * h->width + (size_t)h->patches * h->gap;
    unsigned place = 0;

    get_low(h, bits, bit, ret_u);
    bit += (size_t)h->count * h->width;
    for (unsigned i = 0; i < h->patches; i++, bit += h->gap, high += h->high, place++) {
        place += (unsigned)km_bits_get56(bits, bit, h->gap);
        if (place >= h->count)
            return -EBADMSG;
        ret_u[place] |= km_bits_get(bits, high, h->high) << h->width;
    }
    return 0;
}

/* Puts sparse numbers in their places, zero in between. */
static void spread(const struct head *h, const uint64_t *u, uint64_t *ret_residuals)
{
    memset(ret_residuals, 0, h->residuals * sizeof(*ret_residuals));
    for (unsigned i = 0; i < 2; i++) {
        for (uint64_t left = h->places[i]; left != 0; left &= left - 1)
            ret_residuals[64 * i + (unsigned)__builtin_ctzll(left)] = *u++;
    }
}

/* Residuals to values; each order in a loop of its own. */
static void add_up(const struct head *h, const uint64_t *r, int64_t *ret_values)
{
    uint64_t w = 0, slope = h->slope, g = h->divisor, first = h->first;
    unsigned rows = h->rows;

    ret_values[0] = (int64_t)first;
    switch (h->order) {
    case 0:
        for (unsigned i = 1; i < rows; i++)
            ret_values[i] = (int64_t)(first + g * r[i - 1]);
        break;
    case 1:
        for (unsigned i = 1; i < rows; i++) {
            first += g * r[i - 1];
            ret_values[i] = (int64_t)first;
        }
        break;
    case 2:
        ret_values[1] = (int64_t)(first + g * (w = slope));
        for (unsigned i = 2; i < rows; i++) {
            slope += r[i - 2];
            w += slope;
            ret_values[i] = (int64_t)(first + g * w);
        }
        break;
    default:
        for (unsigned i = 1; i < rows; i++)
            ret_values[i] = (int64_t)(first + g * (slope * i + r[i - 1]));
    }
}

static int get_values(const struct head *h, const uint8_t *bits, int64_t *ret_values)
{
    uint64_t u[KM_COLUMN_ROWS], all[KM_COLUMN_ROWS];
    int r = get_u(h, bits, h->modes & KM_COLUMN_SPARSE ? h->residuals : 0, u);

    if (r < 0)
        return r;
    if (h->modes & KM_COLUMN_SIGNED) {
        for (unsigned i = 0; i < h->count; i++)
            u[i] = km_unzigzag(u[i]);
    } else if (h->base != 0) {
        for (unsigned i = 0; i < h->count; i++)
            u[i] += h->base;
    }
    if (h->modes & KM_COLUMN_SPARSE)
        spread(h, u, all);
    add_up(h, h->modes & KM_COLUMN_SPARSE ? all : u, ret_values);
    return 0;
}

KM_FOR_THIS_PROCESSOR
int km_column_unpack(const uint8_t **from, const uint8_t *end, unsigned rows, int64_t *ret_values)
{
    uint8_t padded[BITS_MAX + READ_PAD];
    struct head h;
    const uint8_t *bits = get_head(&h, *from, end, rows);
    size_t size;
    int r = 0;

    if (!bits)
        return -EBADMSG;
    size = bits_size(&h);
    if ((size_t)(end - bits) < size)
        return -EBADMSG;
    if (ret_values && (size_t)(end - bits) >= size + READ_PAD) {
        r = get_values(&h, bits, ret_values);
    } else if (ret_values) {
        /* At the end of all bytes: a copy that may be read past its end. */
        memcpy(padded, bits, size);
        memset(padded + size, 0, READ_PAD);
        r = get_values(&h, padded, ret_values);
    }
    if (r == 0)
        *from = bits + size;
    return r;
}
