/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_RECOVERY_FILE_H
#define KM_API_STORAGE_RECOVERY_FILE_H

#include "data_dir.h"
#include "store_inside.h"

/* One file of the data directory into the store, or the part of it that is one worker's. */

struct km_recovery_share {
    struct km_store *store;
    int64_t oldest_ms;        /* what ends by then is not wanted */
    unsigned worker, workers; /* takes the shards whose number leaves `worker` when divided */
};

struct km_recovery_found {
    uint64_t pieces, blocks, rows;
    uint64_t lost;        /* entries that name an entity nobody knows, or make no sense */
    uint64_t damaged;     /* bytes that are no piece, but for those at the end */
    size_t damaged_at;    /* where the first of them is */
    size_t tail, tail_at; /* bytes at the end that are no piece, and where they begin */
    int64_t newest_ms;    /* of its blocks, expired ones included */
    uint32_t *files;      /* for free(): the history files that it counts on, or NULL */
    size_t n_files;
};

/*
 * Takes in pieces from offset `from` on; same_catalogue says that metric ids are this build's.
 * Returns 0 and what was found (added to *found), or -ENOMEM.
 */
int km_recovery_file(const struct km_recovery_share *share, enum km_file_kind kind,
                     const uint8_t *bytes, size_t size, size_t from, bool same_catalogue,
                     struct km_recovery_found *found);

#endif
