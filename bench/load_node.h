/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_NODE_H
#define KM_BENCH_LOAD_NODE_H

#include <stdint.h>

#include "load_values.h"

/* A node's own numbers: what its pods did, what the kernel and the kubelet add, and what is left.
 */
struct km_load_node {
    uint64_t random;
    uint64_t counter[KM_LOAD_COUNTERS];
    uint64_t iowait_usec, irq_usec, steal_usec, io_time_ms, collector_usec;
    int64_t usage_milli;    /* -1: no tick yet */
    uint64_t load_milli[3]; /* over 1, 5 and 15 minutes */
    uint64_t rss_pages, cache_pages, threads;
    uint32_t pods; /* on it: its size follows */
};

/* Begins a node of so many pods; random begins the sequence of its values. */
void km_load_node_start(struct km_load_node *node, uint64_t random, uint32_t pods);

/* Moves the node on by interval_ms, in which its pods did *work. */
void km_load_node_tick(struct km_load_node *node, const struct km_load_work *work,
                       int64_t interval_ms);

void km_load_node_sample(const struct km_load_node *node, int64_t time_ms,
                         struct km_sample *ret_sample);

#endif
