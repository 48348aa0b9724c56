/* SPDX-License-Identifier: Apache-2.0 */
#include "token_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "clean.h"

void km_token_file_done(struct km_token_file *file)
{
    free(file->text);
    *file = (struct km_token_file){.path = file->path};
}

static bool is_same(const struct km_token_file *file, const struct stat *st)
{
    return file->text && file->inode == st->st_ino && file->device == st->st_dev &&
           file->size == st->st_size && file->changed.tv_sec == st->st_mtim.tv_sec &&
           file->changed.tv_nsec == st->st_mtim.tv_nsec;
}

/* The length of the line at text, and in *ret_next the place behind its end. */
static size_t line_length(const char *text, const char *end, const char **ret_next)
{
    const char *stop = memchr(text, '\n', (size_t)(end - text));
    size_t len = (size_t)((stop ? stop : end) - text);

    *ret_next = stop ? stop + 1 : end;
    while (len > 0 && (text[len - 1] == '\r' || text[len - 1] == ' '))
        len--;
    return len;
}

/* Keeps the lines that hold something, each ended by a zero byte. Returns their bytes. */
static int take_lines(char *text, size_t len, size_t *ret_len)
{
    const char *from = text, *end = text + len, *next;
    size_t kept = 0;

    for (; from < end; from = next) {
        size_t line = line_length(from, end, &next);

        for (size_t i = 0; i < line; i++) {
            if (from[i] <= ' ' || from[i] > '~')
                return -EINVAL;
        }
        if (line == 0)
            continue;
        memmove(text + kept, from, line);
        text[kept + line] = '\0';
        kept += line + 1;
    }
    *ret_len = kept;
    return kept > 0 ? 0 : -EINVAL;
}

int km_token_file_update(struct km_token_file *file)
{
    km_auto_close int fd = -1;
    km_auto_free char *text = NULL;
    struct stat st;
    ssize_t n;
    size_t len = 0;
    int r;

    if (stat(file->path, &st) < 0)
        return -errno;
    if (is_same(file, &st))
        return 0;
    fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size > KM_TOKEN_FILE_MAX)
        return -EFBIG;
    text = malloc(KM_TOKEN_FILE_MAX + 1);
    if (!text)
        return -ENOMEM;
    while (len < KM_TOKEN_FILE_MAX && (n = read(fd, text + len, KM_TOKEN_FILE_MAX - len)) != 0) {
        if (n < 0)
            return -errno;
        len += (size_t)n;
    }
    r = take_lines(text, len, &len);
    if (r < 0)
        return r;
    free(file->text);
    file->text = km_take_ptr(text);
    file->len = len;
    file->inode = st.st_ino;
    file->device = st.st_dev;
    file->size = st.st_size;
    file->changed = st.st_mtim;
    return 0;
}

const char *km_token_file_first(const struct km_token_file *file)
{
    return file->text;
}

bool km_token_file_has(const struct km_token_file *file, const char *token)
{
    size_t len = strlen(token);
    bool found = false;

    for (size_t at = 0; at < file->len; at += strlen(file->text + at) + 1) {
        const char *its = file->text + at;
        bool other_length = strlen(its) != len;
        unsigned differs = other_length;

        for (size_t i = 0; !other_length && i < len; i++)
            differs |= (unsigned char)(its[i] ^ token[i]);
        found |= differs == 0;
    }
    return found;
}
