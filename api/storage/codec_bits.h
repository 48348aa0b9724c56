/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_CODEC_BITS_H
#define KM_API_STORAGE_CODEC_BITS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/*
 * Numbers of any width in a row of bits. The first bit is the lowest of the first byte; a number's
 * lowest bit comes first:
 *
 *     put(5, 3 bits), put(9, 4 bits), put(3, 2 bits)     101   1001   11
 *     byte 0: 1 1001 101  = 0xCD      byte 1: 0000000 1  = 0x01
 *             | |    `- 5
 *             | `- 9
 *             `- the low bit of 3; its high bit is bit 0 of byte 1
 */

static inline uint64_t km_load64(const uint8_t *from)
{
    uint64_t v;

    memcpy(&v, from, sizeof(v));
    return le64toh(v);
}

static inline void km_store64(uint8_t *to, uint64_t v)
{
    v = htole64(v);
    memcpy(to, &v, sizeof(v));
}

/* The lowest `bits` bits set; bits <= 64. */
static inline uint64_t km_low_bits(unsigned bits)
{
    return bits == 0 ? 0 : UINT64_MAX >> (64 - bits);
}

/* How many bits v takes: 0 for 0, 64 for one with its highest bit set. */
static inline unsigned km_bit_length(uint64_t v)
{
    return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}

/* How many bits of v are set; the compiler's own calls a function where the processor may be old.
 */
static inline unsigned km_bits_set(uint64_t v)
{
    v -= v >> 1 & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + (v >> 2 & UINT64_C(0x3333333333333333));
    v = (v + (v >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (unsigned)(v * UINT64_C(0x0101010101010101) >> 56);
}

struct km_bits_out {
    uint8_t *at;
    uint64_t held; /* bits not yet written */
    unsigned bits; /* how many, less than 64 */
};

/* Writes v, which is below 2^width; width <= 64. Up to 8 bytes from at on are overwritten. */
static inline void km_bits_put(struct km_bits_out *out, uint64_t v, unsigned width)
{
    out->held |= v << out->bits;
    if (out->bits + width < 64) {
        out->bits += width;
        return;
    }
    km_store64(out->at, out->held);
    out->at += 8;
    out->held = out->bits == 0 ? 0 : v >> (64 - out->bits);
    out->bits = out->bits + width - 64;
}

/* Writes what is held, filled up to a whole byte with zeros. Returns where the next byte goes. */
static inline uint8_t *km_bits_end(struct km_bits_out *out)
{
    km_store64(out->at, out->held);
    return out->at + (out->bits + 7) / 8;
}

/* Reads width <= 56 bits from bit number `bit`; 8 bytes from that bit's byte on must be readable.
 */
static inline uint64_t km_bits_get56(const uint8_t *bytes, size_t bit, unsigned width)
{
    return km_load64(bytes + bit / 8) >> (bit % 8) & km_low_bits(width);
}

/* The same for width <= 64; 12 bytes must be readable. */
static inline uint64_t km_bits_get(const uint8_t *bytes, size_t bit, unsigned width)
{
    if (width <= 56)
        return km_bits_get56(bytes, bit, width);
    return km_bits_get56(bytes, bit, 32) | km_bits_get56(bytes, bit + 32, width - 32) << 32;
}

static inline uint64_t km_zigzag(uint64_t v)
{
    return v << 1 ^ (v >> 63 ? UINT64_MAX : 0);
}

static inline uint64_t km_unzigzag(uint64_t v)
{
    return v >> 1 ^ (v & 1 ? UINT64_MAX : 0);
}

/*
 * A whole number in 1 to 9 bytes: 0 takes one, a round number few.
 *
 *     byte 0: low half  0: zero   1..8: so many bytes follow   9..15: 1..7 bytes, of a negative one
 *             high half z: the number's absolute value ends in z zero hexadecimal digits, left out
 *     then the absolute value without them, lowest byte first
 *
 *     512 MiB = 0x20000000   ->  71 02        -3  ->  09 03
 *     A negative one of 8 bytes is written as the unsigned number of the same 64 bits.
 */
#define KM_NUMBER_MAX 9

static inline uint8_t *km_number_put(uint8_t *to, uint64_t v)
{
    uint64_t size = v >> 63 ? 0 - v : v;
    unsigned zeros, bytes;

    if (v == 0) {
        *to = 0;
        return to + 1;
    }
    zeros = (unsigned)__builtin_ctzll(size) / 4;
    bytes = (km_bit_length(size >> (4 * zeros)) + 7) / 8;
    if (bytes == 8) {
        size = v;
        zeros = 0;
    }
    *to++ = (uint8_t)(zeros << 4 | (v >> 63 && bytes < 8 ? bytes + 8 : bytes));
    for (size >>= 4 * zeros; bytes > 0; bytes--, size >>= 8)
        *to++ = (uint8_t)size;
    return to;
}

static inline unsigned km_number_size(uint64_t v)
{
    uint64_t size = v >> 63 ? 0 - v : v;

    return size == 0
               ? 1
               : 1 + (km_bit_length(size >> ((unsigned)__builtin_ctzll(size) / 4 * 4)) + 7) / 8;
}

/* Reads one. Returns the place behind it, or NULL where it does not fit before end. */
static inline const uint8_t *km_number_get(const uint8_t *from, const uint8_t *end, uint64_t *ret_v)
{
    unsigned kind, bytes;
    uint64_t v = 0;

    if (from == end)
        return NULL;
    kind = *from & 15;
    bytes = kind > 8 ? kind - 8 : kind;
    if ((size_t)(end - from - 1) < bytes)
        return NULL;
    for (unsigned i = bytes; i > 0; i--)
        v = v << 8 | from[i];
    v <<= 4 * (*from >> 4);
    *ret_v = kind > 8 ? 0 - v : v;
    return from + 1 + bytes;
}

#endif
