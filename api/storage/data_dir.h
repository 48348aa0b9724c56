/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_DATA_DIR_H
#define KM_API_STORAGE_DATA_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "log.h"
#include "piece.h"

/*
 * The folder of --data-dir and the files in it. It belongs to one process, which holds a lock on
 * the file LOCK; whatever has no name of ours is left alone.
 *
 *     LOCK   journal-00000007   history-00000006   open-00000007   history-00000007.new
 *
 * A file that is being written ends in ".new" and is renamed when it is complete and on the disk.
 */
struct km_data_dir {
    const char *path; /* the caller's */
    int fd, lock;
};

/* Who is told what was found: once for each event, the text without a newline. */
typedef void km_say(enum km_log_level level, const char *text);

/*
 * Makes the folder where it is missing, and locks it. Returns 0, or negative errno and a text that
 * says what is wrong and what to do; then nothing is open.
 */
int km_data_dir_open(const char *path, struct km_data_dir *ret_dir, struct km_buf *error);
void km_data_dir_close(struct km_data_dir *dir);

struct km_data_file {
    enum km_file_kind kind;
    uint32_t number;
    bool is_new; /* has ".new" behind its name */
};

/* Room for a file's name. */
#define KM_DATA_NAME 32
void km_data_name(struct km_data_file file, char name[KM_DATA_NAME]);

/* Reads a name. False for one that is not ours. */
bool km_data_parse(const char *name, struct km_data_file *ret_file);

/*
 * Lists our files by kind and number; tells of files that are not ours, unless say is NULL. Returns
 * 0 and an array for free(), or negative errno.
 */
int km_data_list(const struct km_data_dir *dir, km_say *say, struct km_data_file **ret_files,
                 size_t *ret_count);

/* Maps a file to read it. Returns 0 (ret_bytes is NULL where it is empty) or negative errno. */
int km_data_map(const struct km_data_dir *dir, struct km_data_file file, const uint8_t **ret_bytes,
                size_t *ret_size);
void km_data_unmap(const uint8_t *bytes, size_t size);

/* Makes an empty file to write. Returns its descriptor or negative errno. */
int km_data_create(const struct km_data_dir *dir, struct km_data_file file);

/* Writes all of the bytes at an offset. Returns 0 or negative errno; part may then be written. */
int km_data_write(int fd, const void *bytes, size_t size, uint64_t offset);

/* Takes ".new" off a file's name; the caller syncs the folder. Returns 0 or negative errno. */
int km_data_finish(const struct km_data_dir *dir, struct km_data_file file);
int km_data_remove(const struct km_data_dir *dir, struct km_data_file file);

/* Makes names and removals last. Returns 0 or negative errno. */
int km_data_sync(const struct km_data_dir *dir);

#endif
