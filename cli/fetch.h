/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_FETCH_H
#define KM_CLI_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <yyjson.h>

#include "buf.h"

/*
 * GET requests to the server, over one kept connection. What went wrong is kept as a sentence for
 * the user that says what to do next.
 */
struct km_fetch;

/* An answer larger than this, after decompression, is given up. */
#define KM_FETCH_MAX (64u << 20)

struct km_fetch_config {
    const char *base;    /* "http://127.0.0.1:8080"; a path behind it is kept */
    const char *hint;    /* what to try where it cannot be reached */
    const char *token;   /* sent as "Authorization: Bearer"; NULL for none */
    const char *ca_file; /* certificates to trust for https; NULL for the system's */
    int64_t timeout_ms;  /* of one request */
    void *curl; /* a CURL handle made ready for base (credentials); NULL makes one. Taken. */
};

/* Returns 0, -EINVAL for a base that is no http or https address, or -ENOMEM. Copies the config. */
int km_fetch_new(const struct km_fetch_config *config, struct km_fetch **ret_fetch);

/*
 * Gets the JSON at a path ("/api/nodes?limit=1", escaped already). The caller frees *ret_doc.
 * Returns 0; -ENOTCONN where the server cannot be reached; -ENOENT for 404; -EREMOTEIO for another
 * refusal or an answer that is not the server's; -ECANCELED after km_fetch_cancel(); -ENOMEM.
 */
int km_fetch_get(struct km_fetch *f, const char *path, yyjson_doc **ret_doc);

/* Why the last call failed: one or more sentences without a newline at the end. */
const char *km_fetch_error(const struct km_fetch *f);

/* Sets the sentence and returns r: for faults found behind the answer. */
int km_fetch_fail(struct km_fetch *f, int r, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* From another thread: gives up what is under way, and every later call at once. */
void km_fetch_cancel(struct km_fetch *f);

void km_fetch_free(struct km_fetch *f);

/* Appends text with every byte that is not a letter, digit or one of -._~ as %XX. */
void km_url_escape(struct km_buf *out, const char *text);

#endif
