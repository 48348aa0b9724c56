/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_USAGE_H
#define KM_COLLECTOR_USAGE_H

#include "sample.h"

/* The CPU counter of one identity at its last reading: what cpu_usage is the growth from. */
struct km_usage {
    int64_t usec;
    int64_t read_usec; /* steady clock; 0: not read yet */
};

/*
 * Sets cpu_usage from the growth of usage_usec over the time that really passed since the reading
 * before: absent at the first reading, and where the counter went down or by more than any machine
 * can. now_usec is the steady clock at the time of reading.
 */
void km_usage_update(struct km_usage *usage, int64_t now_usec, struct km_sample *sample);

int64_t km_usage_clock(void); /* the steady clock in us */

#endif
