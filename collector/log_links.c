/* SPDX-License-Identifier: Apache-2.0 */
#include "log_links.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clean.h"

#define FOLDER         "/var/log/containers"
#define POD_CONTAINERS 256 /* links of one pod, those of earlier containers included */

struct km_log_links {
    struct km_log_link *items;
    size_t count, room;
    struct timespec changed; /* the folder's mtime when it was read; 0: read again */
};

struct km_log_links *km_log_links_new(void)
{
    return calloc(1, sizeof(struct km_log_links));
}

void km_log_links_free(struct km_log_links *links)
{
    if (!links)
        return;
    free(links->items);
    free(links);
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

bool km_log_link_parse(const char *name, const char *target, struct km_log_link *ret_link)
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
    return uid && take(ret_link->pod, sizeof(ret_link->pod), name, (size_t)(space - name)) &&
           take(ret_link->name_space, sizeof(ret_link->name_space), space + 1,
                (size_t)(container - space - 1)) &&
           take(ret_link->container, sizeof(ret_link->container), container + 1,
                (size_t)(id - container - 1)) &&
           take(ret_link->id, sizeof(ret_link->id), id + 1, 64) &&
           take(ret_link->uid, sizeof(ret_link->uid), uid, (size_t)(folder + len - uid));
}

static struct km_log_link *add(struct km_log_links *links)
{
    if (links->count == links->room) {
        size_t room = links->room ? links->room * 2 : 64;
        struct km_log_link *items = realloc(links->items, room * sizeof(*items));

        if (!items)
            return NULL;
        links->items = items;
        links->room = room;
    }
    return &links->items[links->count];
}

static int read_links(struct km_log_links *links, DIR *dir)
{
    const struct dirent *entry;

    links->count = 0;
    while ((entry = readdir(dir))) {
        struct km_log_link *one = add(links);
        char target[KM_PATH];
        ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

        if (!one)
            return -ENOMEM;
        if (len < 0)
            continue;
        target[len] = '\0';
        links->count += km_log_link_parse(entry->d_name, target, one);
    }
    return 0;
}

static int by_uid(const void *left, const void *right)
{
    return strcmp(((const struct km_log_link *)left)->uid,
                  ((const struct km_log_link *)right)->uid);
}

/* Puts the pod whose links begin at first; returns where the next one's begin, or -ENOMEM. */
static ssize_t put_pod(const struct km_log_links *links, size_t first,
                       struct km_directory *directory)
{
    const struct km_log_link *link = &links->items[first];
    struct km_container_facts containers[POD_CONTAINERS];
    struct km_pod_facts pod;
    size_t next = first;

    km_pod_facts_init(&pod);
    pod.uid = link->uid;
    pod.name = link->pod;
    pod.name_space = link->name_space;
    pod.containers = containers;
    for (; next < links->count && strcmp(links->items[next].uid, link->uid) == 0; next++) {
        struct km_container_facts *c = &containers[pod.n_containers];

        if (pod.n_containers == POD_CONTAINERS)
            continue;
        km_container_facts_init(c);
        c->id = links->items[next].id;
        c->name = links->items[next].container;
        pod.n_containers++;
    }
    return km_directory_put(directory, &pod) < 0 ? -ENOMEM : (ssize_t)next;
}

/*
 * A folder changed within the last second may change again without another mtime: what is read
 * then counts as not read.
 */
static struct timespec settled(const struct timespec *changed)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - changed->tv_sec > 1 ? *changed : (struct timespec){0};
}

int km_log_links_refresh(struct km_log_links *links, const struct km_root *root,
                         struct km_directory *directory)
{
    char path[KM_PATH];
    km_auto_closedir DIR *dir = NULL;
    struct stat st;
    int r;

    km_root_path(root, path, FOLDER);
    if (stat(path, &st) < 0)
        return -errno;
    if (st.st_mtim.tv_sec == links->changed.tv_sec && st.st_mtim.tv_nsec == links->changed.tv_nsec)
        return 0;
    dir = opendir(path);
    if (!dir)
        return -errno;
    r = read_links(links, dir);
    if (r < 0)
        return r;
    if (links->count)
        qsort(links->items, links->count, sizeof(links->items[0]), by_uid);
    km_directory_begin(directory);
    for (size_t i = 0; i < links->count;) {
        ssize_t next = put_pod(links, i, directory);

        if (next < 0)
            return (int)next;
        i = (size_t)next;
    }
    km_directory_end(directory);
    links->changed = settled(&st.st_mtim);
    return 0;
}
