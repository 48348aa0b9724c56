/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_PROCESSOR_H
#define KM_API_STORAGE_PROCESSOR_H

/*
 * In front of a function that is all loops over arrays: it is built twice, with all that it calls,
 * for every processor and for those with AVX2; the loader chooses. Once only where the compiler
 * cannot, or a sanitizer stands in the way.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__OPTIMIZE__) && !defined(__clang__) &&   \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define KM_FOR_THIS_PROCESSOR __attribute__((target_clones("avx2", "default"), flatten))
#else
#define KM_FOR_THIS_PROCESSOR
#endif

#endif
