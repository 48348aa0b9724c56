/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_FILE_LIMIT_H
#define KM_FILE_LIMIT_H

#include <stdint.h>

/* Files beside those that are asked for: standard ones, epoll and event descriptors, libraries'. */
#define KM_FILE_RESERVE 64

/*
 * Raises the process's limit of open files to hold so many beside KM_FILE_RESERVE: a server's
 * connections, a socket each, or the kernel files that a collector keeps open. Returns how many
 * fit: fewer where the hard limit is lower, at least 1.
 */
uint32_t km_file_limit_raise(uint32_t files);

#endif
