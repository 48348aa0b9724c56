/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_REPORT_H
#define KM_BENCH_LOAD_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

/*
 * What a run came to. Latencies are counted in buckets, 32 to each power of two, so that any number
 * of them fits 7 KiB and a percentile is at most 1/32 too high.
 */
#define KM_LOAD_LINEAR  64                         /* microseconds that have a bucket each */
#define KM_LOAD_BUCKETS (KM_LOAD_LINEAR + 26 * 32) /* up to 2^32 us, more than an hour */

struct km_load_report {
    uint64_t requests; /* sent, whatever came of them */
    uint64_t errors;   /* of these without a 2xx answer */
    uint64_t samples;  /* metric values in accepted requests */
    uint64_t bytes;    /* of bodies sent */
    int64_t elapsed_ms;
    uint64_t latencies[KM_LOAD_BUCKETS]; /* of requests with a 2xx answer */
    char first_error[512];               /* what was wrong with the first; "" without errors */
};

void km_load_report_latency(struct km_load_report *report, int64_t microseconds);

/*
 * The latency that permille of 1000 do not pass, in microseconds: the highest of its bucket.
 * False, and nothing written, without any latency.
 */
bool km_load_report_percentile(const struct km_load_report *report, unsigned permille,
                               int64_t *ret_microseconds);

/* Appends the report as one line of JSON; percentiles that do not exist are null. */
void km_load_report_write(const struct km_load_report *report, struct km_buf *out);

#endif
