/* SPDX-License-Identifier: Apache-2.0 */
#include "load_schedule.h"

/* Node 0 ticks first, the last node just before node 0 does again. */
static int64_t phase(const struct km_load_schedule *s, uint32_t node)
{
    return s->interval_ms * node / s->nodes;
}

int64_t km_load_due(const struct km_load_schedule *s, uint32_t node, int64_t tick)
{
    return s->fast ? 0 : tick * s->interval_ms + phase(s, node);
}

int64_t km_load_stamp(const struct km_load_schedule *s, uint32_t node, int64_t tick,
                      int64_t elapsed_ms)
{
    if (!s->fast)
        return km_load_due(s, node, tick);
    return (tick + 1 - s->ticks + elapsed_ms / s->interval_ms) * s->interval_ms + phase(s, node) -
           phase(s, s->nodes - 1);
}
