/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_METRIC_CHOICE_H
#define KM_API_METRIC_CHOICE_H

#include "route.h"
#include "store.h"

/*
 * What a question's `metrics` names: "cpu_usage,cpu.usage_usec,network" is a metric of no group,
 * one of a group, and all of a group. Of the catalogue and of what clients have added.
 */
struct km_metric_choice {
    bool all;                    /* nothing was named */
    uint16_t metric[KM_ROW_MAX]; /* rising */
    unsigned count;
    unsigned in_catalogue; /* so many of them, the first ones, are the catalogue's */
};

/*
 * Reads the call's `metrics`. Returns true, or false with faults added where a name is unknown or
 * there are more than KM_ROW_MAX.
 */
bool km_metric_choice_read(struct km_call *call, const struct km_store *store,
                           struct km_metric_choice *ret_choice);

/* Leaves in the row what is chosen. */
void km_metric_choice_apply(const struct km_metric_choice *choice, struct km_row *row);

#endif
