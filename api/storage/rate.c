/* SPDX-License-Identifier: Apache-2.0 */
#include "rate.h"

bool km_rate(const struct km_row *before, const struct km_row *after, unsigned metric,
             double *ret_per_second)
{
    int64_t first, second;
    int64_t elapsed_ms = after->time_ms - before->time_ms;

    return elapsed_ms > 0 && km_row_get(before, metric, &first) &&
           km_row_get(after, metric, &second) &&
           km_growth(first, second, elapsed_ms, ret_per_second);
}
