/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_WINDOW_ANSWER_H
#define KM_API_WINDOW_ANSWER_H

#include <stdbool.h>

#include "route.h"
#include "store.h"

/* Whether a call is one for km_answer_window(): ?window above 0, or a format that needs one. */
bool km_window_is_asked(const struct km_call *call);

/*
 * Answers a call with ?window over the entities of a filter, from their history: rows as they are
 * (one node or pod, no step), or sums on a grid, as JSON or CSV. Entities that are no longer
 * current are among them, in the steps in which they were. Checks window and step. Where `count` is
 * not NULL the answer is a sum over the entities, and each row says under that name how many.
 * Answers 404 with `missing` (a sentence) where nothing matches.
 */
void km_answer_window(struct km_call *call, const struct km_filter *filter, const char *count,
                      const char *missing);

#endif
