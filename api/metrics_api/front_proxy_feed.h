/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_FRONT_PROXY_FEED_H
#define KM_METRICS_FRONT_PROXY_FEED_H

#include "front_proxy.h"
#include "kube_watch.h"

/*
 * Keeps a front proxy as the configmap kube-system/extension-apiserver-authentication has it: by a
 * watch, so that a new CA holds as soon as it is there. config and proxy must outlive the watch,
 * which the caller stops (kube_watch.h); say() gets what is wrong. Returns 0 or negative errno.
 */
int km_front_proxy_feed_start(const struct km_kube_config *config, struct km_front_proxy *proxy,
                              void (*say)(const char *words), struct km_kube_watch **ret_watch);

#endif
