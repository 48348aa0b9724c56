/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_TEST_ALLOCATION_COUNT_H
#define KM_TEST_ALLOCATION_COUNT_H

/*
 * Counts the allocations of this program, those within libc included: where a sanitizer has its own
 * allocator by its hooks, else by standing in front of glibc's. For one file of a program.
 */

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static bool counting;
static unsigned long allocations;

static inline void allocation_count_start(void)
{
    allocations = 0;
    counting = true;
}

static inline unsigned long allocation_count_stop(void)
{
    counting = false;
    return allocations;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WITH_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WITH_SANITIZER 1
#endif

#ifdef WITH_SANITIZER

/* sanitizer/allocator_interface.h, which not every compiler's package has. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));
size_t __sanitizer_get_current_allocated_bytes(void);

static void on_malloc(const volatile void *p, size_t size)
{
    (void)p;
    (void)size;
    allocations += counting;
}

static void on_free(const volatile void *p)
{
    (void)p;
}

__attribute__((constructor)) static void install_hooks(void)
{
    if (!__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free))
        abort();
}

/* In use now. */
static inline int64_t allocation_bytes(void)
{
    return (int64_t)__sanitizer_get_current_allocated_bytes();
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
    allocations += counting;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    allocations += counting;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    allocations += counting;
    return __libc_realloc(p, size);
}

static inline int64_t allocation_bytes(void)
{
    return (int64_t)mallinfo2().uordblks;
}

#endif

#endif
