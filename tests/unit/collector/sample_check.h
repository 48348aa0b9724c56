/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_TEST_SAMPLE_CHECK_H
#define KM_TEST_SAMPLE_CHECK_H

#include "sample.h"

/* Fails the test unless the metric is there with this value. */
static inline void check(const struct km_sample *s, unsigned metric, int64_t value)
{
    if (!km_sample_has(s, metric))
        fail_msg("%s is absent", km_metrics[metric].key);
    if (s->value[metric] != value)
        fail_msg("%s is %lld, not %lld", km_metrics[metric].key, (long long)s->value[metric],
                 (long long)value);
}

/* Fails the test if anything but these n metrics is there. */
static inline void check_only(const struct km_sample *s, const unsigned *metrics, size_t n)
{
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        size_t i = 0;

        while (i < n && metrics[i] != m)
            i++;
        if (km_sample_has(s, m) != (i < n))
            fail_msg("%s of group %s is %s", km_metrics[m].key, km_groups[km_metrics[m].group].name,
                     i < n ? "absent" : "there");
    }
}

#endif
