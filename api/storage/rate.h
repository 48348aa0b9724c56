/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_RATE_H
#define KM_API_STORAGE_RATE_H

#include <stdbool.h>

#include "store.h"

/*
 * The rate of a counter between two rows of one entity, per second of the time that really passed
 * between them. False where there is none: the metric is absent in one of them, no time passed, or
 * the counter went down (whatever restarted it, the pair says nothing).
 */
bool km_rate(const struct km_row *before, const struct km_row *after, unsigned metric,
             double *ret_per_second);

#endif
