/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_FRONT_PROXY_HEADERS_H
#define KM_METRICS_FRONT_PROXY_HEADERS_H

#include <yyjson.h>

#include "door.h"
#include "kube_review.h"

/* Which headers name a user, and the user that they name. Whether the sender may be believed is
 * front_proxy.c's to know. */
struct km_front_names {
    yyjson_doc *user, *group, *extra, *uid; /* arrays of names; NULL: none */
};

/* One of the configmap's lists, which is text: '["X-Remote-User"]'. NULL where it is missing.
 * Returns 0, or -EINVAL with words. */
int km_front_list(yyjson_val *data, const char *key, yyjson_doc **ret_list, struct km_buf *words);

/* Reads all of them. Returns 0, or -EINVAL with words where one is no list of strings, or no header
 * names the user. */
int km_front_names_read(yyjson_val *data, struct km_front_names *ret_names, struct km_buf *words);
void km_front_names_done(struct km_front_names *names);

/*
 * The user whom the headers name: the first that is not empty names him, all name groups; extra
 * ones, by prefix, become {"scopes":["a","b"]}, their keys in small letters and percent-decoded.
 * Returns 0; -EACCES where no user is named, or a text is no UTF-8, and words says so; -ENOMEM.
 */
int km_front_user(const struct km_front_names *names, const struct km_door_visitor *visitor,
                  struct km_kube_user *ret_user, struct km_buf *words);

#endif
