/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_SAMPLE_H
#define KM_COMMON_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "metric.h"

/*
 * One reading of one entity (node, pod or container). A metric that could not be read is absent:
 * its bit is clear. Absent is never written as zero.
 *
 * Values are whole numbers in the catalogue's unit; a MILLI metric is held in thousandths
 * (cpu_usage 12.345 millicores is 12345), an EXACT one as the bits of a double.
 */
#define KM_SAMPLE_WORDS ((KM_METRIC_COUNT + 63) / 64)

struct km_sample {
    int64_t time_ms; /* Unix time of the reading, UTC */
    uint64_t present[KM_SAMPLE_WORDS];
    int64_t value[KM_METRIC_COUNT]; /* meaningful where present */
};

/* Makes every metric absent. */
static inline void km_sample_clear(struct km_sample *s)
{
    memset(s->present, 0, sizeof(s->present));
}

static inline void km_sample_set(struct km_sample *s, unsigned metric, int64_t value)
{
    s->present[metric / 64] |= UINT64_C(1) << (metric % 64);
    s->value[metric] = value;
}

static inline void km_sample_unset(struct km_sample *s, unsigned metric)
{
    s->present[metric / 64] &= ~(UINT64_C(1) << (metric % 64));
}

static inline bool km_sample_has(const struct km_sample *s, unsigned metric)
{
    return s->present[metric / 64] >> (metric % 64) & 1;
}

#endif
