/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_RANDOM_H
#define KM_BENCH_LOAD_RANDOM_H

/*
 * Repeatable pseudo-random numbers: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
 * Number Generators, 2014). 8 bytes of state, so that every pod can own one.
 */

#include <stdint.h>

/* Spreads the bits of x over the whole result: different x, different result. */
static inline uint64_t km_load_mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The next number of a sequence; *state is all that it depends on. */
static inline uint64_t km_load_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return km_load_mix(*state);
}

/* A number from 0 to n - 1; n from 1 to 2^32. */
static inline uint64_t km_load_below(uint64_t *state, uint64_t n)
{
    return (km_load_next(state) >> 32) * n >> 32;
}

#endif
