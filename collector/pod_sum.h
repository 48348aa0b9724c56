/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_SUM_H
#define KM_COLLECTOR_POD_SUM_H

#include "sample.h"

/*
 * Adds a container's reading to that of a pod whose own cgroup has not counted it: what can be
 * summed of one group, so not limits, throttling and pressure.
 */
void km_pod_sum(const struct km_sample *container, enum km_group group, struct km_sample *pod);

#endif
