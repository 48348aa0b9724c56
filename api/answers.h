/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_ANSWERS_H
#define KM_API_ANSWERS_H

#include "json_write.h"
#include "store.h"

/* Entities and rows as JSON: the objects of /openapi.json. What is not known is left out. */

/*
 * The groups of one row inside an object that has a member already: catalogue order, other members
 * at the end of their group; after each RATED metric its "<key>_per_second" where before (may be
 * NULL) gives one.
 */
void km_answer_row(struct km_json *w, const struct km_store *store, const struct km_row *row,
                   const struct km_row *before);

/* Whether nothing has come of a node for 3 intervals. */
bool km_is_stale(int64_t received_ms, int64_t interval_ms, int64_t now_ms);

/* A whole object of an entity's view. */
void km_answer_node(struct km_json *w, const struct km_store *store, const struct km_view *view,
                    int64_t interval_ms, int64_t now_ms);
/* containers: the pod's, may be none of them; NULL leaves the member out. */
void km_answer_pod(struct km_json *w, const struct km_store *store, const struct km_view *view,
                   int64_t now_ms, const struct km_ref *containers, size_t n_containers);
void km_answer_container(struct km_json *w, const struct km_store *store,
                         const struct km_view *view);

#endif
