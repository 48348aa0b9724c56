/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_BLOCK_INSIDE_H
#define KM_API_STORAGE_BLOCK_INSIDE_H

/* How a block lies in memory, for the files block*.c alone. */

#include "block.h"

/*
 *     header | value[columns] metric[columns] present previous | frame | log | room
 *              `- not of a sealed one         `- not of a sealed one
 *
 * A row before which there is no frame and no record has all of the block's metrics.
 */
struct km_block {
    int64_t first, last; /* times */
    uint32_t samples;
    uint32_t frame_size, log_size, log_room; /* bytes */
    uint32_t last_record;                    /* where the newest row's record begins in the log */
    uint16_t columns;
    uint8_t rows, frame_rows, sealed;
    uint64_t memory[];
};

/* Bytes of a bit for each column. */
static inline unsigned km_block_bitmap(const struct km_block *b)
{
    return (b->columns + 7u) / 8;
}

/* The newest row's values; of a column that it does not have, the last one known. */
static inline int64_t *km_block_value(const struct km_block *b)
{
    return (int64_t *)b->memory;
}

static inline uint16_t *km_block_metric(const struct km_block *b)
{
    return (uint16_t *)(km_block_value(b) + (b->sealed ? 0 : b->columns));
}

/* Which columns the newest row has; behind it the same of the row before. */
static inline uint8_t *km_block_present(const struct km_block *b)
{
    return (uint8_t *)(km_block_metric(b) + b->columns);
}

static inline uint8_t *km_block_frame(const struct km_block *b)
{
    return km_block_present(b) + (b->sealed ? 0 : 2 * km_block_bitmap(b));
}

static inline uint8_t *km_block_log(const struct km_block *b)
{
    return km_block_frame(b) + b->frame_size;
}

/* Returns a block without rows, its arrays not set, or NULL when memory runs out. */
struct km_block *km_block_make(unsigned columns, bool sealed, size_t frame_size, size_t log_room);

/*
 * Returns a block of the first frame_rows rows of u, packed into a frame. Of one that is not sealed
 * the newest row and the bits are not set, and the log is empty. NULL when memory runs out.
 */
struct km_block *km_block_pack(const struct km_unpacked *u, bool sealed, unsigned frame_rows,
                               size_t log_room);

/* km_block_insert() where the row does not simply go behind the others. */
int km_block_rewrite(struct km_block **block, const struct km_row *row);

/* Returns rows without values for so many columns, or NULL when memory runs out. */
struct km_unpacked *km_unpacked_new(unsigned columns);

#endif
