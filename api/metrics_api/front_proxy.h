/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_FRONT_PROXY_H
#define KM_METRICS_FRONT_PROXY_H

#include <stdbool.h>
#include <yyjson.h>

#include "door.h"
#include "kube_review.h"

/*
 * Whom a request is for, as the API server's aggregation layer says it in headers, believed only of
 * a connection whose client certificate is signed by the CA that the configmap
 * kube-system/extension-apiserver-authentication names, and bears an allowed name:
 *
 *     requestheader-client-ca-file: PEM
 *     requestheader-allowed-names: '["front-proxy-client"]'      empty: any
 *     requestheader-username-headers: '["X-Remote-User"]'
 *     requestheader-group-headers: '["X-Remote-Group"]'
 *     requestheader-extra-headers-prefix: '["X-Remote-Extra-"]'
 *     requestheader-uid-headers: '["X-Remote-Uid"]'
 *
 * Every function may be called from any thread.
 */
struct km_front_proxy;

struct km_front_proxy *km_front_proxy_new(void); /* NULL when memory runs out */
void km_front_proxy_free(struct km_front_proxy *proxy);

/*
 * Takes the "data" of the configmap in the place of what was known. Returns 0; -EINVAL where
 * something is missing or not understood, and words says what: then nobody is believed any more,
 * since what was known before is known to be old; -ENOMEM.
 */
int km_front_proxy_set(struct km_front_proxy *proxy, yyjson_val *data, struct km_buf *words);

/* Nobody is believed any more: the configmap is gone. */
void km_front_proxy_forget(struct km_front_proxy *proxy);

/* True while somebody can be believed. */
bool km_front_proxy_is_set(struct km_front_proxy *proxy);

/*
 * Whom the request is for. Returns 0 and a user, for km_kube_user_done(), among whose groups is
 * "system:authenticated" unless the API server itself does not know him; -EACCES, and words says
 * why not; -ENOMEM.
 */
int km_front_proxy_user(struct km_front_proxy *proxy, const struct km_door_visitor *visitor,
                        struct km_kube_user *ret_user, struct km_buf *words);

#endif
