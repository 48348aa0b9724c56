/* SPDX-License-Identifier: Apache-2.0 */
#include "load_print.h"

#include <errno.h>

int km_load_print(const struct km_load_schedule *schedule, int64_t start_ms, struct km_load *load,
                  FILE *out)
{
    km_auto_buf struct km_buf body = KM_BUF_INIT;

    for (int64_t tick = 0; tick < schedule->ticks; tick++) {
        for (uint32_t node = 0; node < schedule->nodes; node++) {
            int64_t time_ms = start_ms + km_load_stamp(schedule, node, tick, 0);
            uint64_t samples;
            int r = km_load_body(load, node, time_ms, &body, &samples);

            if (r < 0)
                return r;
            if (fwrite(body.data, 1, body.len, out) != body.len || putc('\n', out) == EOF)
                return -EIO;
        }
    }
    return fflush(out) == 0 ? 0 : -EIO;
}
