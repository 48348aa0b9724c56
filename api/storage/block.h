/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_BLOCK_H
#define KM_API_STORAGE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

/*
 * Up to KM_BLOCK_ROWS rows of one entity, in time order, column by column, with one time column for
 * all. The only file that knows how rows lie in memory.
 *
 *     time     [t0 t1 t2 …]
 *     metric 3 [v0 v1 v2 …] present 110…   a clear bit: absent in that row
 *     metric 9 [v0 v1 v2 …] present 111…
 *
 * A block is one piece of memory, made anew when a row does not fit: it has room for 4, 16, 64 or
 * 128 rows, so that an entity seen once costs little.
 */
#define KM_BLOCK_ROWS 128

struct km_block;

/* Returns an empty block without columns, or NULL when memory runs out. */
struct km_block *km_block_new(void);
void km_block_free(struct km_block *block); /* NULL is fine */

/* Bytes of memory it takes. */
size_t km_block_size(const struct km_block *block);

unsigned km_block_rows(const struct km_block *block);
int64_t
km_block_first(const struct km_block *block); /* time of the oldest row; there must be one */
int64_t km_block_last(const struct km_block *block);
uint64_t km_block_samples(const struct km_block *block);

/* The place of the first row with time >= time_ms; rows if there is none. */
unsigned km_block_find(const struct km_block *block, int64_t time_ms);

/*
 * Puts a row in its place in time. The block may move: *block is the new one. Returns 0, -EEXIST if
 * a row of that time is there, -ENOSPC if the block is full, -ENOMEM; then nothing has changed.
 */
int km_block_insert(struct km_block **block, const struct km_row *row);

/* Moves the newer half of a block's rows into a new one. Returns NULL when memory runs out. */
struct km_block *km_block_split(struct km_block *block);

/* Copies row number place out. */
void km_block_read(const struct km_block *block, unsigned place, struct km_row *ret_row);

#endif
