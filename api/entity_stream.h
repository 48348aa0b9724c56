/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_ENTITY_STREAM_H
#define KM_API_ENTITY_STREAM_H

#include "json_write.h"
#include "list_page.h"
#include "route.h"
#include "store.h"

/*
 * Answers the list of the nodes, pods or containers that match, as they are now, in the order of
 * their names, by the call's limit and continue. Entities are found while the answer is sent, some
 * at a time: however many there are, the first byte leaves at once, and the answer costs no more
 * memory than its buffers. The object and its tokens are those of list_page.h.
 */
void km_stream_entities(struct km_call *call, const struct km_filter *filter);

/* Writes an entity as it is now as a JSON object; nothing if it is gone. */
void km_write_entity(struct km_json *w, const struct km_api *api, enum km_entity_kind kind,
                     struct km_ref ref, int64_t now_ms);

/* An entity's name in tokens; false if it is gone. */
bool km_entity_list_name(const struct km_store *store, struct km_ref ref,
                         char ret_name[KM_LIST_NAME]);

#endif
