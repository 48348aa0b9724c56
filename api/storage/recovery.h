/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_RECOVERY_H
#define KM_API_STORAGE_RECOVERY_H

#include "checkpoint.h"
#include "data_dir.h"
#include "store.h"

/* What a data directory holds, back into an empty store. */
struct km_recovered {
    struct km_history *history; /* for free(): the history files there are */
    size_t n_history;
    uint32_t next_number;   /* greater than that of any file */
    uint64_t journal_bytes; /* that were replayed */
    uint64_t open_bytes;
    uint64_t bytes, rows;
    unsigned damaged_files, missing_files;
    int64_t took_ms;
};

/*
 * Reads the newest checkpoint's files and the journals behind it, with as many threads as there are
 * processors (8 at most). Tells of everything that is damaged or missing, what is kept and what
 * happens next. Nothing that was read is removed.
 *
 * Returns 0, or negative errno and a text where the server must not go on: a file of a newer
 * version, which would be lost, a file that cannot be read, or no memory.
 */
int km_recover(struct km_store *store, const struct km_data_dir *dir, int64_t now_ms, km_say *say,
               struct km_recovered *ret_recovered, struct km_buf *error);

#endif
