/* SPDX-License-Identifier: Apache-2.0 */
#include "gate_review.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube_pod.h"
#include "kube_review.h"
#include "text.h"

static void refuse(struct km_gate_entry *entry, enum km_gate_reason reason, const char *words)
{
    entry->reason = reason;
    snprintf(entry->words, sizeof(entry->words), "%s", words ? words : "");
    km_text_trim(entry->words);
}

static int grant_node(struct km_gate_entry *entry, const char *node)
{
    if (strlen(node) >= sizeof(entry->node))
        return -EBADMSG;
    strcpy(entry->node, node);
    entry->reason = KM_GATE_GRANTED;
    return 0;
}

/* "system:serviceaccount:<namespace>:<name>" */
static bool is_account(const struct km_gate_review *review, const char *user)
{
    char account[600];

    snprintf(account, sizeof(account), "system:serviceaccount:%s:%s", review->account_space,
             review->account);
    return strcmp(account, user) == 0;
}

static int judge_poster(struct km_kube_client *client, const struct km_gate_review *review,
                        const struct km_kube_user *user, struct km_gate_entry *entry,
                        struct km_buf *words)
{
    char *node = NULL;
    int r;

    if (!is_account(review, user->name)) {
        refuse(entry, KM_GATE_WRONG_ACCOUNT, user->name);
        return 0;
    }
    if (user->node)
        return grant_node(entry, user->node);
    if (!user->pod || !user->pod_uid) {
        refuse(entry, KM_GATE_UNBOUND, "");
        return 0;
    }
    r = km_kube_pod_node(client, review->account_space, user->pod, user->pod_uid, &node, words);
    if (r == -ENOENT) {
        refuse(entry, KM_GATE_UNBOUND, km_buf_str(words));
        return 0;
    }
    if (r == 0)
        r = grant_node(entry, node);
    free(node);
    return r;
}

static int judge_reader(struct km_kube_client *client, const struct km_gate_review *review,
                        const struct km_kube_user *user, struct km_gate_entry *entry,
                        struct km_buf *words)
{
    struct km_kube_access access = {
        .verb = "list",
        .group = "metrics.k8s.io",
        .resource = "pods",
        .name_space = *review->name_space ? review->name_space : NULL,
    };
    bool allowed;
    int r = km_kube_access_review(client, user, &access, &allowed, words);

    if (r == 0 && allowed)
        entry->reason = KM_GATE_GRANTED;
    else if (r == 0)
        refuse(entry, KM_GATE_FORBIDDEN, user->name);
    return r;
}

int km_gate_review_ask(struct km_kube_client *client, const struct km_gate_review *review,
                       struct km_gate_entry *ret_entry, struct km_buf *words)
{
    bool posts = review->name_space == NULL;
    struct km_gate_entry entry = {0};
    struct km_kube_user user;
    int r =
        km_kube_token_review(client, review->token, posts ? review->audience : NULL, &user, words);

    if (r == -EACCES) {
        refuse(&entry, KM_GATE_REJECTED, words->len ? km_buf_str(words) : "");
        r = 0;
    } else if (r == 0) {
        km_buf_clear(words);
        r = posts ? judge_poster(client, review, &user, &entry, words)
                  : judge_reader(client, review, &user, &entry, words);
        km_kube_user_done(&user);
    }
    if (r == 0)
        *ret_entry = entry;
    return r;
}
