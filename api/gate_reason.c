/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_reason.h"

#include <stdio.h>

#include "text.h"

const struct km_gate_reason_words km_gate_reasons[] = {
    [KM_GATE_GRANTED] = {"granted", 200, 0, ""},
    [KM_GATE_NO_TOKEN] = {"no_token", 401, 0,
                          "a bearer token is needed: \"Authorization: Bearer TOKEN\""},
    [KM_GATE_MALFORMED] = {"malformed", 401, 0, "the Authorization header holds no bearer token"},
    [KM_GATE_REJECTED] = {"rejected", 401, 0, "the token is not valid"},
    [KM_GATE_EXPIRED] = {"expired", 401, 0, "the token has expired"},
    [KM_GATE_WRONG_AUDIENCE] = {"wrong_audience", 401, 0, "the token is for another audience"},
    [KM_GATE_WRONG_ACCOUNT] = {"wrong_account", 403, 0,
                               "the token is of another account than the collectors'"},
    [KM_GATE_UNBOUND] = {"unbound", 403, 0,
                         "the token is bound to no node and to no pod that runs on one"},
    [KM_GATE_OTHER_NODE] = {"other_node", 403, 0, "the token is for the data of another node"},
    [KM_GATE_FORBIDDEN] = {"forbidden", 403, 0,
                           "the right to list pods of metrics.k8s.io is wanting"},
    [KM_GATE_UNAVAILABLE] = {"unavailable", 503, 5,
                             "the Kubernetes API cannot be asked about the token"},
    [KM_GATE_BUSY] = {"busy", 503, 1, "too many tokens are being asked about"},
};

_Static_assert(sizeof(km_gate_reasons) / sizeof(km_gate_reasons[0]) == KM_GATE_REASONS,
               "each reason has its words");

void km_gate_answer_with(struct km_gate_answer *answer, enum km_gate_reason reason,
                         const char *more)
{
    const struct km_gate_reason_words *words = &km_gate_reasons[reason];

    answer->reason = reason;
    answer->status = words->status;
    answer->retry_after = words->retry_after;
    snprintf(answer->detail, sizeof(answer->detail), "%s%s%s", words->detail,
             more && *more ? ": " : "", more ? more : "");
    km_text_trim(answer->detail);
}
