/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_CLI_H
#define KM_CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "cli_settings.h"
#include "column.h"
#include "fetch.h"
#include "output_object.h"
#include "rows.h"

/* One run of the program: what was asked for, who answers, and where the answer goes. */
struct km_cli {
    struct km_cli_settings settings;
    const char *word, *name; /* "pods"; "node" "n1". name is NULL where none was given */
    struct km_fetch *fetch;
    FILE *out;
    bool colours; /* a terminal that wants them */
    bool utf8;    /* the locale can write sparklines */
    bool again;   /* not the first time of --watch */
};

enum km_exit { KM_EXIT_OK, KM_EXIT_SERVER, KM_EXIT_USAGE, KM_EXIT_CONNECTION };

/* What a negative errno of this program means to a shell. */
enum km_exit km_exit_of(int r);

/* Finds out about the terminal: colours and UTF-8. */
void km_cli_look_at_terminal(struct km_cli *cli);

/* The namespace asked for, or NULL for all. */
const char *km_cli_namespace(const struct km_cli *cli);

/* Whether the output is for people: table or wide. */
bool km_cli_wants_table(const struct km_cli *cli);

/* The writer for json or yaml, NULL where memory runs out. */
struct km_object_writer *km_cli_writer(const struct km_cli *cli);

/* Writes rows, sorted as they are, as table, wide or csv. */
int km_cli_write_rows(const struct km_cli *cli, const struct km_rows *rows, bool all_namespaces);

/* The column of --sort: -1 without one; -EINVAL with a sentence that names the words. */
int km_cli_sort_column(const struct km_cli *cli, const struct km_column *columns);

/* Sorts by --sort and --reverse. Returns 0, -EINVAL or -ENOMEM. */
int km_cli_sort(const struct km_cli *cli, struct km_rows *rows);

/* Calls once() one time, or again and again with --watch. Returns its last answer. */
int km_cli_repeat(struct km_cli *cli, int (*once)(struct km_cli *cli, const void *arg),
                  const void *arg);

#endif
