/* SPDX-License-Identifier: Apache-2.0 */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clean.h"
#include "scan.h"

#define FILE_MAX (16 << 20)

void km_root_vpath(const struct km_root *root, char ret_path[KM_PATH], const char *format,
                   va_list args)
{
    int used = snprintf(ret_path, KM_PATH, "%s", strcmp(root->dir, "/") == 0 ? "" : root->dir);

    if (used >= 0 && used < KM_PATH)
        used += vsnprintf(ret_path + used, (size_t)(KM_PATH - used), format, args);
    if (used < 0 || used >= KM_PATH)
        ret_path[0] = '\0';
}

void km_root_path(const struct km_root *root, char ret_path[KM_PATH], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    km_root_vpath(root, ret_path, format, args);
    va_end(args);
}

static int read_whole(struct km_root *root, struct km_buf *buf, const char *path)
{
    km_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    km_buf_clear(buf);
    if (fd < 0) {
        int r = -errno;

        root->failures += r != -ENOENT && r != -ENOTDIR;
        return r;
    }
    root->files++;
    do {
        if (km_buf_reserve(buf, 4096) < 0)
            return -ENOMEM;
        n = read(fd, buf->data + buf->len, buf->cap - buf->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int r = -errno;

            /* A process or cgroup that has just gone: as if it had not been there. */
            if (r == -ESRCH || r == -ENODEV)
                return -ENOENT;
            root->failures += r != -EOPNOTSUPP;
            return r;
        }
        buf->len += (size_t)n;
        if (buf->len > FILE_MAX) {
            root->failures++;
            return -EFBIG;
        }
    } while (n != 0);
    return km_buf_str(buf) ? 0 : -ENOMEM;
}

int km_root_read(struct km_root *root, struct km_buf *buf, const char *format, ...)
{
    char path[KM_PATH];
    va_list args;

    va_start(args, format);
    km_root_vpath(root, path, format, args);
    va_end(args);
    return read_whole(root, buf, path);
}

int km_root_read_number(struct km_root *root, struct km_buf *buf, int64_t *ret_number,
                        const char *format, ...)
{
    char path[KM_PATH];
    va_list args;
    int r;

    va_start(args, format);
    km_root_vpath(root, path, format, args);
    va_end(args);
    r = read_whole(root, buf, path);
    if (r < 0)
        return r;
    if (strncmp(buf->data, "max", 3) == 0)
        return -ERANGE;
    return km_scan_number(buf->data, ret_number) ? 0 : -EINVAL;
}
