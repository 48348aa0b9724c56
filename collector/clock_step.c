/* SPDX-License-Identifier: Apache-2.0 */
#include "clock_step.h"

int64_t km_clock_step_look(struct km_clock_step *step, int64_t wall_ms, int64_t steady_ms)
{
    int64_t offset = wall_ms - steady_ms, moved = step->known ? offset - step->offset_ms : 0;

    step->offset_ms = offset;
    step->known = true;
    if (moved > -KM_CLOCK_STEP_MS && moved < KM_CLOCK_STEP_MS)
        return 0;
    step->steps++;
    return moved;
}
