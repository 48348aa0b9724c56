/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_SCHEDULE_H
#define KM_BENCH_LOAD_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* When each node's ticks are sent, and which time they carry. */
struct km_load_schedule {
    uint32_t nodes;
    int64_t ticks, interval_ms;
    bool fast;
};

/*
 * ms after the start of the run at which a node's tick is to be sent: nodes are spread evenly over
 * the interval. With fast always 0.
 */
int64_t km_load_due(const struct km_load_schedule *schedule, uint32_t node, int64_t tick);

/*
 * The reading's time, in ms relative to the start of the run, of a tick sent elapsed_ms after it.
 * Without fast that is when it was due. With fast ticks lie in the past, an interval apart, so that
 * the last tick of the last node is now; when sending takes longer than an interval one tick is
 * left out, so that the last is never more than an interval old.
 */
int64_t km_load_stamp(const struct km_load_schedule *schedule, uint32_t node, int64_t tick,
                      int64_t elapsed_ms);

#endif
