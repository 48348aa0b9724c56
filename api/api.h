/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_API_H
#define KM_API_API_H

#include <stdint.h>

struct km_durability;
struct km_store;
struct km_http_server;
struct km_streams;
struct km_gate;
struct km_catch_up;

/* What handlers work on. Lives from before the server starts until after it has stopped. */
struct km_api {
    struct km_store *store;
    struct km_durability *durability; /* NULL without --data-dir */
    struct km_http_server *server;    /* for its figures in /api/status */
    struct km_streams *streams;       /* of /api/stream */
    struct km_gate *gate;             /* who may post and read */
    struct km_catch_up *catch_up;     /* whether it is ready, and what it knows of the cluster */
    int64_t interval_ms;              /* --interval */
    int64_t retention_ms;             /* --retention: also the longest window */
    int64_t started_ms;               /* Unix time */
    const char *version;
};

#endif
