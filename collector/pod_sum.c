/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_sum.h"

#include "scan.h"

void km_pod_sum(const struct km_sample *container, enum km_group group, struct km_sample *pod)
{
    static const unsigned metrics[] = {KM_CPU_USAGE_USEC,
                                       KM_CPU_USER_USEC,
                                       KM_CPU_SYSTEM_USEC,
                                       KM_MEM_USAGE,
                                       KM_MEM_WORKING_SET,
                                       KM_MEM_RSS,
                                       KM_MEM_CACHE,
                                       KM_MEM_SWAP,
                                       KM_MEM_PAGE_FAULTS,
                                       KM_MEM_OOM_KILLS,
                                       KM_MEM_MAJOR_PAGE_FAULTS,
                                       KM_DISK_READ_BYTES,
                                       KM_DISK_READ_OPS,
                                       KM_DISK_WRITE_BYTES,
                                       KM_DISK_WRITE_OPS,
                                       KM_PROC_THREADS};

    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        if (km_metrics[metrics[i]].group == group && km_sample_has(container, metrics[i]))
            km_scan_add(pod, metrics[i], container->value[metrics[i]]);
    }
}
