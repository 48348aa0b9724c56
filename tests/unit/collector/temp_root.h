/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_TEST_TEMP_ROOT_H
#define KM_TEST_TEMP_ROOT_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "root.h"

/*
 * A root in a temporary folder, to put a few kernel files in. For cmocka's setup and teardown; the
 * test's *state is a struct temp_root.
 */
struct temp_root {
    char dir[64];
    struct km_root root;
    struct km_buf buf;
};

static int temp_root_setup(void **state)
{
    struct temp_root *t = calloc(1, sizeof(*t));

    if (!t)
        return -1;
    strcpy(t->dir, "/tmp/kubemonitor-root-XXXXXX");
    if (!mkdtemp(t->dir))
        return -1;
    t->root = (struct km_root){.dir = t->dir, .proc = "/proc", .kept_max = 200};
    *state = t;
    return 0;
}

static int temp_root_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static int temp_root_teardown(void **state)
{
    struct temp_root *t = *state;

    nftw(t->dir, temp_root_remove, 8, FTW_DEPTH | FTW_PHYS);
    km_buf_done(&t->buf);
    free(t);
    return 0;
}

/* Removes a file, or a folder with all that is in it. */
static inline void temp_root_drop(struct temp_root *t, const char *path)
{
    char full[512];

    snprintf(full, sizeof(full), "%s%s", t->dir, path);
    nftw(full, temp_root_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes a file, its folders made; text NULL makes a folder. Ends the test program on errors. */
static void temp_root_put(struct temp_root *t, const char *path, const char *text)
{
    char full[sizeof(t->dir) + 512];
    FILE *f;

    snprintf(full, sizeof(full), "%s%s%s", t->dir, path, text ? "" : "/");
    for (char *p = strchr(full + strlen(t->dir) + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        mkdir(full, 0755);
        *p = '/';
    }
    if (!text)
        return;
    f = fopen(full, "w");
    if (!f || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}

#endif
