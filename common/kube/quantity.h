/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_KUBE_QUANTITY_H
#define KM_KUBE_QUANTITY_H

#include <stdint.h>

/*
 * Reads a Kubernetes quantity, such as "250m", "1.5", "128Mi", "2e3" or "100u", in units of 1/scale
 * (scale 1000 for millicores, 1 for bytes). What is left over is rounded up, as Kubernetes does.
 * Returns 0, -EINVAL if the text is no quantity or negative, -ERANGE if it does not fit.
 *
 * Format: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
int km_quantity_parse(const char *text, int64_t scale, int64_t *ret_value);

#endif
