/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_KEPT_FILE_H
#define KM_COLLECTOR_KEPT_FILE_H

#include <stdbool.h>

#include "root.h"

/*
 * A kernel file that is read again and again: opened once, then read from its beginning by pread().
 * Opening one costs three to four times as much as reading it. All zero is one not opened yet.
 *
 * The kernel keeps about 5 KB for each file that is open and has been read (a page of text above
 * all), so what is seldom read is closed in between. km_root.kept_max bounds how many are open;
 * beyond it files are opened, read and closed each time.
 *
 * A file that is not there is looked for again after 0, 1, 3, 7, 15, 31 and then 63 readings left
 * out: soon where a cgroup is just being made, seldom where the kernel has no such file.
 */
struct km_kept_file {
    int fd_and_1; /* 0: not open */
    uint8_t misses, rest;
};

/* What km_kept_read() returns for a file that had gone and is there again under the same path. */
#define KM_KEPT_ANEW 1

/* How a file gives its text: see km_kept_read(). */
enum km_kept_kind {
    KM_KEPT_WHOLE, /* all in one piece if there is room: numbers, "key value" lines */
    KM_KEPT_LIST,  /* line by line, as many as fit a page: net/dev, cgroup.procs, stat */
};

/*
 * Reads the file whole into buf, as km_root_read() does; the path is only put together where it has
 * to be opened. A WHOLE file has ended where a read gives less than there is room for (the kernel
 * prints it as one record); a LIST where a read gives nothing.
 *
 * Returns 0; KM_KEPT_ANEW where what was open has gone (ENODEV of a removed cgroup, ESRCH of an
 * ended process) and another stands under its path, whose numbers begin anew; -ENOENT where there
 * is none or it is not looked for now; or another negative errno.
 */
int km_kept_read(struct km_root *root, struct km_kept_file *file, enum km_kept_kind kind,
                 struct km_buf *buf, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The same for a file of one whole number. */
int km_kept_read_number(struct km_root *root, struct km_kept_file *file, struct km_buf *buf,
                        int64_t *ret_number, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Says that the file is there but of no use: closes it, and it counts as not there. */
void km_kept_rest(struct km_root *root, struct km_kept_file *file);

/* Closes it; it is as one not opened yet. */
void km_kept_close(struct km_root *root, struct km_kept_file *file);

#endif
