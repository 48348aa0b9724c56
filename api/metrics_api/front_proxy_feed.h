/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_FRONT_PROXY_FEED_H
#define KM_METRICS_FRONT_PROXY_FEED_H

#include "front_proxy.h"
#include "kube_config.h"

/* Keeps a front proxy as the configmap kube-system/extension-apiserver-authentication has it: by a
 * watch, so that a new CA holds as soon as it is there. */
struct km_front_proxy_feed;

/* config and proxy must outlive the feed. say() gets what is wrong. Returns 0 or negative errno. */
int km_front_proxy_feed_start(const struct km_kube_config *config, struct km_front_proxy *proxy,
                              void (*say)(const char *words),
                              struct km_front_proxy_feed **ret_feed);

/* Tells it to stop, and does not wait for that. NULL is fine, here and below. */
void km_front_proxy_feed_cancel(struct km_front_proxy_feed *feed);
void km_front_proxy_feed_stop(struct km_front_proxy_feed *feed);

#endif
