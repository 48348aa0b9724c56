/* SPDX-License-Identifier: Apache-2.0 */
#include "file_limit.h"

#include <sys/resource.h>

void km_file_limit_raise(uint32_t connections)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < connections + 64) {
        limit.rlim_cur = connections + 64 < limit.rlim_max ? connections + 64 : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
