/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_TOTAL_H
#define KM_API_TOTAL_H

#include "json_write.h"
#include "store.h"

/*
 * Sums over entities as they are now: a namespace's, a deployment's, the cluster's. Gauges are
 * added; of counters only the rates are, because sums of cumulative counters mean nothing while
 * pods come and go.
 */
struct km_total {
    double gauge[KM_METRIC_COUNT]; /* CPU_USAGE in millicores, as is */
    double rate[KM_METRIC_COUNT];
    bool has_gauge[KM_METRIC_COUNT], has_rate[KM_METRIC_COUNT];
    uint64_t entities;
    uint64_t stale; /* not added, because nothing is heard of them */
    int64_t newest_ms;
};

/* Adds an entity; a total begins all zero. Members outside the catalogue are not added. */
void km_total_add(struct km_total *total, const struct km_view *view);

/* "timestamp" and "pods" (the count under that name) and the groups, inside an open object. */
void km_total_write(struct km_json *w, const struct km_total *total, const char *count_name);

/* The groups of a total, or of a grid's step, by a function that gives each value. */
void km_total_groups(struct km_json *w, const double *gauge, const bool *has_gauge,
                     const double *rate, const bool *has_rate);

#endif
