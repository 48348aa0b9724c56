/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_NODE_SUM_H
#define KM_API_NODE_SUM_H

#include "batch.h"

/*
 * Sets the node's requests and limits, of CPU and memory, to those of its pods together, as
 * Kubernetes counts them against what the node can allocate. What no pod of the batch has stays as
 * it is: absent, or what the client said.
 */
void km_node_sum(struct km_batch *batch);

#endif
