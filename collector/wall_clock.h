/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_WALL_CLOCK_H
#define KM_COLLECTOR_WALL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The wall clock as readings are stamped with it: a clock that is never set and goes on while the
 * machine is suspended, and how far the wall clock stands from it. Finds out when the wall clock
 * was set, too.
 *
 * Who compares stamps, as the server does for rates, must not find readings of after a step among
 * those of before it. So:
 *
 *   - Where the wall clock is set forward the stamps follow at once: there is a gap, no disorder.
 *   - Where it is set back they go on, by KM_WALL_CLOCK_SLOWER slower, until it has caught up.
 *   - Where it is set back by more than KM_WALL_CLOCK_AHEAD_MS they follow at once: a server whose
 *     clock is right takes nothing that is further ahead, and has taken nothing since the clock
 *     went wrong.
 *
 * What daemons like chronyd correct by slewing (a thousandth at most) is followed either way.
 */
struct km_wall_clock {
    bool known;
    int64_t wall_ms;   /* wall clock less steady clock, at the last look */
    int64_t stamp_ms;  /* stamps less steady clock */
    int64_t looked_ms; /* the last look, by the steady clock */
    int64_t steps;     /* so far */
};

#define KM_WALL_CLOCK_STEP_MS  500 /* a busy machine may stop us for long between both clocks */
#define KM_WALL_CLOCK_SLOWER   20  /* one ms in so many: rates are 5 % too high meanwhile */
#define KM_WALL_CLOCK_AHEAD_MS INT64_C(300000) /* as far ahead as the server takes readings */

/*
 * Looks at both clocks, once before each reading. Returns how far the wall clock was set since the
 * last look: 0, or KM_WALL_CLOCK_STEP_MS and more, or as much back.
 */
int64_t km_wall_clock_look(struct km_wall_clock *clock, int64_t wall_ms, int64_t steady_ms);

/* The stamp of what is read at this time by the steady clock. */
int64_t km_wall_clock_stamp(const struct km_wall_clock *clock, int64_t steady_ms);

#endif
