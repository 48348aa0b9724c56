/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_CONFIG_H
#define KM_API_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "option.h"

enum km_fsync { KM_FSYNC_ALWAYS, KM_FSYNC_INTERVAL };
#define KM_FSYNC_THREADS 16 /* the fewest threads with --fsync=always */

/* The server's options (config.c has the table). Times in ms, sizes in bytes. */
struct km_api_config {
    const char *listen;
    int64_t retention, interval, catch_up;
    int64_t memory_limit; /* 0: km_default_memory_limit() */
    int64_t max_body, max_connections, max_entities, max_keys, max_streams, threads;
    int64_t header_timeout, body_timeout, answer_timeout, idle_timeout, drain_timeout;
    const char *tls_cert, *tls_key;
    int ingest_auth, read_auth; /* enum km_gate_mode */
    const char *ingest_token_file, *ingest_audience, *ingest_account, *read_token_file;
    const char *kubeconfig; /* NULL: the pod's own service account, if there is one */
    const char *metrics_api_listen, *metrics_api_cert, *metrics_api_key;
    const char *data_dir;
    int fsync; /* enum km_fsync */
    int log_level;
};

extern const struct km_program km_api_program;

/* 75 % of the memory limit of the process's cgroups (memory_limit.h), or 1 GiB where there is none.
 */
size_t km_default_memory_limit(void);

#endif
