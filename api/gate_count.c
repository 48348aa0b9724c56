/* SPDX-License-Identifier: Apache-2.0 */
/* What the gate has let in and refused: counted, and logged once a reason and client. */
#include <stdio.h>
#include <string.h>

#include "gate_inside.h"
#include "gate_reason.h"

bool km_gate_count(struct km_gate *gate, const char *client, const struct km_gate_answer *answer)
{
    size_t known = gate->n_noted < KM_GATE_NOTED ? gate->n_noted : KM_GATE_NOTED, place;

    if (answer->reason == KM_GATE_GRANTED) {
        gate->granted++;
        return false;
    }
    gate->refused[answer->reason]++;
    for (size_t i = 0; i < known; i++) {
        if (gate->noted[i].reason == answer->reason && strcmp(gate->noted[i].client, client) == 0)
            return false;
    }
    place = gate->n_noted++ % KM_GATE_NOTED;
    gate->noted[place].reason = answer->reason;
    snprintf(gate->noted[place].client, sizeof(gate->noted[place].client), "%s", client);
    return true;
}

void km_gate_say_refusal(const struct km_gate *gate, const char *client, bool ingest,
                         const struct km_gate_answer *answer)
{
    char words[600];

    snprintf(words, sizeof(words), "%s %s is refused with %d: %s (said once)",
             ingest ? "posting by" : "reading by", client, answer->status, answer->detail);
    gate->config.say(words);
}

void km_gate_write_status(struct km_gate *gate, struct km_json *w)
{
    static const char *const modes[] = {"auto", "none", "token", "kubernetes"};

    pthread_mutex_lock(&gate->lock);
    km_json_member_object(w, "access");
    km_json_member(w, "ingest", modes[gate->config.ingest]);
    km_json_member(w, "read", modes[gate->config.read]);
    km_json_member_int(w, "granted", (int64_t)gate->granted);
    km_json_member_object(w, "refused");
    for (int i = KM_GATE_GRANTED + 1; i < KM_GATE_REASONS; i++)
        km_json_member_int(w, km_gate_reasons[i].word, (int64_t)gate->refused[i]);
    km_json_object_end(w);
    km_json_member_int(w, "reviews", (int64_t)gate->reviews);
    km_json_member_int(w, "reviews_failed", (int64_t)gate->reviews_failed);
    km_json_member_int(w, "cached", gate->cache ? (int64_t)km_gate_cache_count(gate->cache) : 0);
    km_json_object_end(w);
    pthread_mutex_unlock(&gate->lock);
}
