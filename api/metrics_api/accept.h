/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_ACCEPT_H
#define KM_METRICS_ACCEPT_H

/* In which form an answer is wanted: Kubernetes' own reading of the Accept header. */
enum km_form {
    KM_FORM_JSON,
    KM_FORM_TABLE,      /* "application/json;as=Table;v=v1;g=meta.k8s.io" */
    KM_FORM_TABLE_BETA, /* the same with v=v1beta1 */
    KM_FORM_NONE,       /* nothing that we have: 406 */
};

/*
 * The first of the header's media types that there is; weights ("q=") do not matter, as on
 * Kubernetes' own servers. Protobuf is passed over: clients that prefer it add another or a
 * wildcard.
 * "" accepts everything.
 */
enum km_form km_accept(const char *header);

#endif
