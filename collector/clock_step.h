/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CLOCK_STEP_H
#define KM_COLLECTOR_CLOCK_STEP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Finds out when the wall clock was set, by how far it stands from a clock that is never set and
 * goes on while the machine is suspended. Timestamps before and after a step do not go together:
 * rates here are by the steady clock and do not care, whoever compares timestamps must know.
 *
 * What daemons like chronyd correct by slewing (a thousandth at most) is no step.
 */
struct km_clock_step {
    int64_t offset_ms; /* wall clock less steady clock, at the last look */
    bool known;
    int64_t steps; /* so far */
};

#define KM_CLOCK_STEP_MS 500 /* a busy machine may stop us for long between both clocks */

/* Returns how far the wall clock was set since the last look: 0, or KM_CLOCK_STEP_MS and more, or
 * as much back. */
int64_t km_clock_step_look(struct km_clock_step *step, int64_t wall_ms, int64_t steady_ms);

#endif
