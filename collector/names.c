/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clean.h"

#define FOLDER "/var/log/containers"

struct km_names {
    struct km_container_name *items;
    size_t count, room;
    struct timespec changed; /* the folder's mtime when it was read */
};

struct km_names *km_names_new(void)
{
    return calloc(1, sizeof(struct km_names));
}

void km_names_free(struct km_names *names)
{
    if (!names)
        return;
    free(names->items);
    free(names);
}

/* Copies from[0..len) if it fits and is not empty. */
static bool take(char *to, size_t size, const char *from, size_t len)
{
    if (len == 0 || len >= size)
        return false;
    memcpy(to, from, len);
    to[len] = '\0';
    return true;
}

bool km_names_parse(const char *name, const char *target, struct km_container_name *ret_name)
{
    const char *space = strchr(name, '_'), *container = space ? strchr(space + 1, '_') : NULL;
    const char *id = strrchr(name, '-'), *folder = strstr(target, "/pods/");
    const char *uid = NULL;
    size_t len;

    if (!container || !id || id < container || strcmp(id + strcspn(id, "."), ".log") != 0 ||
        strcspn(id + 1, ".") != 64 || !folder)
        return false;
    /* <namespace>_<pod>_<uid>: neither names nor UIDs hold a '_'. */
    folder += 6;
    len = strcspn(folder, "/");
    for (size_t i = 0; i < len; i++) {
        if (folder[i] == '_')
            uid = folder + i + 1;
    }
    return uid && take(ret_name->pod, sizeof(ret_name->pod), name, (size_t)(space - name)) &&
           take(ret_name->name_space, sizeof(ret_name->name_space), space + 1,
                (size_t)(container - space - 1)) &&
           take(ret_name->container, sizeof(ret_name->container), container + 1,
                (size_t)(id - container - 1)) &&
           take(ret_name->id, sizeof(ret_name->id), id + 1, 64) &&
           take(ret_name->uid, sizeof(ret_name->uid), uid, (size_t)(folder + len - uid));
}

static struct km_container_name *add(struct km_names *names)
{
    if (names->count == names->room) {
        size_t room = names->room ? names->room * 2 : 64;
        struct km_container_name *items = realloc(names->items, room * sizeof(*items));

        if (!items)
            return NULL;
        names->items = items;
        names->room = room;
    }
    return &names->items[names->count];
}

int km_names_refresh(struct km_names *names, const struct km_root *root)
{
    char path[KM_PATH];
    km_auto_closedir DIR *dir = NULL;
    const struct dirent *entry;
    struct stat st;

    km_root_path(root, path, FOLDER);
    if (stat(path, &st) < 0)
        return -errno;
    if (st.st_mtim.tv_sec == names->changed.tv_sec && st.st_mtim.tv_nsec == names->changed.tv_nsec)
        return 0;
    dir = opendir(path);
    if (!dir)
        return -errno;
    names->count = 0;
    while ((entry = readdir(dir))) {
        struct km_container_name *one = add(names);
        char target[KM_PATH];
        ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

        if (!one)
            return -ENOMEM;
        if (len < 0)
            continue;
        target[len] = '\0';
        names->count += km_names_parse(entry->d_name, target, one);
    }
    names->changed = st.st_mtim;
    return 0;
}

const struct km_container_name *km_names_pod(const struct km_names *names, const char *uid)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].uid, uid) == 0)
            return &names->items[i];
    }
    return NULL;
}

const struct km_container_name *km_names_container(const struct km_names *names, const char *id)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->items[i].id, id) == 0)
            return &names->items[i];
    }
    return NULL;
}
