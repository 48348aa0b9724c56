/* SPDX-License-Identifier: Apache-2.0 */
#include "node_sum.h"

static void sum(struct km_batch *batch, unsigned metric)
{
    int64_t total = 0;
    bool any = false;

    for (size_t i = 0; i < batch->n_pods; i++) {
        const struct km_sample *pod = &batch->pods[i].reading.sample;

        if (!km_sample_has(pod, metric))
            continue;
        if (__builtin_add_overflow(total, pod->value[metric], &total))
            return; /* no cluster has that much: a client made it up */
        any = true;
    }
    if (any)
        km_sample_set(&batch->reading.sample, metric, total);
}

void km_node_sum(struct km_batch *batch)
{
    static const unsigned metrics[] = {KM_CPU_REQUEST, KM_CPU_LIMIT, KM_MEM_REQUEST, KM_MEM_LIMIT};

    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
        sum(batch, metrics[i]);
}
