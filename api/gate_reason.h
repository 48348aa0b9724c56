/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_GATE_REASON_H
#define KM_API_GATE_REASON_H

#include "gate.h"

/* What a refusal is called, and what it says to whom it meets. */
struct km_gate_reason_words {
    const char *word;   /* member of /api/status */
    int status;         /* 401: another token may help; 403: none will; 503: try again */
    int retry_after;    /* seconds, of 503 */
    const char *detail; /* a sentence */
};

/* KM_GATE_REASONS of them, in their order. */
extern const struct km_gate_reason_words km_gate_reasons[];

/* Fills the status and the sentence of an answer; more, where not NULL or empty, comes behind. */
void km_gate_answer_with(struct km_gate_answer *answer, enum km_gate_reason reason,
                         const char *more);

#endif
