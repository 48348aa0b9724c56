/* SPDX-License-Identifier: Apache-2.0 */
#include "usage.h"

#include <time.h>

#define RATE_MAX 1e15 /* a thousand million CPUs: no machine's, a file is wrong */

int64_t km_usage_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void km_usage_update(struct km_usage *usage, int64_t now_usec, struct km_sample *sample)
{
    int64_t usec = sample->value[KM_CPU_USAGE_USEC], elapsed = now_usec - usage->read_usec;
    double rate;

    if (!km_sample_has(sample, KM_CPU_USAGE_USEC))
        return;
    if (usage->read_usec && elapsed > 0 && usec >= usage->usec) {
        /* us of CPU a us of time is whole CPUs; in thousandths of millicores that is a million. */
        rate = (double)(usec - usage->usec) * 1e6 / (double)elapsed + 0.5;
        if (rate < RATE_MAX)
            km_sample_set(sample, KM_CPU_USAGE, (int64_t)rate);
    }
    *usage = (struct km_usage){usec, now_usec};
}
