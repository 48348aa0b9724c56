/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_FETCH_H
#define KM_CLI_FETCH_H

#include <stdint.h>
#include <yyjson.h>

#include "buf.h"
#include "kube_config.h"

/*
 * GET requests to the server, over one kept connection: straight, or through the proxy of the
 * Kubernetes API. What went wrong is kept as a sentence for the user that says what to do next.
 */
struct km_fetch;

/* An answer larger than this is given up. */
#define KM_FETCH_MAX (64u << 20)

struct km_fetch_config {
    struct km_kube_config connection; /* address and credentials, of whichever of the two it is */
    const char *prefix;               /* before every path: the proxy's, or "" */
    const char *hint;                 /* what to try where it cannot be reached */
    int64_t timeout_ms;               /* of one request */
    const char *accept;               /* NULL: application/json; not copied */
};

/* Takes config->connection in every case, copies the rest. Returns 0 or -ENOMEM. */
int km_fetch_new(struct km_fetch_config *config, struct km_fetch **ret_fetch);

/*
 * Gets the JSON at a path ("/api/nodes?limit=1", escaped already). The caller frees *ret_doc.
 * Returns 0; -ENOTCONN where the server cannot be reached; -ENOENT for 404; -EREMOTEIO for another
 * refusal or an answer that is not the server's; -ECANCELED after km_fetch_cancel(); -ENOMEM.
 */
int km_fetch_get(struct km_fetch *f, const char *path, yyjson_doc **ret_doc);

/* Why the last call failed: one or more sentences without a newline at the end. */
const char *km_fetch_error(const struct km_fetch *f);

/* Whom the requests go to: "http://127.0.0.1:8080". */
const char *km_fetch_server(const struct km_fetch *f);

/* Sets the sentence and returns r: for faults found behind the answer. */
int km_fetch_fail(struct km_fetch *f, int r, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* From another thread: gives up what is under way, and every later call at once. */
void km_fetch_cancel(struct km_fetch *f);

void km_fetch_free(struct km_fetch *f);

/* Appends text with every byte that is not a letter, digit or one of -._~ as %XX. */
void km_url_escape(struct km_buf *out, const char *text);

#endif
