/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_SETTINGS_H
#define KM_CLI_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "option.h"

enum km_output {
    KM_OUTPUT_TABLE,
    KM_OUTPUT_WIDE,
    KM_OUTPUT_JSON,
    KM_OUTPUT_YAML,
    KM_OUTPUT_CSV,
};

/* The options (cli_settings.c has the table). Times in ms. */
struct km_cli_settings {
    const char *server, *kubeconfig, *monitor_namespace;
    const char *token_file, *ca_file;
    const char *name_space; /* NULL: all */
    const char *selector;   /* of labels; NULL: whatever they are */
    bool all_namespaces;
    int64_t window, step; /* 0: now; as the server has it */
    const char *sort;     /* NULL: by name */
    bool reverse;
    int output; /* enum km_output */
    bool no_headers;
    bool watch;
    int64_t interval, count, timeout;
};

extern const struct km_program km_cli_program;

/* Words, letters and chapters of the command line: what --help and completion know of. */
extern const struct km_words km_cli_words;

/* The commands among them, ends with a NULL word. */
extern const struct km_word km_cli_commands[];

#define KM_CLI_WORDS 2 /* a command and a name */

#endif
