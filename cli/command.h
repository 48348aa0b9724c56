/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_COMMAND_H
#define KM_CLI_COMMAND_H

#include "cli.h"

/*
 * The commands. Each returns 0 or a negative errno whose sentence is in the run's fetch
 * (km_fetch_error); km_exit_of() makes the exit status of it.
 */

/* "nodes", "pods", …: a list, now or as averages over --window. */
int km_command_list(struct km_cli *cli, const struct km_subject *subject);

/* "node NAME", "pod NAME", …: one object and what it is made of, or its --window. */
int km_command_one(struct km_cli *cli, const struct km_subject *subject);

/* "top": the full screen. */
int km_command_top(struct km_cli *cli);

/* The whole program behind main(): reads the command line and runs the command. */
int km_command_run(int argc, char **argv);

#endif
