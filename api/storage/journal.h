/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_JOURNAL_H
#define KM_API_STORAGE_JOURNAL_H

#include "data_dir.h"

/*
 * The log of what was taken in since the last checkpoint: a file of pieces (piece.h), one a batch.
 * Who commits first writes for all who wait (group commit). Every function may be called from any
 * thread.
 */
struct km_journal;

/*
 * Begins a file of that number. With `always` a commit ends when the disk has the bytes
 * (fdatasync); else when the system has them (write), and km_journal_sync() is called now and then.
 * Returns 0 and the journal, for km_journal_free(), or negative errno.
 */
int km_journal_new(const struct km_data_dir *dir, uint32_t number, bool always,
                   struct km_journal **ret_journal);
void km_journal_free(struct km_journal *journal); /* NULL is fine */

/*
 * Puts pieces behind those that were added before; nothing is written yet. Returns the position
 * behind them, for km_journal_commit(); with size 0 that of all that was added so far.
 */
uint64_t km_journal_add(struct km_journal *journal, const void *pieces, size_t size);

/* Waits until everything up to position is kept. Returns 0, or negative errno where the disk does
 * not take it: the bytes are kept in memory and tried again by km_journal_retry(). */
int km_journal_commit(struct km_journal *journal, uint64_t position);

/* Negative errno while the disk does not take what was added; else 0. */
int km_journal_error(struct km_journal *journal);

/* Tries again after an error. Returns 0 or negative errno. */
int km_journal_retry(struct km_journal *journal);

/* Makes what was written last through a power loss. Returns 0 or negative errno. */
int km_journal_sync(struct km_journal *journal);

/*
 * Goes on in a new file. Everything that was added before this began is in the older files or in
 * the new one, which is synced with km_journal_sync(); the older ones are complete and synced when
 * it returns. Returns 0, or negative errno; then the old file goes on.
 */
int km_journal_rotate(struct km_journal *journal, uint32_t number);

/* After a sync failed no retry helps, for the system may have dropped the bytes: only a checkpoint
 * does, which has them from memory. It says so here. */
void km_journal_renew(struct km_journal *journal);

struct km_journal_status {
    uint64_t file_bytes; /* of the file that is written */
    uint64_t bytes;      /* written since start */
    int64_t synced_ms;   /* Unix time of the last fdatasync; 0: none */
    int error;           /* negative errno, or 0 */
    uint64_t errors;     /* how often that began */
};
void km_journal_get_status(struct km_journal *journal, struct km_journal_status *ret_status);

#endif
