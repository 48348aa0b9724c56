/* SPDX-License-Identifier: Apache-2.0 */
#include "usage.h"

#include <time.h>

int64_t km_usage_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void km_usage_update(struct km_usage *usage, int64_t now_usec, struct km_sample *sample)
{
    int64_t usec = sample->value[KM_CPU_USAGE_USEC], elapsed = now_usec - usage->read_usec;

    if (!km_sample_has(sample, KM_CPU_USAGE_USEC))
        return;
    /* us of CPU a us of time is whole CPUs; in thousandths of millicores that is a million. */
    if (usage->read_usec && elapsed > 0 && usec >= usage->usec)
        km_sample_set(sample, KM_CPU_USAGE,
                      (int64_t)((double)(usec - usage->usec) * 1e6 / (double)elapsed + 0.5));
    *usage = (struct km_usage){usec, now_usec};
}
