/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster: sums of the nodes' own readings, which hold what runs outside pods too, and how many
 * pods run. */
#include <errno.h>
#include <stdlib.h>

#include "answers.h"
#include "api.h"
#include "handlers.h"
#include "pass.h"
#include "time_format.h"
#include "total.h"
#include "window_answer.h"

struct cluster {
    const struct km_api *api;
    int64_t now_ms;
    struct km_pass *pass; /* over the nodes, then over the pods */
    bool counting;        /* the pods */
    struct km_total nodes;
    int64_t pods;
};

static void cluster_free(void *arg)
{
    struct cluster *c = arg;

    km_pass_free(c->pass);
    free(c);
}

/* A node of which nothing is heard is left out: what it used last it may no longer use. */
static int add_node(void *arg, const struct km_met *met)
{
    struct cluster *c = arg;

    if (km_is_stale(met->received_ms, c->api->interval_ms, c->now_ms))
        c->nodes.stale++;
    else
        km_total_add(&c->nodes, met->last, met->previous);
    return 0;
}

static int count_pod(void *arg, const struct km_met *met)
{
    struct cluster *c = arg;

    (void)met;
    c->pods++;
    return 0;
}

static int begin_pass(struct cluster *c, enum km_entity_kind kind, enum km_pass_rows rows)
{
    struct km_filter filter = {.kind = kind, .current = true};

    km_pass_free(c->pass);
    c->pass = NULL;
    return km_pass_new(c->api->store, &filter, c->now_ms, rows, &c->pass);
}

static int cluster_next(void *arg, struct km_buf *out)
{
    struct cluster *c = arg;
    struct km_json w = {.out = out};
    int r = km_pass_next(c->pass, c->counting ? count_pod : add_node, c);

    if (r == 0 && !c->counting) {
        c->counting = true;
        r = begin_pass(c, KM_ENTITY_POD, KM_PASS_NO_ROWS);
        return r < 0 ? r : 1;
    }
    if (r != 0)
        return r;
    km_json_object(&w);
    km_json_member_int(&w, "pods", c->pods);
    km_json_member_int(&w, "stale_nodes", (int64_t)c->nodes.stale);
    km_total_write(&w, &c->nodes, "nodes");
    km_json_object_end(&w);
    return 0;
}

void km_get_cluster(struct km_call *call)
{
    struct km_filter nodes = {.kind = KM_ENTITY_NODE, .current = true};
    struct cluster *c;

    if (km_window_is_asked(call)) {
        km_answer_window(call, &nodes, "nodes", "no node has reported");
        return;
    }
    c = calloc(1, sizeof(*c));
    if (c) {
        c->api = km_call_api(call);
        c->now_ms = km_time_now_ms();
    }
    if (!c || begin_pass(c, KM_ENTITY_NODE, KM_PASS_BOTH) < 0) {
        free(c);
        km_answer_no_memory(call);
        return;
    }
    km_answer_stream(call, cluster_next, cluster_free, c);
}
