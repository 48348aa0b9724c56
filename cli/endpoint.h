/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_ENDPOINT_H
#define KM_CLI_ENDPOINT_H

#include "buf.h"
#include "cli_settings.h"
#include "fetch.h"

/* The service of the API server, as Kubernetes names one with its port. */
#define KM_SERVICE "monitor-api-service:80"

/*
 * Finds the server that the settings mean and makes the connection's fetch; nothing is sent yet:
 * --server, or else the service in the cluster of the kubeconfig file, through the proxy of the
 * Kubernetes API (https://kubernetes.io/docs/concepts/cluster-administration/proxies/), so that
 * whoever can use kubectl needs no address and no open port. Without a kubeconfig file, in a pod,
 * its service account is taken.
 * Returns 0; -EINVAL or -ENOTCONN with a sentence in *out that says what to set.
 */
int km_endpoint_open(const struct km_cli_settings *settings, struct km_buf *out,
                     struct km_fetch **ret_fetch);

/*
 * The same for the Kubernetes API itself, of the kubeconfig file or the service account, with
 * --server too. Only names and other metadata are asked for. hint: what to try where it refuses.
 */
int km_endpoint_open_kubernetes(const struct km_cli_settings *settings, const char *hint,
                                struct km_buf *out, struct km_fetch **ret_fetch);

#endif
