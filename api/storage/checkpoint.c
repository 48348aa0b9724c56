/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint.h"

#include <errno.h>
#include <unistd.h>

#include "clean.h"
#include "entry.h"
#include "file_head.h"
#include "store_inside.h"

#define TOGETHER 16        /* entities in a piece, copied under one lock: some 50 KB, 10 us */
#define WRITE    (1 << 20) /* bytes collected for a write */
#define SYNC     (8 << 20) /* bytes after which the disk is waited for: no flood at the end */

/* A file on its way. */
struct out {
    struct km_data_file file;
    int fd;
    struct km_buf buf;
    uint64_t offset, synced;
    size_t piece; /* where the piece begins that is made */
    bool in_piece;
    struct km_entry_state state;
    int error;
};

static void begin(struct out *o, const struct km_data_dir *dir, enum km_file_kind kind,
                  uint32_t number)
{
    o->file = (struct km_data_file){kind, number, true};
    o->fd = km_data_create(dir, o->file);
    if (o->fd < 0)
        o->error = o->fd;
    km_file_head(&o->buf, kind, number);
}

static void flush(struct out *o, size_t at_least)
{
    if (o->error == 0 && o->buf.failed)
        o->error = -ENOMEM;
    if (o->error < 0 || o->buf.len < at_least || o->buf.len == 0)
        return;
    o->error = km_data_write(o->fd, o->buf.data, o->buf.len, o->offset);
    o->offset += o->buf.len;
    km_buf_clear(&o->buf);
    if (o->error == 0 && (at_least == 0 || o->offset - o->synced > SYNC)) {
        o->error = fdatasync(o->fd) < 0 ? -errno : 0;
        o->synced = o->offset;
    }
}

static void piece_begin(struct out *o)
{
    if (o->in_piece)
        return;
    o->in_piece = true;
    o->piece = km_piece_begin(&o->buf);
    o->state.n_sets = o->state.turn = 0;
    o->state.facts = (struct km_facts){0};
}

static void piece_end(struct out *o, const struct km_shard *shard)
{
    if (o->in_piece)
        km_piece_end(&o->buf, o->piece, (uint8_t)shard->number);
    o->in_piece = false;
}

static void put_block(const struct km_store *store, struct out *o, const struct km_block *block)
{
    unsigned count;
    const uint16_t *metric = km_block_metrics(block, &count);

    km_said_keys(store, &o->buf, metric, count);
    km_entry_put_block(&o->buf, block);
}

struct writer {
    struct km_store *store;
    const struct km_checkpoint *checkpoint;
    struct out history, open;
    int64_t newest_ms; /* in the history file */
    bool counts;       /* the open file has its name: from now on both are needed */
};

static void put_entity(struct out *o, const struct km_entity *e)
{
    piece_begin(o);
    km_entry_put_entity(&o->buf, &o->state, e->kind, &e->facts, e->received_ms);
}

static void save_entity(struct writer *w, struct km_entity *e)
{
    bool in_history = false;

    if (!w->checkpoint->last_failed)
        e->saved_ms = e->saving_ms;
    put_entity(&w->open, e);
    for (uint32_t i = 0; i < e->n_blocks; i++) {
        const struct km_block *b = e->blocks[i];

        if (!km_block_is_sealed(b)) {
            put_block(w->store, &w->open, b);
            continue;
        }
        if (km_block_last(b) <= e->saved_ms)
            continue;
        if (!in_history)
            put_entity(&w->history, e);
        in_history = true;
        put_block(w->store, &w->history, b);
        e->saving_ms = km_block_last(b);
        if (e->saving_ms > w->newest_ms)
            w->newest_ms = e->saving_ms;
    }
}

static void save_shard(struct writer *w, struct km_shard *shard)
{
    for (uint32_t slot = 0, done = 0;; done = 0) {
        bool end;

        pthread_mutex_lock(&shard->lock);
        shard->say_facts &= slot > 0;
        for (; slot < shard->n_slots && done < TOGETHER; slot++) {
            if (!shard->slots[slot])
                continue;
            save_entity(w, shard->slots[slot]);
            done++;
        }
        end = slot >= shard->n_slots;
        pthread_mutex_unlock(&shard->lock);
        piece_end(&w->history, shard);
        piece_end(&w->open, shard);
        flush(&w->history, WRITE);
        flush(&w->open, WRITE);
        if (end || w->history.error < 0 || w->open.error < 0)
            return;
    }
}

/* Which history files there are with this checkpoint, so that a missing one is missed. */
static void put_files(struct writer *w)
{
    const struct km_checkpoint *c = w->checkpoint;
    size_t count = c->n_history + (w->newest_ms > 0), at;
    km_auto_free uint32_t *number = calloc(count + 1, sizeof(*number));

    if (!number) {
        w->open.error = -ENOMEM;
        return;
    }
    for (size_t i = 0; i < c->n_history; i++)
        number[i] = c->history[i].number;
    number[c->n_history] = c->number;
    at = km_piece_begin(&w->open.buf);
    km_entry_put_files(&w->open.buf, number, count);
    km_piece_end(&w->open.buf, at, KM_PIECE_ALL);
}

static int finish(struct writer *w, const struct km_data_dir *dir)
{
    int r = w->history.error < 0 ? w->history.error : w->open.error;

    if (r == 0)
        r = km_data_sync(dir);
    if (r == 0)
        r = km_data_finish(dir, w->open.file);
    w->counts = r == 0;
    /* A history file that still has its first name then is finished when the server starts. */
    if (r == 0 && w->newest_ms > 0)
        r = km_data_finish(dir, w->history.file);
    return r == 0 ? km_data_sync(dir) : r;
}

int km_checkpoint_write(struct km_store *store, const struct km_data_dir *dir,
                        const struct km_checkpoint *checkpoint, struct km_history *ret_history,
                        uint64_t *ret_open_bytes)
{
    km_auto_free struct writer *w = calloc(1, sizeof(*w));
    int r;

    if (!w)
        return -ENOMEM;
    w->store = store;
    w->checkpoint = checkpoint;
    begin(&w->history, dir, KM_FILE_HISTORY, checkpoint->number);
    begin(&w->open, dir, KM_FILE_OPEN, checkpoint->number);
    for (unsigned i = 0; i < KM_SHARDS && w->history.error == 0 && w->open.error == 0; i++)
        save_shard(w, &store->shard[i]);
    put_files(w);
    flush(&w->history, 0);
    flush(&w->open, 0);
    r = finish(w, dir);
    for (struct out *o = &w->history; o; o = o == &w->history ? &w->open : NULL) {
        if (o->fd >= 0)
            close(o->fd);
        if (!w->counts || (o == &w->history && w->newest_ms == 0))
            km_data_remove(dir, o->file);
        km_buf_done(&o->buf);
    }
    if (r < 0)
        return r;
    *ret_history = (struct km_history){checkpoint->number, w->newest_ms,
                                       w->newest_ms > 0 ? w->history.offset : 0};
    *ret_open_bytes = w->open.offset;
    return 0;
}
