/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_KUBE_POD_H
#define KM_KUBE_POD_H

#include "buf.h"
#include "kube_client.h"

/*
 * The node a pod runs on. uid is the pod's that is meant, so that a later one of its name is not
 * taken for it. Returns 0 and a string for free(); -ENOENT where there is no such pod or it runs
 * nowhere yet; -EPERM where we may not ask; -EIO, -ECANCELED, -EBADMSG, -ENOMEM where there was no
 * answer. words gets a sentence that says why not.
 */
int km_kube_pod_node(struct km_kube_client *client, const char *name_space, const char *pod,
                     const char *uid, char **ret_node, struct km_buf *words);

#endif
