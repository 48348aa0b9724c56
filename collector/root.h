/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_ROOT_H
#define KM_COLLECTOR_ROOT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/*
 * Where the kernel's files are. Everything the collector reads goes through a root, so that the
 * same program reads this machine, the host of its container, or a recorded host in a folder.
 */
struct km_root {
    const char *dir;   /* before every other path: "/", or a recorded host's folder */
    const char *proc;  /* "/proc", or "/host/proc" in the DaemonSet */
    uint64_t files;    /* read so far */
    uint64_t failures; /* of them not read for another reason than that they are not there */
    /* Files kept open (kept_file.h): how many there are and may be, and readings without room. */
    uint32_t kept, kept_max;
    uint64_t not_kept;
};

#define KM_PATH 4096

/* Joins the root and a path such as "/sys/fs/cgroup"; too long ends in a path that is not there. */
void km_root_path(const struct km_root *root, char ret_path[KM_PATH], const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void km_root_vpath(const struct km_root *root, char ret_path[KM_PATH], const char *format,
                   va_list args);

/*
 * Reads a file of the root whole: kernel files give a page at a time and have no size. The buffer
 * is emptied first and ends with a zero byte behind its content. Returns 0 or negative errno:
 * -ENOENT where it is not there, -EFBIG over 16 MiB.
 */
int km_root_read(struct km_root *root, struct km_buf *buf, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a file that holds one whole number; "max" is -ERANGE. */
int km_root_read_number(struct km_root *root, struct km_buf *buf, int64_t *ret_number,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
