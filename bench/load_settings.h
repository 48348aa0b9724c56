/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_SETTINGS_H
#define KM_BENCH_LOAD_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "option.h"

/* The load generator's options (load_settings.c has the table). Times in ms. */
struct km_load_settings {
    const char *server;
    int64_t nodes, pods_per_node, containers, interval, duration, churn, seed, connections;
    bool fast, print;
    int metrics; /* enum km_load_metrics */
};

extern const struct km_program km_load_program;

#endif
