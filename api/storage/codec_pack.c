/* SPDX-License-Identifier: Apache-2.0 */
/* A column into bytes: every way to write it is weighed by its exact size, the smallest is taken.
 */
#include "codec_column.h"

#include <stdbool.h>

#include "codec_bits.h"

#define WIDTHS 65 /* a number takes 0 to 64 bits */

/* One way to write the column. */
struct plan {
    uint8_t modes;
    unsigned width;
    unsigned patches, high; /* how many u need more than width bits, and how many more */
    uint64_t base;
    size_t size; /* bits of base and u; what all plans have is left out */
};

/* What is written in one order. */
struct residuals {
    unsigned order, count, zeros;
    int64_t min, max, min_not_zero;
    uint64_t of[KM_COLUMN_ROWS];
};

/* A number that divides every step between two values: power << shift. */
struct divisor {
    uint64_t odd;
    unsigned shift;
};

static uint64_t magnitude(uint64_t v)
{
    return v >> 63 ? 0 - v : v;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static struct divisor find_divisor(const uint64_t *steps, unsigned count)
{
    struct divisor d = {.odd = 0};
    uint64_t together = 0;

    for (unsigned i = 0; i < count; i++)
        together |= steps[i];
    if (together == 0)
        return (struct divisor){.odd = 1};
    d.shift = (unsigned)__builtin_ctzll(together);
    for (unsigned i = 0; i < count && d.odd != 1; i++)
        d.odd = common_divisor(magnitude(steps[i]) >> d.shift, d.odd);
    return d;
}

/* Divides a step that the divisor divides. */
static uint64_t divide(uint64_t step, const struct divisor *d)
{
    if (d->odd == 1)
        return (uint64_t)((int64_t)step >> d->shift);
    return (uint64_t)((int64_t)step / (int64_t)(d->odd << d->shift));
}

/* The numbers of one order, and what is known of them at once. */
static void make_residuals(const uint64_t *w, unsigned rows, unsigned order, struct residuals *r)
{
    unsigned first = order == 2 ? 2 : 1;
    uint64_t *of = r->of;

    r->order = order;
    r->count = rows - first;
    r->zeros = 0;
    r->min = r->min_not_zero = INT64_MAX;
    r->max = INT64_MIN;
    if (order == 0) {
        for (unsigned i = 0; i < r->count; i++)
            of[i] = w[i + 1];
    } else if (order == 1) {
        for (unsigned i = 0; i < r->count; i++)
            of[i] = w[i + 1] - w[i];
    } else {
        for (unsigned i = 0; i < r->count; i++)
            of[i] = w[i + 2] - 2 * w[i + 1] + w[i];
    }
    for (unsigned i = 0; i < r->count; i++) {
        int64_t v = (int64_t)of[i];

        r->zeros += v == 0;
        r->min = v < r->min ? v : r->min;
        r->max = v > r->max ? v : r->max;
        r->min_not_zero = v != 0 && v < r->min_not_zero ? v : r->min_not_zero;
    }
}

/* The u of a residual under a plan. */
static inline uint64_t make_u(uint64_t residual, uint8_t modes, uint64_t base)
{
    return modes & KM_COLUMN_SIGNED ? km_zigzag(residual) : residual - base;
}

/* The best width for u of so many bits each, patches included; keeps the plan if it beats best. */
static void weigh(struct plan plan, const unsigned of_length[WIDTHS], unsigned count,
                  struct plan *best)
{
    unsigned longest = WIDTHS - 1, above = 0;
    size_t head = (plan.modes & KM_COLUMN_BASE) ? 8 * km_number_size(plan.base) : 0;
    size_t all;

    while (longest > 0 && of_length[longest] == 0)
        longest--;
    plan.width = longest;
    all = (size_t)longest * count;
    for (unsigned w = longest; w-- > 0;) {
        size_t size;

        above += of_length[w + 1];
        size = (size_t)w * count + 16 + (size_t)above * (7 + longest - w);
        if (size >= all)
            continue;
        all = size;
        plan.width = w;
        plan.patches = above;
        plan.high = longest - w;
        plan.modes |= KM_COLUMN_PATCHES;
    }
    plan.size += head + all;
    if (plan.size < best->size)
        *best = plan;
}

/* Numbers as they are, patched where that pays; then the same of those that are not zero. */
static void weigh_without_base(const struct residuals *r, size_t size, struct plan *best)
{
    struct plan plan = {.modes = (uint8_t)r->order, .size = size};
    unsigned of_length[WIDTHS] = {0};

    if (r->min < 0) {
        plan.modes |= KM_COLUMN_SIGNED;
        for (unsigned i = 0; i < r->count; i++)
            of_length[km_bit_length(km_zigzag(r->of[i]))]++;
    } else {
        for (unsigned i = 0; i < r->count; i++)
            of_length[km_bit_length(r->of[i])]++;
    }
    weigh(plan, of_length, r->count, best);
    if (r->order != 1 || r->zeros == 0)
        return;
    of_length[0] = 0;
    plan.modes |= KM_COLUMN_SPARSE;
    plan.size += r->count;
    weigh(plan, of_length, r->count - r->zeros, best);
}

static void weigh_range(struct plan plan, int64_t low, int64_t high, unsigned count,
                        struct plan *best)
{
    plan.modes |= KM_COLUMN_BASE;
    plan.base = (uint64_t)low;
    plan.width = km_bit_length((uint64_t)high - (uint64_t)low);
    plan.size += 8 * km_number_size(plan.base) + (size_t)plan.width * count;
    if (plan.size < best->size)
        *best = plan;
}

/* Numbers above the lowest one; without patches, which hardly ever pay here. */
static void weigh_with_base(const struct residuals *r, size_t size, struct plan *best)
{
    struct plan plan = {.modes = (uint8_t)r->order, .size = size};

    if (r->count == 0)
        return;
    weigh_range(plan, r->min, r->max, r->count, best);
    if (r->order != 1 || r->zeros == 0 || r->zeros == r->count)
        return;
    plan.modes |= KM_COLUMN_SPARSE;
    plan.size += r->count;
    weigh_range(plan, r->min_not_zero, r->max, r->count - r->zeros, best);
}

/* Takes zeros out of sparse residuals and writes which they were. */
static void put_bitmap(struct residuals *r, struct km_bits_out *out)
{
    uint64_t bitmap[KM_COLUMN_ROWS / 64] = {0};
    unsigned kept = 0, bits = r->count;

    for (unsigned i = 0; i < r->count; i++) {
        bitmap[i / 64] |= (uint64_t)(r->of[i] != 0) << (i % 64);
        r->of[kept] = r->of[i];
        kept += r->of[i] != 0;
    }
    if (bits > 64) {
        km_bits_put(out, bitmap[0], 64);
        km_bits_put(out, bitmap[1], bits - 64);
    } else {
        km_bits_put(out, bitmap[0], bits);
    }
    r->count = kept;
}

static uint8_t *put_bits(struct residuals *r, const struct plan *plan, uint8_t *to)
{
    struct km_bits_out out = {.at = to};
    uint64_t u[KM_COLUMN_ROWS];

    if (plan->modes & KM_COLUMN_SPARSE)
        put_bitmap(r, &out);
    for (unsigned i = 0; i < r->count; i++) {
        u[i] = make_u(r->of[i], plan->modes, plan->base);
        km_bits_put(&out, u[i] & km_low_bits(plan->width), plan->width);
    }
    if (plan->modes & KM_COLUMN_PATCHES) {
        for (unsigned i = 0; i < r->count; i++) {
            if (u[i] >> plan->width)
                km_bits_put(&out, i, 7);
        }
        for (unsigned i = 0; i < r->count; i++) {
            if (u[i] >> plan->width)
                km_bits_put(&out, u[i] >> plan->width, plan->high);
        }
    }
    return km_bits_end(&out);
}

static void weigh_all(const struct residuals *r, size_t size, struct plan *best)
{
    weigh_without_base(r, size, best);
    weigh_with_base(r, size, best);
}

size_t km_column_pack(const int64_t *values, unsigned rows, uint8_t *to)
{
    struct plan best = {.size = SIZE_MAX};
    struct residuals r[3];
    uint64_t w[KM_COLUMN_ROWS], step[KM_COLUMN_ROWS];
    struct divisor d;
    uint8_t *at = to;
    unsigned order;

    for (unsigned i = 1; i < rows; i++)
        step[i - 1] = (uint64_t)values[i] - (uint64_t)values[i - 1];
    d = find_divisor(step, rows - 1);
    w[0] = 0;
    for (unsigned i = 1; i < rows; i++)
        w[i] = w[i - 1] + divide(step[i - 1], &d);
    make_residuals(w, rows, 1, &r[1]);
    weigh_all(&r[1], 0, &best);
    /* Where most values stay, only differences are few. */
    if (r[1].zeros <= r[1].count / 2) {
        make_residuals(w, rows, 0, &r[0]);
        weigh_all(&r[0], 0, &best);
        make_residuals(w, rows, 2, &r[2]);
        weigh_all(&r[2], 8 * km_number_size(w[1]), &best);
    }
    order = best.modes & KM_COLUMN_ORDER;
    if (d.odd != 1 || d.shift != 0)
        best.modes |= KM_COLUMN_DIVISOR;
    *at++ = best.modes;
    *at++ = (uint8_t)best.width;
    at = km_number_put(at, (uint64_t)values[0]);
    if (best.modes & KM_COLUMN_DIVISOR)
        at = km_number_put(at, d.odd << d.shift);
    if (best.modes & KM_COLUMN_BASE)
        at = km_number_put(at, best.base);
    if (order == 2)
        at = km_number_put(at, w[1]);
    if (best.modes & KM_COLUMN_PATCHES) {
        *at++ = (uint8_t)best.patches;
        *at++ = (uint8_t)best.high;
    }
    return (size_t)(put_bits(&r[order], &best, at) - to);
}
