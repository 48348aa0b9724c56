/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_ORDER_H
#define KM_API_STORAGE_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "entity.h"
#include "store.h"

/*
 * All entities of one kind in the order of their names, so that a list need not sort them: nodes by
 * name; pods by namespace and name; containers by namespace, pod and name; of one name by slot.
 *
 *     sorted: a a b d e | tail: c f      not sorted in yet
 *
 * Entities are added at the tail, and sorted in when somebody asks. One that is gone is left where
 * it stands until then: its reference no longer leads to anything.
 */
struct km_order {
    struct km_ref *refs;
    size_t sorted, count, room;
    bool renamed;       /* some in the sorted part stand at the tail too, under a new name */
    uint64_t n_removed; /* the store's count when the sorted part was last rid of those gone */
};

/* Adds a new entity. Returns 0 or -ENOMEM. The write lock is held. */
int km_order_add(struct km_store *store, const struct km_entity *entity);

/* The entity has a new name. Returns 0 or -ENOMEM. The write lock is held. */
int km_order_rename(struct km_store *store, const struct km_entity *entity);

/*
 * A copy of the references of a kind, in order, for free() (NULL when empty); some may be gone.
 * Takes the lock itself, and not for long: a sorted list is copied as it is. Returns 0 or -ENOMEM.
 */
int km_order_copy(struct km_store *store, enum km_entity_kind kind, struct km_ref **ret_refs,
                  size_t *ret_count);

/* True if two entities of one kind have the same name. */
bool km_order_same(const struct km_entity *a, const struct km_entity *b);

void km_order_done(struct km_order *order);

#endif
