/* SPDX-License-Identifier: Apache-2.0 */
#include "endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

#define TOKEN_MAX 16384 /* bytes: a service account's token is about 1000 */

/* Reads the first line of a file. Returns 0 or negative errno. */
static int read_token(const char *path, char ret_token[TOKEN_MAX])
{
    km_auto_fclose FILE *file = fopen(path, "re");
    size_t len;

    if (!file)
        return -errno;
    len = fread(ret_token, 1, TOKEN_MAX - 1, file);
    if (ferror(file))
        return -EIO;
    ret_token[len] = '\0';
    ret_token[strcspn(ret_token, "\r\n")] = '\0';
    return *ret_token ? 0 : -ENODATA;
}

static int open_url(const struct km_cli_settings *settings, struct km_buf *out,
                    struct km_fetch **ret_fetch)
{
    char token[TOKEN_MAX];
    struct km_fetch_config config = {
        .base = settings->server,
        .hint = "Is kubemonitor-api running there? --server URL or KUBEMONITOR_SERVER says where.",
        .ca_file = settings->ca_file,
        .timeout_ms = settings->timeout,
    };
    int r = 0;

    if (settings->token_file) {
        r = read_token(settings->token_file, token);
        if (r < 0) {
            km_buf_printf(out, "--token-file: %s: %s\n", settings->token_file, strerror(-r));
            return -EINVAL;
        }
        config.token = token;
    }
    r = km_fetch_new(&config, ret_fetch);
    if (r == -EINVAL)
        km_buf_printf(out, "--server: \"%s\" does not begin with http:// or https://\n",
                      settings->server);
    else if (r < 0)
        km_buf_puts(out, "memory ran out\n");
    explicit_bzero(token, sizeof(token));
    return r;
}

int km_endpoint_open(const struct km_cli_settings *settings, struct km_buf *out,
                     struct km_fetch **ret_fetch)
{
    if (settings->server && *settings->server)
        return open_url(settings, out, ret_fetch);
    km_buf_puts(out, "no server is known: --server URL or KUBEMONITOR_SERVER says where "
                     "kubemonitor-api answers\n");
    return -ENOTCONN;
}
