/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_PEM_FILE_H
#define KM_API_PEM_FILE_H

/* A PEM file's text, zero-terminated, for free(); NULL if it cannot be read. At most 1 MiB is. */
char *km_pem_read(const char *path);

#endif
