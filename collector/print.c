/* SPDX-License-Identifier: Apache-2.0 */
#include "print.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

int km_print(const char *data, size_t len, int stop)
{
    while (len > 0) {
        struct pollfd wait[2] = {{.fd = STDOUT_FILENO, .events = POLLOUT},
                                 {.fd = stop, .events = POLLIN}};
        ssize_t n = 0;

        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            return -errno;
        /* A pipe that can be written has room for PIPE_BUF: the write does not wait. */
        if (wait[0].revents)
            n = write(STDOUT_FILENO, data, len < PIPE_BUF ? len : PIPE_BUF);
        else if (wait[1].revents)
            return -EINTR;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -errno;
        data += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}
