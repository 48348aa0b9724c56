/* SPDX-License-Identifier: Apache-2.0 */
/* A column into bytes: every way to write it is weighed by its exact size, the smallest is taken.
 */
#include "codec_column.h"

#include <stdbool.h>

#include "codec_bits.h"
#include "processor.h"

#define WIDTHS 65 /* a number takes 0 to 64 bits */

/* One way to write the column. */
struct plan {
    uint8_t modes;
    unsigned width;
    unsigned patches, high; /* how many u need more than width bits, and how many more */
    unsigned gap;           /* bits of the distance between two of them */
    uint64_t base;
    size_t size; /* bits of base and u; what all plans have is left out */
};

/* What is written in one order. */
struct residuals {
    unsigned order, count;
    int64_t min, max;
    uint64_t of[KM_COLUMN_ROWS];
    /* Of order 1 alone, which is the only one written sparse: */
    unsigned n_some; /* how many are not zero */
    int64_t min_some;
    uint64_t some[KM_COLUMN_ROWS]; /* those that are not zero */
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
    for (unsigned i = 0; i < count && d.odd != 1; i++) {
        if (steps[i] != 0)
            d.odd = common_divisor(d.odd, magnitude(steps[i]) >> d.shift);
    }
    return d;
}

/* Divides a step that the divisor divides. */
static uint64_t divide(uint64_t step, const struct divisor *d)
{
    if (d->odd == 1)
        return (uint64_t)((int64_t)step >> d->shift);
    return (uint64_t)((int64_t)step / (int64_t)(d->odd << d->shift));
}

static void find_range(const uint64_t *of, unsigned count, int64_t *ret_min, int64_t *ret_max)
{
    int64_t min = INT64_MAX, max = INT64_MIN;

    for (unsigned i = 0; i < count; i++) {
        int64_t v = (int64_t)of[i];

        min = v < min ? v : min;
        max = v > max ? v : max;
    }
    *ret_min = min;
    *ret_max = max;
}

/* The numbers of one order, and what is known of them at once. */
static void make_residuals(const uint64_t *w, unsigned rows, unsigned order, uint64_t slope,
                           struct residuals *r)
{
    unsigned first = order == 2 ? 2 : 1;
    uint64_t *of = r->of;

    r->order = order;
    r->count = rows - first;
    if (order == 0) {
        for (unsigned i = 0; i < r->count; i++)
            of[i] = w[i + 1];
    } else if (order == 1) {
        for (unsigned i = 0; i < r->count; i++)
            of[i] = w[i + 1] - w[i];
    } else if (order == 3) {
        for (unsigned i = 0; i < r->count; i++)
            of[i] = w[i + 1] - slope * (i + 1);
    } else {
        for (unsigned i = 0; i < r->count; i++)
            of[i] = w[i + 2] - 2 * w[i + 1] + w[i];
    }
    find_range(of, r->count, &r->min, &r->max);
}

/* Picks those that are not zero. */
static void make_some(struct residuals *r)
{
    int64_t max;

    r->n_some = 0;
    for (unsigned i = 0; i < r->count; i++) {
        r->some[r->n_some] = r->of[i];
        r->n_some += r->of[i] != 0;
    }
    find_range(r->some, r->n_some, &r->min_some, &max);
}

/* The u of a residual under a plan. */
static inline uint64_t make_u(uint64_t residual, uint8_t modes, uint64_t base)
{
    return modes & KM_COLUMN_SIGNED ? km_zigzag(residual) : residual - base;
}

/* About how many bits the farthest of `patches` patches among `count` u is from the one before it.
 */
static unsigned guess_gap(unsigned count, unsigned patches)
{
    unsigned all = km_bit_length(7 * (uint64_t)count), few = km_bit_length(patches);

    return all <= few ? 1 : all - few > 7 ? 7 : all - few;
}

/*
 * The best width for u of so many bits each, patches included; keeps the plan if it beats best.
 * Only the bits of the gaps between patches are guessed: they are known when the width is.
 */
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
        size = (size_t)w * count + 16 + (size_t)above * (guess_gap(count, above) + longest - w);
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

/*
 * How many u there are of each length. Four tables, since most lengths are alike and one number
 * that is raised again and again keeps the processor waiting.
 */
static void count_lengths(const uint64_t *of, unsigned count, uint8_t modes, uint64_t base,
                          unsigned ret_of_length[WIDTHS])
{
    uint8_t table[2][WIDTHS] = {{0}};

    for (unsigned i = 0; i < count; i++)
        table[i % 2][km_bit_length(make_u(of[i], modes, base))]++;
    for (unsigned w = 0; w < WIDTHS; w++)
        ret_of_length[w] = table[0][w] + table[1][w];
}

/* Numbers as they are, patched where that pays; then the same of those that are not zero. */
static void weigh_without_base(const struct residuals *r, size_t size, struct plan *best)
{
    struct plan plan = {.modes = (uint8_t)r->order, .size = size};
    unsigned of_length[WIDTHS];

    plan.modes |= r->min < 0 ? KM_COLUMN_SIGNED : 0;
    if (r->order == 1) {
        count_lengths(r->some, r->n_some, plan.modes, 0, of_length);
        of_length[0] = r->count - r->n_some;
    } else {
        count_lengths(r->of, r->count, plan.modes, 0, of_length);
    }
    weigh(plan, of_length, r->count, best);
    if (r->order != 1 || r->n_some == r->count)
        return;
    of_length[0] = 0;
    plan.modes |= KM_COLUMN_SPARSE;
    plan.size += r->count;
    weigh(plan, of_length, r->n_some, best);
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

/* The bits that the farthest numbers of r are apart, and those of the longest u without a base. */
static unsigned range_bits(const struct residuals *r)
{
    return km_bit_length((uint64_t)r->max - (uint64_t)r->min);
}

static unsigned longest_bits(const struct residuals *r)
{
    unsigned high = r->max > 0 ? km_bit_length((uint64_t)r->max) : 0;
    unsigned low = r->min < 0 ? km_bit_length(~(uint64_t)r->min) : 0;

    return r->min < 0 ? (high > low ? high : low) + 1 : high;
}

/* Numbers above the lowest one. */
static void weigh_with_base(const struct residuals *r, size_t size, struct plan *best)
{
    struct plan plan = {.modes = (uint8_t)r->order, .size = size};
    unsigned of_length[WIDTHS];

    if (r->order == 1 && r->n_some < r->count / 2) {
        weigh_range(plan, r->min, r->max, r->count, best);
    } else if (range_bits(r) < longest_bits(r) + (r->order < 2)) { /* else it hardly ever pays */
        plan.modes |= KM_COLUMN_BASE;
        plan.base = (uint64_t)r->min;
        count_lengths(r->of, r->count, plan.modes, plan.base, of_length);
        weigh(plan, of_length, r->count, best);
        plan.modes = (uint8_t)r->order;
    }
    if (r->order != 1 || r->n_some == r->count || r->n_some == 0)
        return;
    plan.modes |= KM_COLUMN_SPARSE;
    plan.size += r->count;
    weigh_range(plan, r->min_some, r->max, r->n_some, best);
}

/* A bit for each number: not zero. */
static void put_bitmap(const struct residuals *r, struct km_bits_out *out)
{
    uint64_t bitmap[KM_COLUMN_ROWS / 64] = {0};

    for (unsigned i = 0; i < r->count; i++)
        bitmap[i / 64] |= (uint64_t)(r->of[i] != 0) << (i % 64);
    if (r->count > 64) {
        km_bits_put(out, bitmap[0], 64);
        km_bits_put(out, bitmap[1], r->count - 64);
    } else {
        km_bits_put(out, bitmap[0], r->count);
    }
}

/* The bits that the longest gap between two patches takes. */
static unsigned longest_gap(const uint64_t *u, unsigned count, unsigned width)
{
    unsigned longest = 0, next = 0;

    for (unsigned i = 0; i < count; i++) {
        if (!(u[i] >> width))
            continue;
        longest |= i - next;
        next = i + 1;
    }
    return km_bit_length(longest);
}

static void put_patches(const uint64_t *u, unsigned count, const struct plan *plan,
                        struct km_bits_out *out)
{
    for (unsigned i = 0, next = 0; i < count; i++) {
        if (!(u[i] >> plan->width))
            continue;
        km_bits_put(out, i - next, plan->gap);
        next = i + 1;
    }
    for (unsigned i = 0; i < count; i++) {
        if (u[i] >> plan->width)
            km_bits_put(out, u[i] >> plan->width, plan->high);
    }
}

/* Writes how many patches there are, and the widths of their parts; then all bits. */
static uint8_t *put_bits(const struct residuals *r, struct plan *plan, uint8_t *to)
{
    bool sparse = plan->modes & KM_COLUMN_SPARSE;
    const uint64_t *of = sparse ? r->some : r->of;
    unsigned count = sparse ? r->n_some : r->count;
    uint64_t u[KM_COLUMN_ROWS], low = km_low_bits(plan->width);
    struct km_bits_out out = {0};

    for (unsigned i = 0; i < count; i++)
        u[i] = make_u(of[i], plan->modes, plan->base);
    if (plan->modes & KM_COLUMN_PATCHES) {
        plan->gap = longest_gap(u, count, plan->width);
        *to++ = (uint8_t)(plan->patches | (plan->gap & 4) << 5);
        *to++ = (uint8_t)((plan->high - 1) | (plan->gap & 3) << 6);
    }
    out.at = to;
    if (sparse)
        put_bitmap(r, &out);
    for (unsigned i = 0; i < count && plan->width > 0; i++)
        km_bits_put(&out, u[i] & low, plan->width);
    if (plan->modes & KM_COLUMN_PATCHES)
        put_patches(u, count, plan, &out);
    return km_bits_end(&out);
}

static void weigh_all(const struct residuals *r, size_t size, struct plan *best)
{
    weigh_without_base(r, size, best);
    weigh_with_base(r, size, best);
}

KM_FOR_THIS_PROCESSOR
size_t km_column_pack(const int64_t *values, unsigned rows, uint8_t *to)
{
    struct plan best = {.size = SIZE_MAX};
    struct residuals r[4];
    uint64_t slope[4] = {0};
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
    make_residuals(w, rows, 1, 0, &r[1]);
    make_some(&r[1]);
    weigh_all(&r[1], 0, &best);
    /* Where most values stay, only differences are few. */
    if (r[1].n_some >= r[1].count / 2) {
        slope[2] = w[1];
        slope[3] = (uint64_t)((int64_t)w[rows - 1] / (int64_t)(rows - 1));
        for (order = 0; order <= 3; order += order == 0 ? 2 : 1) {
            make_residuals(w, rows, order, slope[order], &r[order]);
            weigh_all(&r[order], order >= 2 ? 8 * km_number_size(slope[order]) : 0, &best);
        }
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
    if (order >= 2)
        at = km_number_put(at, slope[order]);
    return (size_t)(put_bits(&r[order], &best, at) - to);
}
