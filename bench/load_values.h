/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_VALUES_H
#define KM_BENCH_LOAD_VALUES_H

#include <stdint.h>

#include "load_cluster.h"
#include "sample.h"

/*
 * How a pod's numbers move: CPU time, traffic and faults add up, memory walks up and down in pages
 * of 4 KiB. Most pods are idle, so that from one tick to the next about a quarter of all values
 * change. Whole numbers only: the same seed gives the same values everywhere.
 */

/* What adds up over a pod's life. */
enum km_load_counter {
    KM_LOAD_USER_USEC,
    KM_LOAD_SYSTEM_USEC,
    KM_LOAD_RX_BYTES,
    KM_LOAD_TX_BYTES,
    KM_LOAD_RX_PACKETS,
    KM_LOAD_TX_PACKETS,
    KM_LOAD_READ_BYTES,
    KM_LOAD_WRITE_BYTES,
    KM_LOAD_READ_OPS,
    KM_LOAD_WRITE_OPS,
    KM_LOAD_PSI_CPU,
    KM_LOAD_PSI_IO,
    KM_LOAD_PSI_IO_FULL,
    KM_LOAD_FAULTS,
    KM_LOAD_MAJOR_FAULTS,
    KM_LOAD_PERIODS,
    KM_LOAD_THROTTLED_PERIODS,
    KM_LOAD_THROTTLED_USEC,
    KM_LOAD_COUNTERS
};

/* The metric of each counter. */
extern const uint8_t km_load_metric[KM_LOAD_COUNTERS];

/* One pod: with 5,000 nodes of 30 pods there are 150,000 of these. */
struct km_load_pod {
    uint64_t random;
    int64_t created_ms; /* Unix time */
    uint64_t counter[KM_LOAD_COUNTERS];
    int64_t usage_milli; /* CPU over the last tick, thousandths of a millicore; -1: no tick yet */
    uint32_t rss_pages, cache_pages;
    uint32_t generation;
    uint16_t threads, pids;
};

/* What all pods of a node did in one tick, for the node's own numbers. */
struct km_load_work {
    uint64_t counter[KM_LOAD_COUNTERS];
    uint64_t rss_pages, cache_pages, threads;
};

/*
 * Begins a pod that has run for age_ms at now_ms; with age 0 its counters are all 0.
 * The generation stays as it is.
 */
void km_load_pod_start(struct km_load_pod *pod, const struct km_load_identity *who, int64_t age_ms,
                       int64_t now_ms);

/* Moves the pod on by interval_ms and adds what it did and holds to *work. */
void km_load_pod_tick(struct km_load_pod *pod, const struct km_load_identity *who,
                      int64_t interval_ms, struct km_load_work *work);

/*
 * The pod's reading and that of its one container, both at time_ms. The pod has a little more than
 * the container: the process that holds its namespaces.
 */
void km_load_pod_sample(const struct km_load_pod *pod, const struct km_load_identity *who,
                        int64_t time_ms, struct km_sample *ret_pod,
                        struct km_sample *ret_container);

#endif
