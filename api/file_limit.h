/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_FILE_LIMIT_H
#define KM_API_FILE_LIMIT_H

#include <stdint.h>

/* Files that are no connections: standard ones, epoll and event descriptors, the store's. */
#define KM_FILE_RESERVE 64

/*
 * Raises the process's limit of open files to hold so many connections, a socket each, beside
 * KM_FILE_RESERVE files. Returns how many fit: fewer where the hard limit is lower, at least 1.
 */
uint32_t km_file_limit_raise(uint32_t connections);

#endif
