/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_RESTORE_H
#define KM_API_STORAGE_RESTORE_H

#include "store_inside.h"

/*
 * What was read from the disk, into a store that takes nothing else in meanwhile. Each function
 * wants the shard's lock; none writes to a journal.
 */

/* Finds or makes an entity and tells it facts that are newer than its own. NULL: -ENOMEM. */
struct km_entity *km_restore_entity(struct km_shard *shard, enum km_entity_kind kind,
                                    const struct km_facts *facts, int64_t received_ms);

/* The entity of a km_entity_key(), or NULL. */
struct km_entity *km_restore_known(const struct km_shard *shard, uint64_t key);

/* Adds a row, if it is not there. received_ms 0: not known. Returns 0 or -ENOMEM. */
int km_restore_row(struct km_shard *shard, struct km_entity *entity, const struct km_row *row,
                   int64_t received_ms);

/* Adds a block and takes it over. Where its time overlaps with others' its rows are added one by
 * one. Returns 0, -ENOMEM or -EBADMSG. */
int km_restore_block(struct km_shard *shard, struct km_entity *entity, struct km_block *block);

/* Takes out entities that have no rows after all. */
void km_restore_end(struct km_shard *shard);

#endif
