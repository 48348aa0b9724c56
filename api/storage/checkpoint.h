/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_CHECKPOINT_H
#define KM_API_STORAGE_CHECKPOINT_H

#include "data_dir.h"
#include "store.h"

/* A history file that counts. */
struct km_history {
    uint32_t number;
    int64_t newest_ms; /* no row in it is newer */
    uint64_t bytes;
};

struct km_checkpoint {
    uint32_t number;
    bool last_failed; /* the checkpoint before this one: its sealed blocks are not in files */
    const struct km_history *history; /* those that the store's blocks are in so far */
    size_t n_history;
};

/*
 * Writes what the store holds while it goes on taking in: blocks that were sealed since the last
 * checkpoint into history-NUMBER, every entity with its open blocks into open-NUMBER. Some entities
 * are locked at a time, while they are copied. The rename of open-NUMBER is the moment from which
 * it counts; older open files and journals may then go.
 *
 * Returns 0, the new history file (bytes 0: there was nothing for it) and the open file's size, or
 * negative errno; then the next one writes the same blocks again.
 */
int km_checkpoint_write(struct km_store *store, const struct km_data_dir *dir,
                        const struct km_checkpoint *checkpoint, struct km_history *ret_history,
                        uint64_t *ret_open_bytes);

#endif
