/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into the collector by test_clock.py: a wall clock that can be set without setting the
 * machine's. It is ahead of it by as many ms as the file named by SHIFT_FILE says; other clocks are
 * the machine's.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int file;

/* Before there are threads. */
__attribute__((constructor)) static void open_shift(void)
{
    file = open(getenv("SHIFT_FILE"), O_RDONLY | O_CLOEXEC);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    char text[32] = "";
    long ms;

    if (syscall(SYS_clock_gettime, clock, now) < 0)
        return -1;
    if (clock != CLOCK_REALTIME)
        return 0;
    if (pread(file, text, sizeof(text) - 1, 0) < 0)
        abort();
    ms = strtol(text, NULL, 10) + now->tv_nsec / 1000000;
    now->tv_sec += ms / 1000;
    now->tv_nsec = ms % 1000 * 1000000 + now->tv_nsec % 1000000;
    if (now->tv_nsec < 0) {
        now->tv_nsec += 1000000000;
        now->tv_sec--;
    }
    return 0;
}
