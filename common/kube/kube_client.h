/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_KUBE_CLIENT_H
#define KM_KUBE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "kube_config.h"

/*
 * Requests to the Kubernetes API, one at a time over a kept connection. A client belongs to one
 * thread; only km_kube_client_stop() may come from another.
 */
struct km_kube_client;

struct km_kube_request {
    const char *path;   /* "/api/v1/pods?limit=1": percent-encoded by the caller */
    const char *accept; /* NULL: application/json */
    const char *body;   /* JSON: the request is a POST; NULL: a GET */
    size_t answer_max;  /* bytes of an answer that are kept; a longer one ends the request */
    long timeout_ms;    /* for all of it */
    /*
     * Takes each piece of a 200 answer as it comes instead of collecting it; anything but 0 ends
     * the request. NULL: collect.
     */
    int (*take)(void *arg, const char *data, size_t len);
    void *arg;
};

/* config must outlive the client. Returns 0 or -ENOMEM. */
int km_kube_client_new(const struct km_kube_config *config, struct km_kube_client **ret_client);
void km_kube_client_free(struct km_kube_client *client);

/*
 * Sends a request and waits for its end. answer gets the body: all of it, or where take is set
 * that of an error. Returns 0 whatever the status is; or -ECANCELED when stopped, -EMSGSIZE for
 * more than answer_max, -EACCES where the token file cannot be read, -EIO for the rest:
 * km_kube_client_error() has the words, valid until the next request.
 */
int km_kube_request(struct km_kube_client *client, const struct km_kube_request *request,
                    struct km_buf *answer, long *ret_status);
const char *km_kube_client_error(const struct km_kube_client *client);

/* Ends the request that is running within a second, and each later one at once. Any thread. */
void km_kube_client_stop(struct km_kube_client *client);
bool km_kube_client_stopped(const struct km_kube_client *client);

#endif
