/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_TESTS_FUZZ_H
#define KM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * What each fuzz_<target>.c has: takes any bytes, and aborts where what must hold does not. The
 * name is libFuzzer's (https://llvm.org/docs/LibFuzzer.html); fuzz_replay.c calls it too.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts with the place and the condition; not assert(), which a release build leaves out. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);             \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
