/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_BLOCK_H
#define KM_API_STORAGE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "codec.h"
#include "store.h"

/*
 * Up to KM_BLOCK_ROWS rows of one entity, in time order. The only place that knows how rows lie in
 * memory: one piece for each block, made anew when it has no room.
 *
 *     rows   0 … 63 | 64 … 80 | 81
 *            frame  | log     | newest
 *
 *     frame   columns packed together (codec.h)
 *     log     rows since then, each as its difference to the one before (codec_log.h)
 *     newest  the newest row as it is; the log's last record leads to it
 *
 * When the log has half as many rows as the block may have, all is packed into one frame. A block
 * behind which another one has begun is sealed: one frame and nothing else.
 */
#define KM_BLOCK_ROWS KM_FRAME_ROWS

struct km_block;

/*
 * Returns a block of one row, or NULL when memory runs out. No more than `limit` rows, at most
 * KM_BLOCK_ROWS, are added at its end: an entity's first block has another limit for each entity,
 * else all blocks of a cluster, begun together, would be packed at the same tick.
 */
struct km_block *km_block_new(const struct km_row *row, unsigned limit);
void km_block_free(struct km_block *block); /* NULL is fine */

/*
 * The block as it is now, to be read by who does not hold the lock of its owner, for
 * km_block_free(): a sealed one itself, counted once more, since it never changes; of an open one a
 * copy. Returns NULL when memory runs out.
 */
struct km_block *km_block_take(struct km_block *block);

/* Bytes of memory it takes, those of the allocator included. */
size_t km_block_size(const struct km_block *block);

/* The most bytes that a block with `columns` metrics grows by when a row is added at its end, and
 * that a new one takes. */
size_t km_block_growth(unsigned columns);

/* Ask for the memory that adding a row or reading the newest one looks at: the block, then its log.
 */
void km_block_fetch(const struct km_block *block);
void km_block_fetch_log(const struct km_block *block);

unsigned km_block_rows(const struct km_block *block); /* at least 1 */
int64_t km_block_first(const struct km_block *block); /* time of the oldest row */
int64_t km_block_last(const struct km_block *block);
uint64_t km_block_samples(const struct km_block *block);

/*
 * Puts a row in its place in time: cheap behind the newest row, else the block is unpacked and
 * packed again. The block may move: *block is the new one. Returns 0, -EEXIST if a row of that time
 * is there, -ENOSPC if the block is full (behind the newest row: has `limit` rows),
 * -ENOMEM; then nothing has changed.
 */
int km_block_insert(struct km_block **block, const struct km_row *row);

/*
 * Packs all rows into one frame. The block may move. Returns 0, also where it is sealed, or
 * -ENOMEM; then it is as it was. Rows can still be inserted; it stays sealed.
 */
int km_block_seal(struct km_block **block);

/*
 * Moves the newer half of a block's rows into a new one; the older half is sealed. The block may
 * move. Returns 0 or -ENOMEM; then nothing has changed.
 */
int km_block_split(struct km_block **block, struct km_block **ret_newer);

/* The newest row; and the row before it, or -ENOENT where there is one row only. Both without
 * unpacking a frame while the block is not sealed. Return 0, -ENOMEM or -EBADMSG. */
int km_block_newest(const struct km_block *block, struct km_row *ret_row);
int km_block_previous(const struct km_block *block, struct km_row *ret_row);

/*
 * Unpacks the times of all rows and the values of some metrics, `count` of them in rising order;
 * the others are passed over. ret_rows' arrays are the caller's, with room for KM_BLOCK_ROWS rows
 * of count columns; values of absent ones are not set. Returns 0 or -EBADMSG.
 */
int km_block_columns(const struct km_block *block, const uint16_t *metric, unsigned count,
                     struct km_rows *ret_rows);

/* All rows of a block, unpacked. */
struct km_unpacked {
    struct km_rows rows;
    uint16_t metric[KM_ROW_MAX]; /* of each column, rising */
};

/* Returns 0 and all rows, for km_unpacked_free(), or -ENOMEM or -EBADMSG. */
int km_block_unpack(const struct km_block *block, struct km_unpacked **ret_rows);
void km_unpacked_free(struct km_unpacked *rows); /* NULL is fine */

/* The place of the first row with time >= time_ms; rows if there is none. */
unsigned km_unpacked_find(const struct km_unpacked *rows, int64_t time_ms);

/* Copies row number place out. */
void km_unpacked_read(const struct km_unpacked *rows, unsigned place, struct km_row *ret_row);

/*
 * Appends a block to a file's bytes, packed as it is (block_bytes.c draws it); and makes one of
 * such bytes. Return 0 and a block that is the caller's, -EBADMSG for bytes that are none, or
 * -ENOMEM. What a frame holds is looked at when it is read.
 */
void km_block_save(const struct km_block *block, struct km_buf *out);
int km_block_load(const uint8_t *bytes, size_t size, struct km_block **ret_block);

/* Its metrics, rising; they live as long as it and stay while no row is added. */
const uint16_t *km_block_metrics(const struct km_block *block, unsigned *ret_count);

/* True if it is one frame and nothing else. */
bool km_block_is_sealed(const struct km_block *block);

#endif
