/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_READ_H
#define KM_COLLECTOR_CGROUP_READ_H

#include "cgroup_mounts.h"
#include "sample.h"

/*
 * The numbers of one pod's or container's cgroup, v1 or v2, into a sample: CPU, memory, disk, pids,
 * pressure. path is the folder within its hierarchy: "/kubepods/burstable/pod…". What cannot be
 * read stays absent. Formulas: metric.def; the kernel's cgroup-v1 and cgroup-v2 documents.
 */
void km_cgroup_read(struct km_root *root, const struct km_cgroup_mounts *mounts, const char *path,
                    struct km_buf *buf, struct km_sample *sample);

/*
 * PSI lines of a "cpu.pressure", "memory.pressure" or "io.pressure" file into two metrics; full may
 * be KM_METRIC_COUNT for none.
 *
 *     some avg10=0.00 avg60=0.00 avg300=0.00 total=1234
 */
void km_pressure_scan(const char *text, unsigned some, unsigned full, struct km_sample *sample);

#endif
