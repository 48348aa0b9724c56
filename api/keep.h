/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_KEEP_H
#define KM_API_KEEP_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * What took long to work out and is asked for again: the order of all pods by what they use, the
 * sums of all deployments. It is kept for KM_KEEP_TIMES as long as it took, and shared by all who
 * ask meanwhile, so that whatever is asked takes a twentieth of a core at most. What took less than
 * KM_KEEP_LEAST_MS is not kept at all: on all but the largest clusters every answer is new.
 */
#define KM_KEEP_TIMES    20
#define KM_KEEP_LEAST_MS 20

/* The first member of what is kept. Nothing of it is changed while it is. */
struct km_kept {
    atomic_uint users;
    void (*free)(struct km_kept *kept);
};

enum km_keep_slot {
    KM_KEEP_NODES,
    KM_KEEP_PODS,
    KM_KEEP_CONTAINERS,
    KM_KEEP_NAMESPACE_SUMS,
    KM_KEEP_DEPLOYMENT_SUMS,
    KM_KEEP_WORKLOAD_SUMS,
    KM_KEEP_SLOTS,
};

struct km_keep;

/* Returns 0 and a keep that holds nothing, or -ENOMEM. */
int km_keep_new(struct km_keep **ret_keep);
void km_keep_free(struct km_keep *keep); /* NULL is fine */

/* What the slot holds, for km_kept_done(); NULL where it holds nothing that still counts. */
struct km_kept *km_keep_get(struct km_keep *keep, enum km_keep_slot slot, int64_t steady_ms);

/* Keeps what took from began_ms until now to work out; its maker remains one of its users. */
void km_keep_put(struct km_keep *keep, enum km_keep_slot slot, struct km_kept *kept,
                 int64_t began_ms, int64_t steady_ms);

/* One user less; the last one frees it. NULL is fine. */
void km_kept_done(struct km_kept *kept);

#endif
