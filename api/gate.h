/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_GATE_H
#define KM_API_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_write.h"
#include "kube_config.h"

/*
 * Who may post and who may read. A request is judged by its bearer token before anything of its
 * body is looked at: against the tokens of a file, or by the Kubernetes API (TokenReview, then for
 * a reader SubjectAccessReview).
 *
 * The API is asked once a token, by a thread of the gate's own: no request waits for a review
 * while an answer is cached, and none holds up a thread that serves others. An answer that grants
 * is asked for again after KM_GATE_FRESH_MS, while it goes on to hold; where the API does not
 * answer it holds for KM_GATE_HOLD_MS in all. It never outlives the token. One that refuses holds
 * for KM_GATE_REFUSED_MS.
 *
 * What a poster may store: of a token that names its node (Kubernetes 1.30), or of one that names
 * its pod, whose node the API knows, that node's data and no other.
 */
struct km_gate;

#define KM_GATE_FRESH_MS   INT64_C(300000)
#define KM_GATE_HOLD_MS    INT64_C(3600000)
#define KM_GATE_REFUSED_MS INT64_C(10000)
#define KM_GATE_TOKEN_MAX  8192 /* bytes; a projected token has 1 or 2 kB */

/* The words of --ingest-auth and --read-auth, in their order. */
enum km_gate_mode { KM_GATE_AUTO, KM_GATE_NONE, KM_GATE_TOKEN, KM_GATE_KUBERNETES };

/* Why a request is refused: word in /api/status, status, sentence (gate_reason.c). */
enum km_gate_reason {
    KM_GATE_GRANTED,
    KM_GATE_NO_TOKEN,
    KM_GATE_MALFORMED,
    KM_GATE_REJECTED,
    KM_GATE_EXPIRED,
    KM_GATE_WRONG_AUDIENCE,
    KM_GATE_WRONG_ACCOUNT,
    KM_GATE_UNBOUND,
    KM_GATE_OTHER_NODE,
    KM_GATE_FORBIDDEN,
    KM_GATE_UNAVAILABLE,
    KM_GATE_BUSY,
    KM_GATE_REASONS,
};

struct km_gate_config {
    enum km_gate_mode ingest, read; /* not AUTO */
    const char *ingest_token_file;  /* of KM_GATE_TOKEN */
    const char *read_token_file;
    const struct km_kube_config *kube;   /* of KM_GATE_KUBERNETES; must outlive the gate */
    const char *audience;                /* that a poster's token must have been made for */
    const char *account_space, *account; /* a poster's service account: namespace and name */
    void (*say)(
        const char *words); /* gets what is to be logged: each refusal once a reason and client */
};

/*
 * Strings must outlive the gate. Returns 0; what km_token_file_update() says of a file, whose name
 * say() then gets; -ENOMEM.
 */
int km_gate_new(const struct km_gate_config *config, struct km_gate **ret_gate);

/* Ends the reviews: whoever waits is woken, and what is not cached is refused. NULL is fine. */
void km_gate_stop(struct km_gate *gate);
void km_gate_free(struct km_gate *gate);

struct km_gate_request {
    bool ingest;               /* wants to post; else to read */
    const char *authorization; /* the header's value, or NULL */
    const char *node;          /* whose data is posted, as the path says; NULL: it does not */
    const char *name_space;    /* to read of one namespace only; NULL: of all */
    const char *client;        /* address, for the log */
};

struct km_gate_answer {
    enum km_gate_reason reason; /* KM_GATE_GRANTED, or why not */
    int status, retry_after;    /* of a refusal */
    char detail[384];           /* of a refusal: a sentence */
    char node[254];             /* the one whose data may be posted; "": any */
};

/*
 * Judges a request. True with the answer; false where the Kubernetes API has to be asked: then
 * km_gate_wait(), and judge again when woken. last says that the caller will not wait any more: the
 * answer is then always there, a refusal with 503 at worst. Counts and logs what it refuses.
 */
bool km_gate_check(struct km_gate *gate, const struct km_gate_request *request, bool last,
                   struct km_gate_answer *ret_answer);

/*
 * Asks, and calls wake(arg) once, from another thread and maybe before this returns. Returns 0, or
 * -EAGAIN when too many are waiting (of all, or of one client) or the gate is stopped: then wake is
 * not called, and km_gate_check() with last says it.
 */
int km_gate_wait(struct km_gate *gate, const struct km_gate_request *request,
                 void (*wake)(void *arg), void *arg);

/* Refuses what was found only in the body: data of another node. For the log, as check does it. */
void km_gate_refuse_node(struct km_gate *gate, const char *client, const char *own,
                         const char *other, struct km_gate_answer *ret_answer);

/* The member "access" of /api/status. */
void km_gate_write_status(struct km_gate *gate, struct km_json *w);

#endif
