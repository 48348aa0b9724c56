/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_READINGS_H
#define KM_API_STORAGE_READINGS_H

#include <stddef.h>

#include "batch.h"
#include "entity.h"

/* What a batch holds: readings of a node, of pods and of containers, each with what it says of its
 * entity. */
struct km_subject {
    enum km_entity_kind kind;
    struct km_facts facts; /* texts are the batch's */
    const struct km_reading *reading;
};

/* Calls each with every reading, the node's first, a pod's before its containers'; stops at the
 * first that is not 0 and returns that. */
int km_readings_each(const struct km_batch *batch,
                     int (*each)(void *arg, const struct km_subject *subject), void *arg);

/* How many they are. */
size_t km_readings_count(const struct km_batch *batch);

#endif
