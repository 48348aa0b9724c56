/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_BLOCK_INSIDE_H
#define KM_API_STORAGE_BLOCK_INSIDE_H

/* How a block lies in memory, for the files block*.c alone. */

#include <stdatomic.h>

#include "block.h"

/*
 *     open     header | km_open | value[columns] metric[columns] present previous
 *                        |  `-> cell -> cell -> cell     the log
 *                        `-> frame
 *     copy     header | km_open | the same arrays | frame | log
 *     sealed   header | metric[columns] | frame
 *
 * The log is cut into cells of one size: whatever frees one, another one's log takes it, and no
 * block is moved because it grows.
 *
 * A row before which there is no frame and no record has all of the block's metrics.
 */
struct km_block {
    int64_t first, last; /* times */
    uint32_t samples, frame_size;
    uint16_t columns;
    uint8_t rows, frame_rows;
    uint8_t limit; /* no more rows are added at the end; half of it is the most of the log */
    bool sealed : 1;
    bool copied : 1;         /* an open one that is read only: in one piece, without cells */
    _Atomic uint16_t others; /* who hold it beside its owner; only of a sealed one */
    uint64_t memory[];
};

struct km_cell {
    struct km_cell *next;
    uint8_t bytes[112];
};

struct km_open {
    uint8_t *frame; /* NULL: none; of a copy the log is behind it */
    struct km_cell *cells, *last_cell;
    struct km_cell *record_cell; /* where last_record is */
    uint32_t log_size;           /* bytes in all cells */
    uint32_t last_record;        /* where the newest row's record begins */
};

/* What the allocator takes for a piece of `bytes`: glibc's malloc rounds and adds 8. */
static inline size_t km_heap_size(size_t bytes)
{
    return bytes <= 24 ? 32 : (bytes + 8 + 15) / 16 * 16;
}

/* Bytes of a bit for each column. */
static inline unsigned km_block_bitmap(const struct km_block *b)
{
    return (b->columns + 7u) / 8;
}

static inline struct km_open *km_block_open(const struct km_block *b)
{
    return (struct km_open *)b->memory;
}

/* The newest row's values; of a column that it does not have, the last one known. */
static inline int64_t *km_block_value(const struct km_block *b)
{
    return (int64_t *)(km_block_open(b) + 1);
}

static inline uint16_t *km_block_metric(const struct km_block *b)
{
    return b->sealed ? (uint16_t *)b->memory : (uint16_t *)(km_block_value(b) + b->columns);
}

/* Which columns the newest row has; behind it the same of the row before. */
static inline uint8_t *km_block_present(const struct km_block *b)
{
    return (uint8_t *)(km_block_metric(b) + b->columns);
}

static inline uint8_t *km_block_frame(const struct km_block *b)
{
    return b->sealed ? (uint8_t *)(km_block_metric(b) + b->columns) : km_block_open(b)->frame;
}

/*
 * The log's bytes from `from` on in one piece: in room (of `size` bytes), or, where that is too
 * small, in *ret_more, which is then for free(); those of a copy where they are. Returns NULL when
 * memory runs out.
 */
const uint8_t *km_block_log(const struct km_block *b, size_t from, uint8_t *room, size_t size,
                            uint8_t **ret_more);

/* Frees the log's cells; what they take, the allocator's share included. */
void km_block_log_clear(struct km_block *b);
size_t km_block_log_heap(const struct km_block *b);

/* Adds a record to the log. Returns 0 or -ENOMEM; then nothing has changed. */
int km_block_log_add(struct km_block *b, const uint8_t *bytes, size_t size);

/* Bytes of an open block alone. */
static inline size_t km_block_open_size(unsigned columns)
{
    return sizeof(struct km_block) + sizeof(struct km_open) +
           columns * (sizeof(int64_t) + sizeof(uint16_t)) + 2 * ((columns + 7u) / 8);
}

/* Returns an open block without rows, its arrays not set, or NULL when memory runs out. */
struct km_block *km_block_make(unsigned columns);

/*
 * Packs the first `rows` rows of u into a frame with `before` free bytes in front of it. Returns
 * it, for free(), and its size without those, or NULL when memory runs out.
 */
uint8_t *km_block_pack(const struct km_unpacked *u, unsigned rows, size_t before, size_t *ret_size);

/* km_block_insert() where the row does not simply go behind the others. */
int km_block_rewrite(struct km_block **block, const struct km_row *row);

/*
 * All rows of a block as one frame, with `before` free bytes in front of it. Returns 0 and the
 * memory, for free(), and the frame's size; or -ENOMEM or -EBADMSG.
 */
int km_block_repack(const struct km_block *b, size_t before, uint8_t **ret_memory,
                    size_t *ret_size);

/* Bytes of unpacked rows of so many columns. */
static inline size_t km_unpacked_size(unsigned columns)
{
    return sizeof(struct km_unpacked) + KM_BLOCK_ROWS * (columns + 1) * sizeof(int64_t) +
           columns * sizeof(struct km_presence);
}

/* Makes such memory rows without values. */
struct km_unpacked *km_unpacked_init(void *memory, unsigned columns);

/* Returns rows without values for so many columns, or NULL when memory runs out. */
struct km_unpacked *km_unpacked_new(unsigned columns);

/* Unpacks a block into rows that were made for its columns. Returns 0, -ENOMEM or -EBADMSG. */
int km_block_unpack_into(const struct km_block *block, struct km_unpacked *ret_rows);

#endif
