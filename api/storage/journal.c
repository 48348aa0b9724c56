/* SPDX-License-Identifier: Apache-2.0 */
#include "journal.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "clean.h"
#include "file_head.h"
#include "time_format.h"

struct km_journal {
    const struct km_data_dir *dir;
    bool always;
    pthread_mutex_t lock; /* all below; not held while the disk is waited for */
    pthread_cond_t moved;
    bool busy; /* somebody writes: fd and offset are his */
    int fd;
    uint64_t offset;       /* where the file's good bytes end */
    struct km_buf pending; /* added and not yet written */
    uint64_t added, kept;  /* bytes in all */
    bool lost;             /* a sync failed: what it was for may be gone from the system too */
    struct km_journal_status status;
};

/* Makes a file with its head. Returns its descriptor or negative errno. */
static int begin_file(const struct km_data_dir *dir, uint32_t number, uint64_t *ret_offset)
{
    struct km_data_file file = {KM_FILE_JOURNAL, number, false};
    km_auto_buf struct km_buf head = KM_BUF_INIT;
    km_auto_close int fd = -1;
    int r;

    km_file_head(&head, KM_FILE_JOURNAL, number);
    if (head.failed)
        return -ENOMEM;
    fd = km_data_create(dir, file);
    if (fd < 0)
        return fd;
    r = km_data_write(fd, head.data, head.len, 0);
    if (r == 0 && fdatasync(fd) < 0)
        r = -errno;
    if (r == 0)
        r = km_data_sync(dir);
    if (r < 0) {
        km_data_remove(dir, file);
        return r;
    }
    *ret_offset = head.len;
    return km_take_fd(&fd);
}

int km_journal_new(const struct km_data_dir *dir, uint32_t number, bool always,
                   struct km_journal **ret_journal)
{
    struct km_journal *j = calloc(1, sizeof(*j));

    if (!j)
        return -ENOMEM;
    j->dir = dir;
    j->always = always;
    j->fd = begin_file(dir, number, &j->offset);
    if (j->fd < 0) {
        int r = j->fd;

        free(j);
        return r;
    }
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->moved, NULL);
    *ret_journal = j;
    return 0;
}

void km_journal_free(struct km_journal *j)
{
    if (!j)
        return;
    close(j->fd);
    km_buf_done(&j->pending);
    pthread_mutex_destroy(&j->lock);
    pthread_cond_destroy(&j->moved);
    free(j);
}

uint64_t km_journal_add(struct km_journal *j, const void *pieces, size_t size)
{
    uint64_t position;

    pthread_mutex_lock(&j->lock);
    km_buf_append(&j->pending, pieces, size);
    position = j->added += size;
    pthread_mutex_unlock(&j->lock);
    return position;
}

static void set_error(struct km_journal *j, int error)
{
    j->status.errors += error < 0 && j->status.error == 0;
    j->status.error = error;
}

/* Writes what is pending. The lock is held and nobody else is busy; it is let go meanwhile. */
static int write_pending(struct km_journal *j)
{
    struct km_buf taken = j->pending;
    bool sync = j->always, lost = false;
    int r = taken.failed ? -ENOMEM : 0;

    j->busy = true;
    j->pending = KM_BUF_INIT;
    pthread_mutex_unlock(&j->lock);
    if (r == 0)
        r = km_data_write(j->fd, taken.data, taken.len, j->offset);
    if (r == 0 && sync && fdatasync(j->fd) < 0) {
        r = -errno;
        lost = true;
    }
    /* Half a piece at the end would be passed over when it is read; the next try writes over it. */
    if (r < 0 && ftruncate(j->fd, (off_t)j->offset) < 0)
        lost = true;
    pthread_mutex_lock(&j->lock);
    j->lost |= lost;
    if (r == 0) {
        j->offset += taken.len;
        j->kept += taken.len;
        j->status.bytes += taken.len;
        if (sync)
            j->status.synced_ms = km_time_now_ms();
        km_buf_clear(&taken);
        if (j->pending.cap == 0) {
            j->pending = taken; /* its memory serves again */
            taken = KM_BUF_INIT;
        }
    } else {
        km_buf_append(&taken, j->pending.data, j->pending.len);
        km_buf_done(&j->pending);
        j->pending = taken;
        taken = KM_BUF_INIT;
    }
    if (r < 0 || !j->lost)
        set_error(j, r);
    j->busy = false;
    pthread_cond_broadcast(&j->moved);
    km_buf_done(&taken);
    return r;
}

int km_journal_commit(struct km_journal *j, uint64_t position)
{
    int r = 0;

    pthread_mutex_lock(&j->lock);
    while (j->kept < position && j->status.error == 0) {
        if (j->busy)
            pthread_cond_wait(&j->moved, &j->lock);
        else
            write_pending(j);
    }
    if (j->kept < position || j->lost)
        r = j->status.error;
    pthread_mutex_unlock(&j->lock);
    return r;
}

int km_journal_error(struct km_journal *j)
{
    int r;

    pthread_mutex_lock(&j->lock);
    r = j->status.error;
    pthread_mutex_unlock(&j->lock);
    return r;
}

int km_journal_retry(struct km_journal *j)
{
    int r;

    pthread_mutex_lock(&j->lock);
    while (j->busy)
        pthread_cond_wait(&j->moved, &j->lock);
    if (j->status.error < 0 && !j->lost)
        write_pending(j);
    r = j->status.error;
    pthread_mutex_unlock(&j->lock);
    return r;
}

int km_journal_sync(struct km_journal *j)
{
    int fd, r = 0;

    pthread_mutex_lock(&j->lock);
    fd = dup(j->fd);
    pthread_mutex_unlock(&j->lock);
    if (fd < 0 || fdatasync(fd) < 0)
        r = -errno;
    if (fd >= 0)
        close(fd);
    pthread_mutex_lock(&j->lock);
    if (r == 0) {
        j->status.synced_ms = km_time_now_ms();
    } else {
        j->lost = true;
        set_error(j, r);
    }
    pthread_mutex_unlock(&j->lock);
    return r;
}

int km_journal_rotate(struct km_journal *j, uint32_t number)
{
    uint64_t offset = 0;
    int fd = begin_file(j->dir, number, &offset), old, r = 0;

    if (fd < 0)
        return fd;
    pthread_mutex_lock(&j->lock);
    while (j->busy)
        pthread_cond_wait(&j->moved, &j->lock);
    old = j->fd;
    j->fd = fd;
    j->offset = offset;
    pthread_mutex_unlock(&j->lock);
    if (fdatasync(old) < 0)
        r = -errno;
    close(old);
    /* Where the old file is not safe its rows still are in memory, for the checkpoint that follows.
     */
    return r == -EINTR ? 0 : r;
}

void km_journal_renew(struct km_journal *j)
{
    pthread_mutex_lock(&j->lock);
    if (j->lost) {
        j->lost = false;
        set_error(j, 0);
    }
    pthread_mutex_unlock(&j->lock);
}

void km_journal_get_status(struct km_journal *j, struct km_journal_status *ret_status)
{
    pthread_mutex_lock(&j->lock);
    *ret_status = j->status;
    ret_status->file_bytes = j->offset;
    pthread_mutex_unlock(&j->lock);
}
