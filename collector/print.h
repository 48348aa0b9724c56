/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_PRINT_H
#define KM_COLLECTOR_PRINT_H

#include <stddef.h>

/*
 * Writes all of it to standard output, at the pace of whoever reads there. That may be never: so it
 * gives up when stop, a descriptor, can be read while nothing can be written.
 *
 * Returns 0, -EINTR where it gave up, or another negative errno.
 */
int km_print(const char *data, size_t len, int stop);

#endif
