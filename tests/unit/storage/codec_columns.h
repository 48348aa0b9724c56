/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_TEST_CODEC_COLUMNS_H
#define KM_TEST_CODEC_COLUMNS_H

#include <stdint.h>

/* Columns of many characters for the codec's tests, the same in every run. */

/* xorshift64* (https://vigna.di.unimi.it/ftp/papers/xorshift.pdf): the same numbers everywhere. */
static inline uint64_t test_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

enum test_column {
    TEST_CONSTANT,
    TEST_STEADY,   /* one difference */
    TEST_COUNTER,  /* rising by something else each time */
    TEST_PAGES,    /* up and down in pages of 4096 */
    TEST_SELDOM,   /* a change now and then */
    TEST_OUTLIERS, /* small changes, a giant one now and then */
    TEST_RESTART,  /* a counter that begins anew */
    TEST_NOISE,    /* any 64 bits */
    TEST_EXTREMES, /* INT64_MIN, INT64_MAX, 0, -1 in any order */
    TEST_DOUBLES,  /* bits of doubles with few decimals */
    TEST_COLUMNS
};

static inline void test_fill(enum test_column kind, uint64_t *state, int64_t *values, unsigned rows)
{
    static const int64_t extremes[] = {INT64_MIN, INT64_MAX, 0, -1, 1, INT64_MIN + 1};
    uint64_t v = test_random(state) >> (test_random(state) % 64);
    uint64_t step = test_random(state) >> (test_random(state) % 64);
    uint64_t range = (test_random(state) >> (test_random(state) % 64)) | 1;

    for (unsigned i = 0; i < rows; i++) {
        uint64_t any = test_random(state);
        double d = (double)(any % 100000) / 100;

        values[i] = (int64_t)v;
        switch (kind) {
        case TEST_CONSTANT:
            break;
        case TEST_STEADY:
            v += step;
            break;
        case TEST_COUNTER:
            v += any % range;
            break;
        case TEST_PAGES:
            v += (any % 64 - 32) * 4096;
            break;
        case TEST_SELDOM:
            v += any % 16 == 0 ? any % range : 0;
            break;
        case TEST_OUTLIERS:
            v += any % 32 == 0 ? any : any % 8;
            break;
        case TEST_RESTART:
            v = any % 64 == 0 ? 0 : v + any % 1000;
            break;
        case TEST_NOISE:
            v = any;
            break;
        case TEST_EXTREMES:
            values[i] = extremes[any % 6];
            break;
        default:
            __builtin_memcpy(&values[i], &d, sizeof(d));
        }
    }
}

#endif
