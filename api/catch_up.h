/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_CATCH_UP_H
#define KM_API_CATCH_UP_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster_watch.h"
#include "store.h"

/*
 * Whether a server that has just started knows what one knows that has run for long: each replica
 * answers alone, so that the old one must not go before.
 *
 * It has caught up when every node that is ready, by the Kubernetes API, has been heard of since
 * the start; at the latest after limit_ms: a node that is silent still has no collector. A minute is
 * enough, since an answer of cluster DNS is kept for up to 30 s and collectors look again every 5.
 * Outside a cluster there is nothing to wait for. Once caught up it stays so.
 */
struct km_catch_up {
    const struct km_store *store;
    struct km_cluster_watch *watch; /* NULL: outside a cluster */
    int64_t started_ms, limit_ms; /* limit_ms 0: it is not waited for */
    _Atomic bool done;
};

bool km_catch_up_is_done(struct km_catch_up *catch_up, int64_t now_ms);

#endif
