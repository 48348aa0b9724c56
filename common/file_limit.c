/* SPDX-License-Identifier: Apache-2.0 */
#include "file_limit.h"

#include <sys/resource.h>

uint32_t km_file_limit_raise(uint32_t files)
{
    rlim_t want = (rlim_t)files + KM_FILE_RESERVE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return files;
    if (limit.rlim_cur < want) {
        limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= want)
        return files;
    return limit.rlim_cur > KM_FILE_RESERVE ? (uint32_t)(limit.rlim_cur - KM_FILE_RESERVE) : 1;
}
