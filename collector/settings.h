/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_SETTINGS_H
#define KM_COLLECTOR_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "option.h"

/* The collector's options (settings.c has the table). Times in ms, sizes in bytes. */
struct km_settings {
    const char *server; /* one or several, with commas between */
    const char *node;   /* NULL: the host's name */
    const char *root, *proc;
    int64_t interval, outbox_limit;
    int compress;           /* enum km_replicas_pack */
    int names;              /* enum km_names_source */
    const char *kubeconfig; /* NULL: the service account */
    const char *token_file; /* NULL: none */
    const char *ca_file;    /* NULL: the system's */
    bool once, print;
    int log_level;
};

extern const struct km_program km_collector_program;

#endif
