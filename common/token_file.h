/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_TOKEN_FILE_H
#define KM_COMMON_TOKEN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/*
 * A file of bearer tokens, one a line, that somebody else replaces now and then: the kubelet before
 * a projected token expires, a person who rolls a new one out beside the old. It is read again when
 * its inode, size or time has changed, which costs one stat() a look. One thread at a time.
 */
struct km_token_file {
    const char *path;
    char *text; /* of the file; its lines end with zero bytes */
    size_t len;
    struct timespec changed;
    unsigned long inode, device;
    long long size;
};

/* Larger files are refused: a token has some kB, and a few of them are enough. */
#define KM_TOKEN_FILE_MAX 65536

/* path must outlive the file, which begins as {.path = path}. */
void km_token_file_done(struct km_token_file *file);

/*
 * Reads the file if it has changed. Returns 0, or negative errno: what opening said, -EINVAL for a
 * file without a token or with anything but visible ASCII in one, -EFBIG. Then the tokens of before
 * stay, and the next call tries again.
 */
int km_token_file_update(struct km_token_file *file);

/* The first token, or NULL where none was read yet; valid until the next update. */
const char *km_token_file_first(const struct km_token_file *file);

/* Whether the token is one of the file's, in a time that depends on its length only. */
bool km_token_file_has(const struct km_token_file *file, const char *token);

#endif
