/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_SEND_H
#define KM_BENCH_LOAD_SEND_H

#include <signal.h>
#include <stdint.h>

#include "load_body.h"
#include "load_report.h"
#include "load_schedule.h"

/*
 * Posts bodies over kept connections. Each connection has its share of the nodes and one request at
 * a time, so a node's ticks arrive in order, as a collector sends them. Nothing is sent twice: what
 * is not taken counts as an error.
 */
struct km_load_plan {
    const char *server; /* "http://127.0.0.1:8080" */
    struct km_load_schedule schedule;
    uint32_t connections;              /* more than nodes are not opened */
    int64_t start_ms;                  /* Unix time of the start: now */
    const volatile sig_atomic_t *stop; /* not 0: send nothing more; NULL without */
};

/*
 * Sends every tick and fills *report. Returns 0 also with errors in it, -EINVAL (server is not an
 * http:// or https:// URL), -ENOMEM, -EIO (libcurl failed), or -EHOSTDOWN when many requests in a
 * row failed and sending was given up; the report then says how far it went.
 */
int km_load_send(const struct km_load_plan *plan, struct km_load *load,
                 struct km_load_report *report);

#endif
