/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_ENDPOINT_H
#define KM_CLI_ENDPOINT_H

#include "buf.h"
#include "cli_settings.h"
#include "fetch.h"

/*
 * Finds the server that the settings mean and makes the connection's fetch; nothing is sent yet.
 * Returns 0; -EINVAL or -ENOTCONN with a sentence in *out that says what to set.
 */
int km_endpoint_open(const struct km_cli_settings *settings, struct km_buf *out,
                     struct km_fetch **ret_fetch);

#endif
