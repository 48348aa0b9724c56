/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_USAGE_TEXT_H
#define KM_METRICS_USAGE_TEXT_H

#include <stdint.h>

#include "buf.h"

/*
 * Quantities and durations in the canonical form in which Kubernetes' own servers write them, so
 * that clients that compare text see what they are used to.
 *
 * Formats: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 * and https://pkg.go.dev/time#Duration.String
 */

/* CPU in nanocores: the greatest of n, u, m, none, k, M … that leaves a whole number. 0 is "0",
 * 1234567 "1234567n", 250000000 "250m", 2000000000 "2". */
void km_write_cpu(struct km_buf *out, uint64_t nanocores);

/* Bytes: the greatest of Ki, Mi, Gi … that leaves a whole number; below 1024 as above. 20999168 is
 * "20507Ki", 52428800 "50Mi", 1025 "1025", 1000 "1k". */
void km_write_memory(struct km_buf *out, uint64_t bytes);

/* 5003 ms is "5.003s", 60000 "1m0s", 3661500 "1h1m1.5s", 250 "250ms", 0 "0s". */
void km_write_duration(struct km_buf *out, int64_t ms);

#endif
