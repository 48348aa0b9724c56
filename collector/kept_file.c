/* SPDX-License-Identifier: Apache-2.0 */
#include "kept_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "scan.h"

#define FILE_MAX   (16 << 20)
#define ROOM       4096 /* a kernel file's page */
#define MISSES_MAX 6    /* 63 readings are left out at most */

static void drop(struct km_root *root, struct km_kept_file *file)
{
    if (!file->fd_and_1)
        return;
    close(file->fd_and_1 - 1);
    file->fd_and_1 = 0;
    root->kept--;
}

void km_kept_rest(struct km_root *root, struct km_kept_file *file)
{
    drop(root, file);
    file->rest = (uint8_t)((1 << file->misses) - 1);
    if (file->misses < MISSES_MAX)
        file->misses++;
}

void km_kept_close(struct km_root *root, struct km_kept_file *file)
{
    drop(root, file);
    *file = (struct km_kept_file){0};
}

/* Reads from the beginning to the end. */
static int read_all(int fd, enum km_kept_kind kind, struct km_buf *buf)
{
    km_buf_clear(buf);
    for (;;) {
        size_t room;
        ssize_t n;

        if (km_buf_reserve(buf, ROOM) < 0)
            return -ENOMEM;
        room = buf->cap - buf->len;
        n = pread(fd, buf->data + buf->len, room, (off_t)buf->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        buf->len += (size_t)n;
        if (buf->len > FILE_MAX)
            return -EFBIG;
        if (n == 0 || (kind == KM_KEPT_WHOLE && (size_t)n < room))
            return km_buf_str(buf) ? 0 : -ENOMEM;
    }
}

static bool is_gone(int r)
{
    return r == -ENODEV || r == -ESRCH || r == -ENOENT;
}

static int open_and_read(struct km_root *root, struct km_kept_file *file, enum km_kept_kind kind,
                         struct km_buf *buf, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), r;

    if (fd < 0) {
        r = errno == ENOTDIR ? -ENOENT : -errno;
    } else {
        root->files++;
        r = read_all(fd, kind, buf);
    }
    if (r == 0)
        file->misses = 0;
    if (r == 0 && root->kept < root->kept_max) {
        file->fd_and_1 = fd + 1;
        root->kept++;
        return 0;
    }
    if (fd >= 0)
        close(fd);
    if (r == 0) {
        root->not_kept++;
        return 0;
    }
    km_kept_rest(root, file);
    if (is_gone(r))
        return -ENOENT;
    root->failures += r != -EOPNOTSUPP;
    return r;
}

static int read_kept(struct km_root *root, struct km_kept_file *file, enum km_kept_kind kind,
                     struct km_buf *buf, const char *format, va_list args)
{
    char path[KM_PATH];
    bool was_open = file->fd_and_1;
    int r;

    if (was_open) {
        root->files++;
        r = read_all(file->fd_and_1 - 1, kind, buf);
        if (r == 0)
            return 0;
        drop(root, file);
        if (!is_gone(r)) {
            root->failures += r != -EOPNOTSUPP;
            return r;
        }
    } else if (file->rest) {
        file->rest--;
        return -ENOENT;
    }
    km_root_vpath(root, path, format, args);
    r = open_and_read(root, file, kind, buf, path);
    return r == 0 && was_open ? KM_KEPT_ANEW : r;
}

int km_kept_read(struct km_root *root, struct km_kept_file *file, enum km_kept_kind kind,
                 struct km_buf *buf, const char *format, ...)
{
    va_list args;
    int r;

    va_start(args, format);
    r = read_kept(root, file, kind, buf, format, args);
    va_end(args);
    return r;
}

int km_kept_read_number(struct km_root *root, struct km_kept_file *file, struct km_buf *buf,
                        int64_t *ret_number, const char *format, ...)
{
    va_list args;
    int r;

    va_start(args, format);
    r = read_kept(root, file, KM_KEPT_WHOLE, buf, format, args);
    va_end(args);
    if (r < 0)
        return r;
    return km_scan_number(buf->data, ret_number) ? r : -EINVAL;
}
