/* SPDX-License-Identifier: Apache-2.0 */
#include "data_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "clean.h"

static const char *const kind_names[] = {
    [KM_FILE_JOURNAL] = "journal", [KM_FILE_HISTORY] = "history", [KM_FILE_OPEN] = "open"};

static int fail(struct km_buf *error, int r, const char *path, const char *what)
{
    km_buf_printf(error, "--data-dir %s: %s: %s", path, what, strerror(-r));
    return r;
}

int km_data_dir_open(const char *path, struct km_data_dir *ret_dir, struct km_buf *error)
{
    km_auto_close int fd = -1, lock = -1;

    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return fail(error, -errno, path, "the folder cannot be made");
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(error, -errno, path, "the folder cannot be opened");
    lock = openat(fd, "LOCK", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0)
        return fail(error, -errno, path,
                    "the file LOCK cannot be written; the server must be able to write here");
    if (flock(lock, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return fail(error, -errno, path, "the file LOCK cannot be locked");
        km_buf_printf(
            error, "--data-dir %s is in use by another process, which holds the file LOCK", path);
        return -EBUSY;
    }
    *ret_dir = (struct km_data_dir){path, km_take_fd(&fd), km_take_fd(&lock)};
    return 0;
}

void km_data_dir_close(struct km_data_dir *dir)
{
    close(dir->fd);
    close(dir->lock);
}

void km_data_name(struct km_data_file file, char name[KM_DATA_NAME])
{
    snprintf(name, KM_DATA_NAME, "%s-%08u%s", kind_names[file.kind], file.number,
             file.is_new ? ".new" : "");
}

bool km_data_parse(const char *name, struct km_data_file *ret_file)
{
    const char *dash = strchr(name, '-');
    char again[KM_DATA_NAME];
    struct km_data_file f;

    if (!dash || dash[1] < '0' || dash[1] > '9')
        return false;
    f.number = (uint32_t)strtoul(dash + 1, NULL, 10);
    f.is_new = strlen(name) > 4 && strcmp(name + strlen(name) - 4, ".new") == 0;
    for (int kind = KM_FILE_JOURNAL; kind <= KM_FILE_OPEN; kind++) {
        f.kind = (enum km_file_kind)kind;
        km_data_name(f, again);
        if (strcmp(name, again) == 0) {
            *ret_file = f;
            return true;
        }
    }
    return false;
}

static int compare(const void *a, const void *b)
{
    const struct km_data_file *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void tell_foreign(const struct km_data_dir *dir, km_say *say, const char *name)
{
    char text[512];

    if (!say || strcmp(name, "LOCK") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        strcmp(name, "lost+found") == 0)
        return;
    snprintf(text, sizeof(text), "%s/%s is not a file of this server; it is left alone", dir->path,
             name);
    say(KM_LOG_WARN, text);
}

int km_data_list(const struct km_data_dir *dir, km_say *say, struct km_data_file **ret_files,
                 size_t *ret_count)
{
    int fd = openat(dir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    km_auto_closedir DIR *list = fd < 0 ? NULL : fdopendir(fd);
    km_auto_free struct km_data_file *files = NULL;
    const struct dirent *entry;
    size_t count = 0, room = 0;

    if (!list) {
        if (fd >= 0)
            close(fd);
        return -errno;
    }
    while ((entry = readdir(list))) {
        struct km_data_file file;

        if (!km_data_parse(entry->d_name, &file)) {
            tell_foreign(dir, say, entry->d_name);
            continue;
        }
        if (count == room) {
            struct km_data_file *more = realloc(files, (room = 2 * room + 64) * sizeof(*files));

            if (!more)
                return -ENOMEM;
            files = more;
        }
        files[count++] = file;
    }
    if (count)
        qsort(files, count, sizeof(*files), compare);
    *ret_files = km_take_ptr(files);
    *ret_count = count;
    return 0;
}

int km_data_map(const struct km_data_dir *dir, struct km_data_file file, const uint8_t **ret_bytes,
                size_t *ret_size)
{
    char name[KM_DATA_NAME];
    km_auto_close int fd = -1;
    void *bytes = NULL;
    struct stat st;

    km_data_name(file, name);
    fd = openat(dir->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    if (st.st_size > 0) {
        bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes == MAP_FAILED)
            return -errno;
        madvise(bytes, (size_t)st.st_size, MADV_SEQUENTIAL);
    }
    *ret_bytes = bytes;
    *ret_size = (size_t)st.st_size;
    return 0;
}

void km_data_unmap(const uint8_t *bytes, size_t size)
{
    if (bytes)
        munmap((void *)bytes, size);
}

int km_data_create(const struct km_data_dir *dir, struct km_data_file file)
{
    char name[KM_DATA_NAME];
    int fd;

    km_data_name(file, name);
    fd = openat(dir->fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? -errno : fd;
}

int km_data_write(int fd, const void *bytes, size_t size, uint64_t offset)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t n = pwrite(fd, at, size, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -ENOSPC;
        at += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

int km_data_finish(const struct km_data_dir *dir, struct km_data_file file)
{
    char from[KM_DATA_NAME], to[KM_DATA_NAME];

    file.is_new = true;
    km_data_name(file, from);
    file.is_new = false;
    km_data_name(file, to);
    return renameat(dir->fd, from, dir->fd, to) < 0 ? -errno : 0;
}

int km_data_remove(const struct km_data_dir *dir, struct km_data_file file)
{
    char name[KM_DATA_NAME];

    km_data_name(file, name);
    return unlinkat(dir->fd, name, 0) < 0 ? -errno : 0;
}

int km_data_sync(const struct km_data_dir *dir)
{
    return fsync(dir->fd) < 0 ? -errno : 0;
}
