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
    double value[KM_METRIC_COUNT]; /* of a counter the rate; CPU_USAGE in millicores, as is */
    bool has[KM_METRIC_COUNT];
    uint64_t entities;
    uint64_t stale; /* not added, because nothing is heard of them */
    int64_t newest_ms;
};

/* What a reading adds to a sum: some metrics, each once. */
struct km_terms {
    unsigned count;
    uint16_t metric[KM_ROW_MAX];
    double value[KM_ROW_MAX]; /* as in a total */
};

/* Of a newest row and the one before it, or NULL. Members outside the catalogue add nothing. */
void km_total_terms(const struct km_row *last, const struct km_row *previous,
                    struct km_terms *ret_terms);

/* Adds an entity by the same rows; a total begins all zero. */
void km_total_add(struct km_total *total, const struct km_row *last, const struct km_row *previous);

/* "timestamp" and "pods" (the count under that name) and the groups, inside an open object. */
void km_total_write(struct km_json *w, const struct km_total *total, const char *count_name);

/* The groups of a total, or of a grid's step: the values that are there. */
void km_total_groups(struct km_json *w, const double *value, const bool *has);

#endif
