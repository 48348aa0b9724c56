/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_ENTITY_LIST_H
#define KM_API_ENTITY_LIST_H

#include "route.h"
#include "store.h"
#include "total.h"

/* Answers the list of the nodes, pods or containers that match, as they are now. */
void km_answer_entities(struct km_call *call, const struct km_filter *filter);

/* Fills *ret_view with the newest entity that matches, or returns false where there is none. */
bool km_newest_view(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                    struct km_view *ret_view);

/*
 * What `sort`, an enum km_sort, orders an entity by: from its newest row and, for rates, the one
 * before it, or NULL. 0 where it is not known.
 */
double km_sort_value(int sort, const struct km_row *last, const struct km_row *previous);
double km_sort_total(int sort, const struct km_total *total);

#endif
