/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_TRIM_H
#define KM_COMMON_TRIM_H

/*
 * Gives memory that has been freed back to the system, as malloc_trim(3) does, by one thread at a
 * time: under a sanitizer, which brings an allocator of its own, the first call is also what sets
 * glibc's up, and two threads that do so at once end the process when they end. Takes
 * milliseconds; for after much has gone.
 */
void km_trim(void);

#endif
