/* SPDX-License-Identifier: Apache-2.0 */
#include "wall_clock.h"

/* Moves the stamps' offset to the wall clock's, as far as elapsed_ms allow. */
static void follow(struct km_wall_clock *c, int64_t wall_ms, int64_t elapsed_ms)
{
    int64_t ahead = c->stamp_ms - wall_ms, catch_up = elapsed_ms / KM_WALL_CLOCK_SLOWER;

    if (ahead < 0 || ahead > KM_WALL_CLOCK_AHEAD_MS)
        c->stamp_ms = wall_ms;
    else if (ahead > 1) /* both clocks are cut to ms: one is no difference */
        c->stamp_ms -= ahead < catch_up ? ahead : catch_up;
}

int64_t km_wall_clock_look(struct km_wall_clock *clock, int64_t wall_ms, int64_t steady_ms)
{
    int64_t offset = wall_ms - steady_ms, moved = clock->known ? offset - clock->wall_ms : 0;

    if (!clock->known)
        clock->stamp_ms = offset;
    follow(clock, offset, clock->known ? steady_ms - clock->looked_ms : 0);
    clock->wall_ms = offset;
    clock->looked_ms = steady_ms;
    clock->known = true;
    if (moved > -KM_WALL_CLOCK_STEP_MS && moved < KM_WALL_CLOCK_STEP_MS)
        return 0;
    clock->steps++;
    return moved;
}

int64_t km_wall_clock_stamp(const struct km_wall_clock *clock, int64_t steady_ms)
{
    return steady_ms + clock->stamp_ms;
}
