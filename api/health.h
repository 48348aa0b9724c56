/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_HEALTH_H
#define KM_API_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/* The checks behind /livez and /readyz: facts in, text out. */

/* What the checks look at, all of one moment. */
struct km_health {
    bool caught_up;                   /* it knows what the server before it knew (catch_up.h) */
    bool stopping;                    /* SIGTERM has come; answers under way are finished */
    size_t memory_used, memory_limit; /* the store's */
    int64_t now_ms;                   /* the system's clock */
};

/*
 * Runs the checks of "livez" (ready false) or "readyz" (ready true) and writes "ok", or where
 * verbose is set or one fails a line for each check and one for all, as Kubernetes' own servers do:
 *
 *     [+]ping ok
 *     [-]shutdown failed: the server is stopping
 *     readyz check failed
 *
 * Returns true if all passed.
 */
bool km_health_write(struct km_buf *out, const struct km_health *health, bool ready, bool verbose);

#endif
