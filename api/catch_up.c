/* SPDX-License-Identifier: Apache-2.0 */
#include "catch_up.h"

#include <errno.h>
#include <stdlib.h>

#include "clean.h"

/* 0 if the node has been heard of since the start. */
static int is_heard(void *arg, const char *node)
{
    const struct km_catch_up *c = arg;
    struct km_filter filter = {.kind = KM_ENTITY_NODE, .node = node};
    km_auto_free struct km_ref *refs = NULL;
    size_t n = 0;

    if (km_store_list(c->store, &filter, c->started_ms, &refs, &n) < 0)
        return -EAGAIN;
    for (size_t i = 0; i < n; i++) {
        struct km_view view;

        if (km_store_view(c->store, refs[i], &view) == 0 && view.received_ms >= c->started_ms)
            return 0;
    }
    return -EAGAIN;
}

bool km_catch_up_is_done(struct km_catch_up *catch_up, int64_t now_ms)
{
    struct km_catch_up *c = catch_up;

    if (c->done)
        return true;
    if (!c->watch || now_ms - c->started_ms >= c->limit_ms ||
        km_cluster_watch_ready_nodes(c->watch, is_heard, c) == 0)
        c->done = true;
    return c->done;
}
