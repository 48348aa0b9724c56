/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_GATE_REVIEW_H
#define KM_API_GATE_REVIEW_H

#include "gate_cache.h"
#include "kube_client.h"

/* One question about a token to the Kubernetes API, and what its answer means for the gate. */
struct km_gate_review {
    const char *token;
    const char *name_space; /* as of km_gate_key(): NULL to post, "" to read all, else of one */
    const char *audience;   /* to post: what the token must have been made for, */
    const char *account_space, *account; /* and whose it must be */
};

/*
 * Asks and waits: TokenReview, then for a poster whose token names no node its pod, for a reader
 * SubjectAccessReview (list pods of metrics.k8s.io: who may see usage there may see it here).
 * Returns 0 and reason, node and words of an entry; negative where there was no answer, and words
 * says why.
 */
int km_gate_review_ask(struct km_kube_client *client, const struct km_gate_review *review,
                       struct km_gate_entry *ret_entry, struct km_buf *words);

#endif
