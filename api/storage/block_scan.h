/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_BLOCK_SCAN_H
#define KM_API_STORAGE_BLOCK_SCAN_H

#include "codec.h"
#include "store_inside.h"

/*
 * An entity's blocks, taken out under its shard's lock and unpacked without it. A scan keeps its
 * memory from one entity to the next.
 */
struct km_scan {
    struct km_block **blocks;
    size_t count, room;
    struct km_rows rows; /* of the block unpacked last */
    unsigned columns;    /* that rows has room for */
};

void km_scan_done(struct km_scan *scan);

/*
 * Takes the blocks of ref with rows in a span of time, and the one before, so that rates are known
 * from the start. Returns 0, -ENOENT if ref is gone, or -ENOMEM.
 */
int km_scan_take(struct km_scan *scan, const struct km_store *store, struct km_ref ref,
                 int64_t from_ms, int64_t to_ms);

/*
 * Unpacks some metrics of block i, `count` of them in rising order, into scan->rows, which is good
 * until the next call: only what is asked for is decoded. Returns 0, -ENOMEM or -EBADMSG.
 */
int km_scan_read(struct km_scan *scan, size_t i, const uint16_t *metric, unsigned count);

#endif
