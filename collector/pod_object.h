/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_OBJECT_H
#define KM_COLLECTOR_POD_OBJECT_H

#include <yyjson.h>

#include "pod_facts.h"

#define KM_POD_CONTAINERS 64 /* of one pod, init containers included; more are left out */

/* A pod's facts as the Kubernetes API's v1 Pod tells them; strings point into the object. */
struct km_pod_object {
    struct km_pod_facts facts;
    struct km_container_facts containers[KM_POD_CONTAINERS];
    char deployment[254];
};

/*
 * Reads a v1 Pod (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/).
 * Returns 0, or -EBADMSG for an object without UID, name and namespace.
 *
 * - uid is the annotation kubernetes.io/config.hash where there is one: it names a static pod's
 *   cgroup.
 * - deployment: a ReplicaSet that controls the pod and is named <deployment>-<the label
 *   pod-template-hash>.
 * - A pod's request is the larger of what its containers want together and what one of its init
 *   containers wants beside the sidecars started before it; overhead is added
 *   (https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/753-sidecar-containers).
 *   A request of the pod itself (spec.resources) stands above that.
 */
int km_pod_object_read(yyjson_val *pod, struct km_pod_object *ret_object);

/* The uid alone, for a pod that is gone; NULL where there is none. */
const char *km_pod_object_uid(yyjson_val *pod);

#endif
