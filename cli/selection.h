/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_SELECTION_H
#define KM_CLI_SELECTION_H

#include <stdbool.h>

#include "cli.h"
#include "column.h"

/*
 * The objects that --selector means. kubemonitor knows no labels: the Kubernetes API is asked which
 * names have them, and of a list of the server those are kept.
 */
struct km_selection;

/*
 * Asks for the names of a subject's objects, in all namespaces or in that of the settings. Returns
 * 0 and a selection; -EINVAL, -ENOTCONN, -EREMOTEIO or -ENOMEM with the sentence in cli->fetch.
 */
int km_selection_read(struct km_cli *cli, const struct km_subject *subject,
                      struct km_selection **ret_selection);

/* name_space: NULL where the subject has none. */
bool km_selection_has(const struct km_selection *selection, const char *name_space,
                      const char *name);

void km_selection_free(struct km_selection *selection);

#endif
