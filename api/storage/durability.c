/* SPDX-License-Identifier: Apache-2.0 */
#include "durability.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "checkpoint.h"
#include "clean.h"
#include "recovery.h"
#include "store_inside.h"
#include "time_format.h"

/*
 * A checkpoint is due when the journal has grown to this size, for it is read at 60 MB a second and
 * core when the server starts; or when it has something and is this old.
 */
#define JOURNAL_BYTES (UINT64_C(128) << 20)
#define JOURNAL_MS    INT64_C(300000)
#define PAUSE_MS      200 /* between two looks at what is due */
#define RETRY_MS      1000

struct km_durability {
    struct km_durability_config config;
    struct km_store *store;
    struct km_data_dir dir;
    struct km_journal *journal;
    pthread_t thread;
    pthread_mutex_t lock; /* stop, status and history; not held while the disk is waited for */
    pthread_cond_t wake;
    bool stop, last_failed;
    uint32_t number;       /* of the journal that is written */
    uint64_t old_journals; /* bytes of those before it that are not yet covered */
    int64_t begun_ms;      /* steady: when the journal began */
    struct km_history *history;
    size_t n_history;
    struct km_durability_status status;
};

static void say_error(struct km_durability *d, const char *what, int r)
{
    char text[512];

    snprintf(text, sizeof(text), "--data-dir %s: %s: %s", d->config.dir, what, strerror(-r));
    d->config.say(KM_LOG_ERROR, text);
}

/* --- files that are not needed any more ---------------------------------------------------------
 */

static void remove_older(struct km_durability *d, uint32_t number)
{
    km_auto_free struct km_data_file *files = NULL;
    size_t count = 0;

    if (km_data_list(&d->dir, NULL, &files, &count) < 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (files[i].kind != KM_FILE_HISTORY && files[i].number < number)
            km_data_remove(&d->dir, files[i]);
    }
}

/* History of which the store has dropped every row. */
static void remove_expired(struct km_durability *d)
{
    int64_t gone_ms = km_time_now_ms() - d->store->config.retention_ms;
    int64_t evict_ms = atomic_load_explicit(&d->store->evict_ms, memory_order_relaxed);
    size_t kept = 0;

    if (evict_ms > gone_ms)
        gone_ms = evict_ms;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->n_history; i++) {
        if (d->history[i].newest_ms <= gone_ms)
            km_data_remove(&d->dir,
                           (struct km_data_file){KM_FILE_HISTORY, d->history[i].number, false});
        else
            d->history[kept++] = d->history[i];
    }
    d->n_history = kept;
    pthread_mutex_unlock(&d->lock);
}

/* --- checkpoints --------------------------------------------------------------------------------
 */

static int checkpoint(struct km_durability *d)
{
    struct km_journal_status journal;
    struct km_history made = {0}, *more;
    uint64_t open_bytes = 0;
    uint32_t number = d->number + 1;
    int r;

    km_journal_get_status(d->journal, &journal);
    pthread_mutex_lock(&d->lock);
    more = realloc(d->history, (d->n_history + 1) * sizeof(*more));
    if (more)
        d->history = more;
    pthread_mutex_unlock(&d->lock);
    if (!more)
        return -ENOMEM;
    r = km_journal_rotate(d->journal, number);
    if (r < 0)
        return r;
    d->number = number;
    d->begun_ms = km_time_steady_ms();
    pthread_mutex_lock(&d->lock);
    d->old_journals += journal.file_bytes;
    pthread_mutex_unlock(&d->lock);
    r = km_checkpoint_write(
        d->store, &d->dir,
        &(struct km_checkpoint){number, d->last_failed, d->history, d->n_history}, &made,
        &open_bytes);
    d->last_failed = r < 0;
    if (r < 0)
        return r;
    remove_older(d, number);
    km_journal_renew(d->journal);
    pthread_mutex_lock(&d->lock);
    if (made.bytes)
        d->history[d->n_history++] = made;
    d->old_journals = 0;
    d->status.open_bytes = open_bytes;
    d->status.checkpoint_ms = km_time_now_ms();
    d->status.checkpoints++;
    pthread_mutex_unlock(&d->lock);
    return 0;
}

static bool is_due(struct km_durability *d)
{
    struct km_journal_status journal;
    uint64_t most = d->config.checkpoint_size ? d->config.checkpoint_size : JOURNAL_BYTES;

    km_journal_get_status(d->journal, &journal);
    return d->old_journals + journal.file_bytes >= most ||
           (km_time_steady_ms() - d->begun_ms >= JOURNAL_MS && journal.bytes > 0);
}

/* --- the thread ---------------------------------------------------------------------------------
 */

/* Keeps trouble in mind and tells of its beginning and end. */
static void note_error(struct km_durability *d, int r)
{
    int before;

    pthread_mutex_lock(&d->lock);
    before = d->status.error;
    d->status.error = r;
    d->status.errors += r < 0 && before == 0;
    pthread_mutex_unlock(&d->lock);
    if (r < 0 && before == 0)
        say_error(d, "cannot write; readings are answered with 503 until it works again", r);
    else if (r == 0 && before < 0)
        d->config.say(KM_LOG_WARN, "the data directory is written again; readings are taken again");
}

static void do_what_is_due(struct km_durability *d, int64_t now_ms, int64_t *retry_ms,
                           int64_t *sync_ms)
{
    int r = km_journal_error(d->journal);

    if (r < 0 && now_ms < *retry_ms)
        return note_error(d, r);
    if (r < 0) {
        *retry_ms = now_ms + RETRY_MS;
        r = km_journal_retry(d->journal);
    }
    if (r == 0 && !d->config.always && now_ms >= *sync_ms) {
        *sync_ms = now_ms + d->config.interval_ms;
        r = km_journal_sync(d->journal);
    }
    note_error(d, r);
    if ((is_due(d) && now_ms >= *retry_ms) || r < 0) {
        int failed = checkpoint(d);

        if (failed < 0) {
            *retry_ms = now_ms + RETRY_MS;
            if (r == 0)
                say_error(d, "a checkpoint failed, the journal goes on and it is tried again",
                          failed);
        }
    }
    remove_expired(d);
}

static void *run(void *arg)
{
    struct km_durability *d = arg;
    int64_t retry_ms = 0, sync_ms = km_time_steady_ms() + d->config.interval_ms;

    pthread_mutex_lock(&d->lock);
    while (!d->stop) {
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += PAUSE_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&d->wake, &d->lock, &until);
        pthread_mutex_unlock(&d->lock);
        do_what_is_due(d, km_time_steady_ms(), &retry_ms, &sync_ms);
        pthread_mutex_lock(&d->lock);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

/* --- life ---------------------------------------------------------------------------------------
 */

static void tell_recovered(struct km_durability *d, const struct km_recovered *found)
{
    char text[512];

    snprintf(text, sizeof(text), "read %llu rows from %s (%llu MB) in %lld ms",
             (unsigned long long)found->rows, d->config.dir,
             (unsigned long long)(found->bytes >> 20), (long long)found->took_ms);
    d->config.say(KM_LOG_INFO, text);
}

static int begin(struct km_durability *d, struct km_buf *error)
{
    struct km_recovered found = {0};
    pthread_condattr_t steady;
    int r = km_recover(d->store, &d->dir, km_time_now_ms(), d->config.say, &found, error);

    if (r < 0)
        return r;
    tell_recovered(d, &found);
    d->history = found.history;
    d->n_history = found.n_history;
    d->old_journals = found.journal_bytes;
    d->status.open_bytes = found.open_bytes;
    d->status.recovered_rows = found.rows;
    d->status.recovery_ms = found.took_ms;
    d->status.damaged_files = found.damaged_files;
    d->status.missing_files = found.missing_files;
    d->number = found.next_number;
    d->begun_ms = km_time_steady_ms();
    r = km_journal_new(&d->dir, d->number, d->config.always, &d->journal);
    if (r < 0) {
        km_buf_printf(error, "--data-dir %s: journal-%08u cannot be made: %s", d->config.dir,
                      d->number, strerror(-r));
        return r;
    }
    pthread_mutex_init(&d->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&d->wake, &steady);
    pthread_condattr_destroy(&steady);
    r = -pthread_create(&d->thread, NULL, run, d);
    if (r < 0) {
        km_buf_printf(error, "the thread of --data-dir cannot be started: %s", strerror(-r));
        return r;
    }
    d->store->journal = d->journal;
    return 0;
}

static void discard(struct km_durability *d)
{
    d->store->journal = NULL;
    km_journal_free(d->journal);
    km_data_dir_close(&d->dir);
    free(d->history);
    free(d);
}

int km_durability_start(const struct km_durability_config *config, struct km_store *store,
                        struct km_durability **ret_durability, struct km_buf *error)
{
    struct km_durability *d = calloc(1, sizeof(*d));
    int r;

    if (!d) {
        km_buf_puts(error, "memory ran out");
        return -ENOMEM;
    }
    d->config = *config;
    d->store = store;
    r = km_data_dir_open(config->dir, &d->dir, error);
    if (r < 0) {
        free(d);
        return r;
    }
    r = begin(d, error);
    if (r < 0) {
        discard(d);
        return r;
    }
    *ret_durability = d;
    return 0;
}

void km_durability_stop(struct km_durability *d)
{
    int r;

    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_signal(&d->wake);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    r = checkpoint(d);
    if (r < 0)
        say_error(d, "the last checkpoint failed, the journal is read at the next start", r);
    pthread_cond_destroy(&d->wake);
    pthread_mutex_destroy(&d->lock);
    discard(d);
}

void km_durability_get_status(struct km_durability *d, struct km_durability_status *ret_status)
{
    struct km_journal_status journal;
    struct km_durability_status s;

    km_journal_get_status(d->journal, &journal);
    pthread_mutex_lock(&d->lock);
    s = d->status;
    s.history_files = (uint32_t)d->n_history;
    for (size_t i = 0; i < d->n_history; i++)
        s.history_bytes += d->history[i].bytes;
    s.journal_bytes = d->old_journals + journal.file_bytes;
    pthread_mutex_unlock(&d->lock);
    s.dir = d->config.dir;
    s.always = d->config.always;
    s.bytes = s.history_bytes + s.journal_bytes + s.open_bytes;
    s.written = journal.bytes;
    s.fsync_ms = journal.synced_ms;
    if (journal.error < 0)
        s.error = journal.error;
    *ret_status = s;
}
