/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_RATE_H
#define KM_API_STORAGE_RATE_H

#include <stdbool.h>

#include "store.h"

/*
 * A counter's growth per second of elapsed_ms, which is more than 0. False where it went down.
 */
static inline bool km_growth(int64_t first, int64_t second, int64_t elapsed_ms,
                             double *ret_per_second)
{
    if (second < first)
        return false;
    *ret_per_second = (double)((uint64_t)second - (uint64_t)first) * 1000 / (double)elapsed_ms;
    return true;
}

/*
 * The rate of a counter between two rows of one entity, per second of the time that really passed
 * between them. False where there is none: the metric is absent in one of them, no time passed, or
 * the counter went down (whatever restarted it, the pair says nothing).
 */
bool km_rate(const struct km_row *before, const struct km_row *after, unsigned metric,
             double *ret_per_second);

#endif
