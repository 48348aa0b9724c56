/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int highest = KM_LOG_INFO;

void km_log_set_level(enum km_log_level level)
{
    highest = (int)level;
}

void km_log(enum km_log_level level, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    char line[2048];
    va_list args;

    if ((int)level > highest)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    /* One call a line, so that lines of several threads do not mix. */
    fprintf(stderr, "%s: %s\n", names[level], line);
}
