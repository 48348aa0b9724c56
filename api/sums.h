/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_SUMS_H
#define KM_API_SUMS_H

#include <stddef.h>

#include "total.h"

/*
 * Many totals, each under a name of three parts ("" where there is none): those of all deployments,
 * say. Most pods have the same few metrics, so each total has a place for those alone that have
 * been seen in any, a fifth of what a struct km_total takes.
 *
 *     values   a: cpu_usage usage rx_bytes | b: cpu_usage usage rx_bytes | ...
 */
struct km_sum;

struct km_sums { /* begins all zero */
    size_t count, room;
    struct km_sum **items;
    uint32_t *place; /* hash table of 2 * room: the item's place + 1; 0: free */
    double *values;  /* n_columns of each item; NaN: not known */
    unsigned n_columns, room_columns;
    uint16_t metric[KM_METRIC_COUNT]; /* of each column */
    uint16_t column[KM_METRIC_COUNT]; /* of each metric, + 1; 0: none */
};

void km_sums_done(struct km_sums *sums);

/* Adds a reading, as km_total_add() does, to the total of that name. Returns 0 or -ENOMEM. */
int km_sums_add(struct km_sums *sums, const char *const name[KM_NAME_PARTS],
                const struct km_row *last, const struct km_row *previous);

/* Name and total of number i, in no order. */
const char *const *km_sums_name(const struct km_sums *sums, size_t i);
void km_sums_total(const struct km_sums *sums, size_t i, struct km_total *ret_total);

#endif
