/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_ORDER_H
#define KM_API_STORAGE_ORDER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "entity.h"
#include "store.h"

/*
 * All entities of one kind in the order of their names, so that a list need not sort them: nodes by
 * name; pods by namespace and name; containers by namespace, pod and name; of one name by slot.
 *
 *     leaves   [a a b d] [e f] [g h k]      sorted, and so are those in a leaf
 *
 * An entity is put in its place when it comes. A list is read piece by piece, each from where the
 * one before ended, so it copies nothing and holds the lock for a piece only. store_inside.h says
 * what the lock is for.
 */
struct km_leaf;

struct km_order {
    pthread_mutex_t lock;
    struct km_leaf **leaves;
    size_t n_leaves, room;
};

void km_order_init(struct km_order *order);
void km_order_done(struct km_order *order); /* entities are not its own */

/* Puts an entity in. *ret_bytes: memory that takes. Returns 0 or -ENOMEM. */
int km_order_add(struct km_order *order, struct km_entity *entity, size_t *ret_bytes);

/* Takes an entity out, if it is in; its name is still the one it was put in by. Returns the bytes
 * of memory that gives back. */
size_t km_order_remove(struct km_order *order, struct km_entity *entity);

/* True if facts name the entity otherwise than it is named. */
bool km_order_renames(const struct km_entity *entity, const struct km_facts *said);

/* A piece of the order. */
#define KM_ORDER_PIECE KM_STORE_PIECE

struct km_order_piece {
    size_t count;
    struct km_ref ref[KM_ORDER_PIECE];
    bool same[KM_ORDER_PIECE]; /* it has the name of the one before it, in this piece */
};

/*
 * The next entities behind the cursor whose name begins with the parts in fixed (up to the first
 * NULL; NULL: all). The cursor moves behind them. Those of one name are not torn apart unless they
 * are more than a piece. Nothing is left when count is 0. Takes the lock itself.
 */
void km_order_next(struct km_order *order, const char *const fixed[KM_NAME_PARTS],
                   struct km_cursor *cursor, struct km_order_piece *ret_piece);

/* The name parts of an entity's facts, "" where not known. */
void km_order_name(enum km_entity_kind kind, const struct km_facts *facts,
                   const char *ret_part[KM_NAME_PARTS]);

#endif
