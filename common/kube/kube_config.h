/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_KUBE_CONFIG_H
#define KM_KUBE_CONFIG_H

#include <stdbool.h>

#include "buf.h"

/*
 * Where the Kubernetes API is and who we are to it: from a kubeconfig file
 * (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/) or from the service account that
 * the kubelet mounts into a pod.
 *
 * Certificates and keys are kept as names of files that libcurl reads. Where the kubeconfig holds
 * them inside (…-data), they are put into anonymous memory (memfd) and never touch a disk.
 */
struct km_kube_config {
    char *server;               /* "https://10.0.0.1:6443", no '/' at its end */
    char *ca_file;              /* NULL: the system's certificates */
    char *cert_file, *key_file; /* client certificate, or both NULL */
    char *token;                /* bearer token, or NULL */
    char *token_file;           /* read anew for each request: it is rotated; or NULL */
    char *name_space;           /* the context's or the pod's own namespace; NULL: not said */
    bool insecure;              /* insecure-skip-tls-verify */
    int memory_files[3];        /* of the …-data members; -1 for none */
};

#define KM_KUBE_CONFIG_INIT                                                                        \
    {                                                                                              \
        .memory_files = { -1, -1, -1 }                                                             \
    }

/*
 * Reads the current context of a kubeconfig file. Returns 0 or negative errno and puts a sentence
 * into *error, which names the member that is missing or not understood. Credentials by "exec" and
 * "auth-provider" are not supported and said so.
 */
int km_kube_config_load(const char *path, struct km_kube_config *ret_config, struct km_buf *error);

/*
 * The pod's own service account: KUBERNETES_SERVICE_HOST and _PORT of the environment and the files
 * under /var/run/secrets/kubernetes.io/serviceaccount. Returns -ENOENT outside a pod.
 */
int km_kube_config_in_cluster(struct km_kube_config *ret_config);

void km_kube_config_done(struct km_kube_config *config);

#endif
