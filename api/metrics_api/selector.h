/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_SELECTOR_H
#define KM_METRICS_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Label and field selectors, as Kubernetes has them in ?labelSelector= and ?fieldSelector=:
 *
 *     app=web,tier!=db,!canary,zone in (a,b),release notin (x),generation>3
 *     metadata.name=web-0,metadata.namespace!=kube-system
 *
 * Grammar:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
struct km_selector;

/*
 * Reads a label selector; "" selects everything. Returns 0; -EINVAL and puts a sentence into error;
 * -ENOMEM.
 */
int km_selector_parse(const char *text, struct km_selector **ret_selector, struct km_buf *error);

/* The same of a field selector, whose fields are metadata.name and metadata.namespace. */
int km_field_selector_parse(const char *text, struct km_selector **ret_selector,
                            struct km_buf *error);

void km_selector_free(struct km_selector *selector); /* NULL is fine */

/* True if it selects everything. */
bool km_selector_is_empty(const struct km_selector *selector);

/* What a label of a key is, or NULL. */
typedef const char *km_label_value(const void *labels, const char *key);

/* True if the labels have all that is asked for. "!=" and "notin" are also true where there is no
 * such label. */
bool km_selector_matches(const struct km_selector *selector, km_label_value *value,
                         const void *labels);

#endif
