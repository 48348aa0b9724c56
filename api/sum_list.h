/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_SUM_LIST_H
#define KM_API_SUM_LIST_H

#include "route.h"

enum km_sum_by {
    KM_SUM_NAMESPACE,
    KM_SUM_DEPLOYMENT, /* pods without one are in none */
    KM_SUM_WORKLOAD, /* the deployment, else the controller that owns the pod; others are in none */
};

/*
 * Answers the list of sums over current pods, of one namespace or, where name_space is NULL, of
 * all. kind: of workloads only those of this kind, letters without case; NULL: all. Sums are in the
 * order of namespace, kind and name.
 */
void km_answer_sums(struct km_call *call, enum km_sum_by by, const char *name_space,
                    const char *kind);

#endif
