/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gate_inside.h"
#include "gate_reason.h"
#include "jwt.h"
#include "time_format.h"

#define EARLY_MS 60000 /* our clock and the API server's may differ by this much */

/* --- life --------------------------------------------------------------------------------------
 */

static int take_file(struct km_gate *gate, struct km_token_file *file, const char *path)
{
    char words[512];
    int r;

    file->path = path;
    r = km_token_file_update(file);
    if (r < 0) {
        snprintf(words, sizeof(words), "%s: %s", path,
                 r == -EINVAL ? "this is no file of tokens" : strerror(-r));
        gate->config.say(words);
    }
    return r;
}

static int start(struct km_gate *gate)
{
    const struct km_gate_config *c = &gate->config;
    int r = 0;

    if (c->ingest == KM_GATE_TOKEN)
        r = take_file(gate, &gate->posters, c->ingest_token_file);
    if (r == 0 && c->read == KM_GATE_TOKEN)
        r = take_file(gate, &gate->readers, c->read_token_file);
    if (r < 0 || (c->ingest != KM_GATE_KUBERNETES && c->read != KM_GATE_KUBERNETES))
        return r;
    gate->cache = km_gate_cache_new();
    gate->queue = km_gate_queue_new();
    r = gate->cache && gate->queue ? km_kube_client_new(c->kube, &gate->client) : -ENOMEM;
    if (r == 0 && pthread_create(&gate->thread, NULL, km_gate_thread, gate) != 0)
        r = -ENOMEM;
    gate->has_thread = r == 0;
    return r;
}

int km_gate_new(const struct km_gate_config *config, struct km_gate **ret_gate)
{
    struct km_gate *gate = calloc(1, sizeof(*gate));
    int r;

    if (!gate)
        return -ENOMEM;
    gate->config = *config;
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->work, NULL);
    r = start(gate);
    if (r < 0) {
        km_gate_free(gate);
        return r;
    }
    *ret_gate = gate;
    return 0;
}

void km_gate_stop(struct km_gate *gate)
{
    if (!gate)
        return;
    pthread_mutex_lock(&gate->lock);
    gate->stopped = true;
    pthread_cond_signal(&gate->work);
    pthread_mutex_unlock(&gate->lock);
    if (!gate->has_thread)
        return;
    km_kube_client_stop(gate->client);
    pthread_join(gate->thread, NULL);
    gate->has_thread = false;
}

void km_gate_free(struct km_gate *gate)
{
    if (!gate)
        return;
    km_gate_stop(gate);
    km_kube_client_free(gate->client);
    km_gate_queue_free(gate->queue);
    km_gate_cache_free(gate->cache);
    km_token_file_done(&gate->posters);
    km_token_file_done(&gate->readers);
    pthread_cond_destroy(&gate->work);
    pthread_mutex_destroy(&gate->lock);
    free(gate);
}

/* --- tokens ------------------------------------------------------------------------------------
 */

/* The token of "Bearer TOKEN" (RFC 6750), or NULL. It stands in the header to its end. */
static const char *bearer(const char *authorization)
{
    const char *token;

    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    token = authorization + 7 + strspn(authorization + 7, " ");
    if (!*token || strlen(token) > KM_GATE_TOKEN_MAX)
        return NULL;
    for (const char *p = token; *p; p++) {
        if (*p <= ' ' || *p > '~')
            return NULL;
    }
    return token;
}

/* A question about a token: how it is asked, and what the token says of itself. */
struct question {
    struct km_gate_job job; /* its strings are the request's */
    struct km_jwt jwt;
    bool is_jwt;
};

static int describe(const struct km_gate_request *request, const char *token,
                    struct question *ret_question)
{
    struct question q = {.job = {.token = (char *)(uintptr_t)token, .expires_ms = INT64_MAX}};
    int r;

    if (!request->ingest)
        q.job.name_space = (char *)(uintptr_t)(request->name_space ? request->name_space : "");
    snprintf(q.job.client, sizeof(q.job.client), "%s", request->client);
    r = km_gate_key(token, q.job.name_space, &q.job.key);
    if (r == 0)
        *ret_question = q;
    return r;
}

/* Reads what the token says: only where it is to be asked about, for most are known by their key.
 */
static void read_claims(const struct km_gate *gate, struct question *q)
{
    const char *audience = gate->config.audience ? gate->config.audience : "";

    q->is_jwt = km_jwt_read(q->job.token, audience, &q->jwt) == 0;
    if (q->is_jwt)
        q->job.expires_ms = q->jwt.expires_ms;
}

/* Refuses what the token itself says is in vain to ask about. Readers may have tokens of any make.
 */
static bool is_in_vain(const struct question *q, bool ingest, struct km_gate_answer *answer)
{
    if (ingest && !q->is_jwt)
        km_gate_answer_with(answer, KM_GATE_REJECTED, "it is no service-account token");
    else if (ingest && !q->jwt.is_for)
        km_gate_answer_with(answer, KM_GATE_WRONG_AUDIENCE, NULL);
    else if (q->is_jwt && q->jwt.expires_ms < km_time_now_ms() - EARLY_MS)
        km_gate_answer_with(answer, KM_GATE_EXPIRED, NULL);
    return answer->reason != KM_GATE_GRANTED;
}

/* --- judging -----------------------------------------------------------------------------------
 */

static void judge_by_file(struct km_gate *gate, bool ingest, const char *token,
                          struct km_gate_answer *answer)
{
    struct km_token_file *file = ingest ? &gate->posters : &gate->readers;

    /* A file that cannot be read leaves the tokens of before. */
    km_token_file_update(file);
    if (!km_token_file_has(file, token))
        km_gate_answer_with(answer, KM_GATE_REJECTED, NULL);
}

/* A grant goes on to hold while it is asked for anew. */
static void make_fresh(struct km_gate *gate, struct question *q, struct km_gate_entry *entry,
                       int64_t now_ms)
{
    if (now_ms < entry->ask_again_ms || gate->stopped)
        return;
    entry->ask_again_ms = now_ms + KM_GATE_AGAIN_MS;
    read_claims(gate, q);
    q->job.client[0] = '\0';
    if (km_gate_queue_add(gate->queue, &q->job, NULL) == 0)
        pthread_cond_signal(&gate->work);
}

/* False where the API has to be asked. */
static bool judge_by_reviews(struct km_gate *gate, const struct km_gate_request *request, bool last,
                             const char *token, struct km_gate_answer *answer)
{
    int64_t now_ms = km_time_steady_ms();
    struct km_gate_entry *entry;
    struct question q;

    if (describe(request, token, &q) < 0) {
        km_gate_answer_with(answer, KM_GATE_BUSY, NULL);
        return true;
    }
    entry = km_gate_cache_find(gate->cache, &q.job.key, now_ms);
    if (entry && entry->reason == KM_GATE_GRANTED) {
        strcpy(answer->node, entry->node);
        make_fresh(gate, &q, entry, now_ms);
        return true;
    }
    if (entry) {
        km_gate_answer_with(answer, entry->reason, entry->words);
        return true;
    }
    read_claims(gate, &q);
    if (is_in_vain(&q, request->ingest, answer))
        return true;
    if (gate->stopped || now_ms < gate->away_until_ms)
        km_gate_answer_with(answer, KM_GATE_UNAVAILABLE, NULL);
    else if (last)
        km_gate_answer_with(answer, gate->away ? KM_GATE_UNAVAILABLE : KM_GATE_BUSY, NULL);
    return answer->reason != KM_GATE_GRANTED;
}

static bool judge(struct km_gate *gate, const struct km_gate_request *request, bool last,
                  struct km_gate_answer *answer)
{
    enum km_gate_mode mode = request->ingest ? gate->config.ingest : gate->config.read;
    const char *token;
    char nodes[300];

    if (mode == KM_GATE_NONE)
        return true;
    if (!request->authorization) {
        km_gate_answer_with(answer, KM_GATE_NO_TOKEN, NULL);
        return true;
    }
    token = bearer(request->authorization);
    if (!token)
        km_gate_answer_with(answer, KM_GATE_MALFORMED, NULL);
    else if (mode == KM_GATE_TOKEN)
        judge_by_file(gate, request->ingest, token, answer);
    else if (!judge_by_reviews(gate, request, last, token, answer))
        return false;
    if (answer->reason == KM_GATE_GRANTED && *answer->node && request->node &&
        strcmp(answer->node, request->node) != 0) {
        snprintf(nodes, sizeof(nodes), "it is of the node %s", answer->node);
        km_gate_answer_with(answer, KM_GATE_OTHER_NODE, nodes);
    }
    return true;
}

bool km_gate_check(struct km_gate *gate, const struct km_gate_request *request, bool last,
                   struct km_gate_answer *ret_answer)
{
    struct km_gate_answer answer = {0};
    bool decided, log;

    pthread_mutex_lock(&gate->lock);
    decided = judge(gate, request, last, &answer);
    log = decided && km_gate_count(gate, request->client, &answer);
    pthread_mutex_unlock(&gate->lock);
    if (log)
        km_gate_say_refusal(gate, request->client, request->ingest, &answer);
    if (decided)
        *ret_answer = answer;
    return decided;
}

int km_gate_wait(struct km_gate *gate, const struct km_gate_request *request,
                 void (*wake)(void *arg), void *arg)
{
    struct km_gate_waiter waiter = {wake, arg};
    struct question q;
    int r = describe(request, bearer(request->authorization), &q);

    if (r < 0)
        return -EAGAIN;
    read_claims(gate, &q);
    pthread_mutex_lock(&gate->lock);
    r = gate->stopped ? -EAGAIN : km_gate_queue_add(gate->queue, &q.job, &waiter);
    if (r == 0)
        pthread_cond_signal(&gate->work);
    pthread_mutex_unlock(&gate->lock);
    return r < 0 ? -EAGAIN : 0;
}

void km_gate_refuse_node(struct km_gate *gate, const char *client, const char *own,
                         const char *other, struct km_gate_answer *ret_answer)
{
    struct km_gate_answer answer = {0};
    char nodes[600];
    bool log;

    snprintf(nodes, sizeof(nodes), "it is of the node %s, and not of %s", own, other);
    km_gate_answer_with(&answer, KM_GATE_OTHER_NODE, nodes);
    pthread_mutex_lock(&gate->lock);
    log = km_gate_count(gate, client, &answer);
    pthread_mutex_unlock(&gate->lock);
    if (log)
        km_gate_say_refusal(gate, client, true, &answer);
    *ret_answer = answer;
}
