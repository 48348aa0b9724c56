/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_BODY_H
#define KM_BENCH_LOAD_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "batch.h"
#include "buf.h"
#include "load_cluster.h"

/*
 * The bodies that the collectors of a played cluster would post, tick by tick, encoded by the
 * collector's own encoder (batch.h). Not for several threads at a time.
 */
struct km_load;

enum km_load_metrics {
    KM_LOAD_ALL,   /* what the collector reads: about 33 numbers of a pod */
    KM_LOAD_BASIC, /* CPU, memory, traffic and disk: up to 24 numbers of a pod, 24 of a node */
};

struct km_load_config {
    struct km_load_cluster cluster;
    int64_t interval_ms;
    int64_t churn_percent; /* of the pods are replaced in a minute */
    uint32_t containers;   /* of each pod: 1 or 0 */
    enum km_load_metrics metrics;
    int64_t start_ms; /* Unix time of the first tick: pods have run for up to 30 days by then */
};

/* Memory: 200 bytes a pod. Returns 0 or -ENOMEM. km_load_free() takes NULL. */
int km_load_new(const struct km_load_config *config, struct km_load **ret_load);
void km_load_free(struct km_load *load);

/* Moves a node on by one tick, which is read at time_ms: its batch, until the next call. */
const struct km_batch *km_load_batch(struct km_load *load, uint32_t node, int64_t time_ms);

/*
 * The same; writes the batch as the body of a request over *body.
 * *ret_samples is the number of metric values in it. Returns 0 or -ENOMEM.
 */
int km_load_body(struct km_load *load, uint32_t node, int64_t time_ms, struct km_buf *body,
                 uint64_t *ret_samples);

#endif
