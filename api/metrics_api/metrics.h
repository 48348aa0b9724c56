/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_METRICS_H
#define KM_METRICS_METRICS_H

#include "access.h"
#include "api.h"
#include "door.h"
#include "front_proxy.h"
#include "labels.h"

/* What the handlers and the door of the metrics API work on. */
struct km_metrics {
    struct km_api api; /* handlers reach the rest of this through it: km_metrics_of() */
    struct km_labels *pods, *nodes;
    struct km_front_proxy *proxy;
    struct km_access *access;
};

struct km_route;
struct km_call;

/* The routes of its port, for the HTTP server (metrics_routes.c). */
extern const struct km_route km_metrics_routes[];

/* Who may ask for what; arg is a struct km_metrics (metrics_door.c). */
bool km_metrics_door_check(void *arg, struct km_call *call, const struct km_door_visitor *visitor,
                           bool last);
int km_metrics_door_wait(void *arg, struct km_call *call, const struct km_door_visitor *visitor,
                         void (*wake)(void *wake_arg), void *wake_arg);
void km_metrics_door_stop(void *arg);

/* Handlers (metrics_handlers.c). */
void km_get_node_usage(struct km_call *call);
void km_get_pod_usage(struct km_call *call);
void km_get_metrics_livez(struct km_call *call);
void km_get_metrics_readyz(struct km_call *call);

/* The metrics that the call's api is part of. */
struct km_metrics *km_metrics_of(const struct km_call *call);

#endif
