/* SPDX-License-Identifier: Apache-2.0 */
#include "recovery.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clean.h"
#include "file_head.h"
#include "recovery_file.h"
#include "restore.h"
#include "time_format.h"

#define WORKERS 8

/* A file that is read. */
struct source {
    struct km_data_file file;
    char name[KM_DATA_NAME];
    const uint8_t *bytes;
    size_t size, from;
    bool same_catalogue;
    struct km_recovery_found found[WORKERS]; /* by each of them */
};

struct recovery {
    const struct km_data_dir *dir;
    km_say *say;
    struct source *sources;
    size_t n_sources;
    uint32_t newest_open; /* 0: there is none */
};

struct worker {
    pthread_t thread;
    struct km_recovery_share share;
    struct recovery *recovery;
    int result;
};

static void tell(const struct recovery *r, enum km_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void tell(const struct recovery *r, enum km_log_level level, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    r->say(level, text);
}

/* --- which files --------------------------------------------------------------------------------
 */

/* Ends or takes back what a checkpoint left that was cut off. */
static int tidy(const struct recovery *r, const struct km_data_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct km_data_file *f = &files[i];
        bool counts = f->kind == KM_FILE_HISTORY && f->number == r->newest_open;
        int err = 0;

        if (f->is_new)
            err = counts ? km_data_finish(r->dir, *f) : km_data_remove(r->dir, *f);
        if (err < 0)
            return err;
    }
    return 0;
}

/* Opens a file and looks at its head. */
static int open_source(const struct recovery *r, struct km_data_file file, struct source *s,
                       struct km_buf *error)
{
    struct km_head ours = km_file_head_of(file.kind, file.number), head = ours;
    int err;

    s->file = file;
    s->file.is_new = false;
    km_data_name(s->file, s->name);
    err = km_data_map(r->dir, s->file, &s->bytes, &s->size);
    if (err < 0) {
        km_buf_printf(error, "%s/%s cannot be read: %s; the server does not start without it",
                      r->dir->path, s->name, strerror(-err));
        return err;
    }
    err = km_head_read(s->bytes, s->size, &head);
    s->from = s->size < KM_HEAD_SIZE ? s->size : KM_HEAD_SIZE;
    if (err < 0) {
        tell(
            r, KM_LOG_WARN,
            "%s/%s: %s at offset 0; the pieces behind it are checked and kept where they are sound",
            r->dir->path, s->name, err == -ENODATA ? "the head is cut off" : "the head is damaged");
        s->from = 0;
        head = ours;
    }
    if (head.version != KM_FORMAT_VERSION || head.shards != ours.shards ||
        head.naming != ours.naming) {
        km_buf_printf(
            error,
            "%s/%s has format version %u%s, and this server reads version %u; nothing was "
            "changed: start the server that wrote it, or choose another --data-dir",
            r->dir->path, s->name, head.version,
            head.version == KM_FORMAT_VERSION ? " of another kind of machine" : "",
            KM_FORMAT_VERSION);
        return -EPROTO;
    }
    s->same_catalogue = head.catalogue == ours.catalogue;
    return 0;
}

/* History first, then the open blocks, then the journals in order: as time went. */
static int choose(struct recovery *r, const struct km_data_file *files, size_t count,
                  struct km_buf *error)
{
    static const enum km_file_kind order[] = {KM_FILE_HISTORY, KM_FILE_OPEN, KM_FILE_JOURNAL};

    r->sources = calloc(count + 1, sizeof(*r->sources));
    if (!r->sources)
        return -ENOMEM;
    for (unsigned k = 0; k < 3; k++) {
        for (size_t i = 0; i < count; i++) {
            const struct km_data_file *f = &files[i];
            int err;

            if (f->kind != order[k] ||
                (f->is_new && (f->kind != KM_FILE_HISTORY || f->number != r->newest_open)) ||
                (f->kind != KM_FILE_HISTORY && f->number < r->newest_open))
                continue;
            err = open_source(r, *f, &r->sources[r->n_sources++], error);
            if (err < 0)
                return err;
        }
    }
    return 0;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void *work(void *arg)
{
    struct worker *w = arg;
    const struct recovery *r = w->recovery;

    for (size_t i = 0; i < r->n_sources && w->result == 0; i++) {
        struct source *s = &r->sources[i];

        w->result = km_recovery_file(&w->share, s->file.kind, s->bytes, s->size, s->from,
                                     s->same_catalogue, &s->found[w->share.worker]);
    }
    return NULL;
}

static int read_all(struct recovery *r, struct km_store *store, int64_t now_ms)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned workers = processors < 1 ? 1 : processors > WORKERS ? WORKERS : (unsigned)processors;
    struct worker worker[WORKERS] = {0};
    int result = 0;

    for (unsigned i = 0; i < workers; i++) {
        worker[i].recovery = r;
        worker[i].share =
            (struct km_recovery_share){store, now_ms - store->config.retention_ms, i, workers};
    }
    for (unsigned i = 1; i < workers; i++) {
        if (pthread_create(&worker[i].thread, NULL, work, &worker[i]) != 0)
            worker[i].thread = 0;
    }
    work(&worker[0]);
    for (unsigned i = 1; i < workers; i++) {
        if (worker[i].thread)
            pthread_join(worker[i].thread, NULL);
        else
            work(&worker[i]);
    }
    for (unsigned i = 0; i < workers; i++)
        result = worker[i].result < 0 ? worker[i].result : result;
    for (unsigned i = 0; i < KM_SHARDS; i++) {
        pthread_mutex_lock(&store->shard[i].lock);
        km_restore_end(&store->shard[i]);
        pthread_mutex_unlock(&store->shard[i].lock);
    }
    return result;
}

/* --- what was found -----------------------------------------------------------------------------
 */

static void sum_up(const struct recovery *r, const struct source *s, struct km_recovered *to)
{
    const struct km_recovery_found *first = &s->found[0];
    uint64_t lost = 0;
    int64_t newest_ms = 0;

    for (unsigned i = 0; i < WORKERS; i++) {
        to->rows += s->found[i].rows;
        lost += s->found[i].lost;
        if (s->found[i].newest_ms > newest_ms)
            newest_ms = s->found[i].newest_ms;
    }
    to->bytes += s->size;
    if (s->file.kind == KM_FILE_JOURNAL)
        to->journal_bytes += s->size;
    else if (s->file.kind == KM_FILE_OPEN)
        to->open_bytes = s->size;
    else
        to->history[to->n_history++] = (struct km_history){s->file.number, newest_ms, s->size};
    if (first->damaged)
        tell(r, KM_LOG_WARN,
             "%s/%s: %llu bytes from offset %zu on are damaged and left out; the pieces before and "
             "behind them are kept",
             r->dir->path, s->name, (unsigned long long)first->damaged, first->damaged_at);
    if (first->tail)
        tell(r, KM_LOG_WARN,
             "%s/%s ends in the middle of a write: the %zu bytes from offset %zu on are left out, "
             "everything before them is kept; the server goes on in a new file",
             r->dir->path, s->name, first->tail, first->tail_at);
    if (lost)
        tell(
            r, KM_LOG_WARN,
            "%s/%s: %llu entries are left out, for what they belong to was lost with another piece",
            r->dir->path, s->name, (unsigned long long)lost);
    to->damaged_files += first->damaged || first->tail || lost;
}

static void tell_missing(const struct recovery *r, const struct source *open,
                         struct km_recovered *to)
{
    const struct km_recovery_found *found = &open->found[0];

    for (size_t i = 0; i < found->n_files; i++) {
        bool there = false;

        for (size_t h = 0; h < to->n_history; h++)
            there |= to->history[h].number == found->files[i];
        if (there)
            continue;
        to->missing_files++;
        tell(r, KM_LOG_WARN,
             "%s/history-%08u is missing: its part of the history is lost, all else is kept",
             r->dir->path, found->files[i]);
    }
}

static void finish(struct recovery *r)
{
    for (size_t i = 0; i < r->n_sources; i++) {
        for (unsigned w = 0; w < WORKERS; w++)
            free(r->sources[i].found[w].files);
        km_data_unmap(r->sources[i].bytes, r->sources[i].size);
    }
    free(r->sources);
}

int km_recover(struct km_store *store, const struct km_data_dir *dir, int64_t now_ms, km_say *say,
               struct km_recovered *ret_recovered, struct km_buf *error)
{
    struct recovery r = {.dir = dir, .say = say};
    struct km_recovered to = {.next_number = 1};
    km_auto_free struct km_data_file *files = NULL;
    int64_t began_ms = km_time_steady_ms();
    size_t count = 0;
    int err = km_data_list(dir, say, &files, &count);

    for (size_t i = 0; i < count; i++) {
        if (files[i].number >= to.next_number)
            to.next_number = files[i].number + 1;
        if (files[i].kind == KM_FILE_OPEN && !files[i].is_new && files[i].number > r.newest_open)
            r.newest_open = files[i].number;
    }
    if (err == 0)
        err = tidy(&r, files, count);
    if (err == 0)
        err = choose(&r, files, count, error);
    to.history = calloc(r.n_sources + 1, sizeof(*to.history));
    if (err == 0)
        err = to.history ? read_all(&r, store, now_ms) : -ENOMEM;
    for (size_t i = 0; err == 0 && i < r.n_sources; i++)
        sum_up(&r, &r.sources[i], &to);
    for (size_t i = 0; err == 0 && i < r.n_sources; i++) {
        if (r.sources[i].file.kind == KM_FILE_OPEN)
            tell_missing(&r, &r.sources[i], &to);
    }
    finish(&r);
    if (err < 0) {
        free(to.history);
        if (error->len == 0)
            km_buf_printf(error, "--data-dir %s: %s", dir->path, strerror(-err));
        return err;
    }
    if (r.newest_open == 0 && to.n_history > 0)
        tell(&r, KM_LOG_WARN,
             "%s has history but no file open-NUMBER: the rows of the last minutes before the "
             "journal "
             "are lost, all else is kept",
             dir->path);
    to.took_ms = km_time_steady_ms() - began_ms;
    *ret_recovered = to;
    return 0;
}
