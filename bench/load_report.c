/* SPDX-License-Identifier: Apache-2.0 */
#include "load_report.h"

#include "json_write.h"

/*
 * From 64 on, the highest bit and the 5 after it tell the bucket:
 *
 *     1 0 1 1 0 1 | 0 1 1 0     726 us: 6 bits 45, 4 bits dropped
 *
 * gives bucket 64 + (4 - 1) * 32 + (45 - 32), which holds 720 to 735 us.
 */
static unsigned bucket_of(uint64_t us)
{
    unsigned dropped;

    if (us < KM_LOAD_LINEAR)
        return (unsigned)us;
    if (us > UINT32_MAX)
        us = UINT32_MAX;
    dropped = 63 - 5 - (unsigned)__builtin_clzll(us);
    return KM_LOAD_LINEAR + (dropped - 1) * 32 + (unsigned)(us >> dropped) - 32;
}

static int64_t highest_of(unsigned bucket)
{
    unsigned place = bucket - KM_LOAD_LINEAR;

    if (bucket < KM_LOAD_LINEAR)
        return bucket;
    return ((INT64_C(33) + place % 32) << (place / 32 + 1)) - 1;
}

void km_load_report_latency(struct km_load_report *report, int64_t microseconds)
{
    report->latencies[bucket_of(microseconds > 0 ? (uint64_t)microseconds : 0)]++;
}

bool km_load_report_percentile(const struct km_load_report *report, unsigned permille,
                               int64_t *ret_microseconds)
{
    uint64_t total = 0, seen = 0, wanted;

    for (unsigned i = 0; i < KM_LOAD_BUCKETS; i++)
        total += report->latencies[i];
    wanted = (total * permille + 999) / 1000;
    for (unsigned i = 0; i < KM_LOAD_BUCKETS; i++) {
        seen += report->latencies[i];
        if (seen > 0 && seen >= wanted) {
            *ret_microseconds = highest_of(i);
            return true;
        }
    }
    return false;
}

static void member_int(struct km_json *w, const char *key, uint64_t value)
{
    km_json_key(w, key);
    km_json_int(w, (int64_t)value);
}

static void member_percentile(struct km_json *w, const char *key,
                              const struct km_load_report *report, unsigned permille)
{
    int64_t us;

    km_json_key(w, key);
    if (km_load_report_percentile(report, permille, &us))
        km_json_milli(w, us);
    else
        km_json_null(w);
}

void km_load_report_write(const struct km_load_report *report, struct km_buf *out)
{
    struct km_json w = {.out = out};

    km_json_object(&w);
    member_int(&w, "requests", report->requests);
    member_int(&w, "samples", report->samples);
    member_int(&w, "errors", report->errors);
    km_json_key(&w, "seconds");
    km_json_milli(&w, report->elapsed_ms);
    member_int(&w, "bytes", report->bytes);
    member_percentile(&w, "p50_ms", report, 500);
    member_percentile(&w, "p99_ms", report, 990);
    km_json_object_end(&w);
    km_buf_putc(out, '\n');
}
