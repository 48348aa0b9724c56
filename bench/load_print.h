/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_PRINT_H
#define KM_BENCH_LOAD_PRINT_H

#include <stdio.h>

#include "load_body.h"
#include "load_schedule.h"

/*
 * Writes every body to out, a line each, tick after tick and in it node after node, stamped as
 * km_load_send() would at once from start_ms (Unix time) on. For programs that send the same rows
 * to something else. Returns 0, -ENOMEM, or -EIO when out takes no more.
 */
int km_load_print(const struct km_load_schedule *schedule, int64_t start_ms, struct km_load *load,
                  FILE *out);

#endif
