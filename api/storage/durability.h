/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_DURABILITY_H
#define KM_API_STORAGE_DURABILITY_H

#include "data_dir.h"
#include "store.h"

/*
 * A store that outlives its process: what km_store_append() has returned 0 for is on the disk.
 * docs/durability.md has the files, the guarantees and what happens in each case of failure.
 */
struct km_durability;

struct km_durability_config {
    const char *dir;        /* lives as long as the durability */
    bool always;            /* a batch is on the disk itself before it is acknowledged */
    int64_t interval_ms;    /* else how often the disk is asked to have it */
    size_t checkpoint_size; /* bytes of journal after which a checkpoint is written; 0: as usual */
    km_say *say;            /* called by any thread */
};

/*
 * Reads what the directory holds into the store, which is empty and nobody else's yet, and begins
 * to write. Returns 0, or negative errno and a text.
 */
int km_durability_start(const struct km_durability_config *config, struct km_store *store,
                        struct km_durability **ret_durability, struct km_buf *error);

/* Writes a last checkpoint and ends. The store takes in nothing any more. NULL is fine. */
void km_durability_stop(struct km_durability *durability);

struct km_durability_status {
    const char *dir;
    bool always;
    uint64_t bytes, journal_bytes, history_bytes, open_bytes; /* on the disk */
    uint32_t history_files;
    uint64_t written;                /* bytes of batches since start */
    int64_t checkpoint_ms, fsync_ms; /* Unix time of the last; 0: none yet */
    uint64_t checkpoints;
    uint64_t errors;
    int error;           /* negative errno while batches are refused, else 0 */
    int64_t recovery_ms; /* how long it took to read the directory */
    uint64_t recovered_rows;
    unsigned damaged_files, missing_files; /* found then */
};
void km_durability_get_status(struct km_durability *durability,
                              struct km_durability_status *ret_status);

#endif
