/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_MEMORY_LIMIT_H
#define KM_API_MEMORY_LIMIT_H

#include <stdint.h>

/*
 * The memory limit of the process: the smallest of its own cgroup's and all its ancestors', as far
 * up as they are mounted; cgroup v1's memory controller, v2, or both (the smaller of the two).
 * Files are read below root ("" on the running system): root/proc/self/cgroup says which cgroup,
 * root/proc/self/mountinfo where it is. Returns 0 and bytes, or -ENOENT where there is no limit.
 */
int km_memory_limit(const char *root, int64_t *ret_bytes);

#endif
