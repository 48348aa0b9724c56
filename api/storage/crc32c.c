/* SPDX-License-Identifier: Apache-2.0 */
#include "crc32c.h"

#include <pthread.h>
#include <string.h>

#if defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

#define REFLECTED 0x82f63b78u

static uint32_t table[256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;

        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ REFLECTED : crc >> 1;
        table[i] = crc;
    }
}

uint32_t km_crc32c_table(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    pthread_once(&table_once, make_table);
    crc = ~crc;
    while (size-- > 0)
        crc = crc >> 8 ^ table[(crc ^ *at++) & 0xff];
    return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t by_processor(uint32_t crc, const uint8_t *at,
                                                               size_t size)
{
    uint64_t sum = ~crc, word;

    for (; size >= sizeof(word); at += sizeof(word), size -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        sum = __builtin_ia32_crc32di(sum, word);
    }
    while (size-- > 0)
        sum = __builtin_ia32_crc32qi((uint32_t)sum, *at++);
    return ~(uint32_t)sum;
}

static int has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2");
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

static uint32_t by_processor(uint32_t crc, const uint8_t *at, size_t size)
{
    uint64_t word;

    crc = ~crc;
    for (; size >= sizeof(word); at += sizeof(word), size -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        crc = __crc32cd(crc, word);
    }
    while (size-- > 0)
        crc = __crc32cb(crc, *at++);
    return ~crc;
}

static int has_instruction(void)
{
    return 1;
}

#else

static uint32_t by_processor(uint32_t crc, const uint8_t *at, size_t size)
{
    return km_crc32c_table(crc, at, size);
}

static int has_instruction(void)
{
    return 0;
}

#endif

uint32_t km_crc32c(uint32_t crc, const void *bytes, size_t size)
{
    return has_instruction() ? by_processor(crc, bytes, size) : km_crc32c_table(crc, bytes, size);
}
