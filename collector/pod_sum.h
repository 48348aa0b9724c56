/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_SUM_H
#define KM_COLLECTOR_POD_SUM_H

#include "sample.h"

/*
 * Adds a container's reading to that of a pod which has no cgroup around its containers: CPU time,
 * memory, faults, disk, threads. Not what has no sum: limits, throttling, pressure.
 */
void km_pod_sum(const struct km_sample *container, struct km_sample *pod);

#endif
