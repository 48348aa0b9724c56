/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_CLEAN_H
#define KM_COMMON_CLEAN_H

/*
 * Clean-up at the end of a scope, the one way it is done here:
 *
 *     km_auto_free char *text = strdup(s);
 *     km_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);
 *
 * A variable must be initialised where it is declared. To hand the object on, take it out with
 * km_take_ptr() or km_take_fd(), which leave NULL or -1 behind.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void km_clean_free(void *p)
{
    free(*(void **)p);
}

static inline void km_clean_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void km_clean_fclose(FILE **f)
{
    if (*f)
        fclose(*f);
}

static inline void km_clean_closedir(DIR **d)
{
    if (*d)
        closedir(*d);
}

#define km_auto_free     __attribute__((cleanup(km_clean_free)))
#define km_auto_close    __attribute__((cleanup(km_clean_close)))
#define km_auto_fclose   __attribute__((cleanup(km_clean_fclose)))
#define km_auto_closedir __attribute__((cleanup(km_clean_closedir)))

#define km_take_ptr(p)                                                                             \
    ({                                                                                             \
        __typeof__(p) taken_ = (p);                                                                \
        (p) = NULL;                                                                                \
        taken_;                                                                                    \
    })

static inline int km_take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}

#endif
