/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_NAME_H
#define KM_COLLECTOR_CGROUP_NAME_H

#include <stdbool.h>

/*
 * What a cgroup folder's name says. The kubelet names a pod's folder "pod<uid>" (cgroupfs driver)
 * or "kubepods-burstable-pod<uid with _>.slice" (systemd driver); the runtime names a container's
 * by its id of 64 hex digits, as "<id>", "cri-containerd-<id>.scope", "crio-<id>.scope",
 * "docker-<id>.scope". A static pod's uid is 32 hex digits without dashes: its manifest's hash.
 */

/* True if name is a pod's folder; its UID with dashes as the Kubernetes API writes it. */
bool km_cgroup_pod(const char *name, char ret_uid[37]);

/*
 * True if name is a container's folder; its id. CRI-O's "crio-conmon-<id>" is its watcher, not it.
 */
bool km_cgroup_container(const char *name, char ret_id[65]);

/*
 * True if name is both in one: where the kubelet uses systemd and containerd does not, containerd
 * takes the slice that it is given for a name and makes
 * "kubepods-burstable-pod<uid with _>.slice:cri-containerd:<id>" in its own cgroup. The pod's UID
 * and the container's id.
 */
bool km_cgroup_pod_container(const char *name, char ret_uid[37], char ret_id[65]);

#endif
