/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_KUBE_REVIEW_H
#define KM_KUBE_REVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "kube_client.h"

/*
 * Questions to the Kubernetes API about others: whom a bearer token stands for (TokenReview) and
 * what somebody may do (SubjectAccessReview). Each is one request and waits for its answer.
 *
 * Kinds:
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
 * https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/
 */

/*
 * Somebody the API server knows. Filled by km_kube_token_review() and then given back by
 * km_kube_user_done(); or by the caller, with memory of his own, from what a proxy says of a user.
 */
struct km_kube_user {
    char *name;    /* "system:serviceaccount:monitoring:resource-collector" */
    char *uid;     /* NULL: none */
    char **groups; /* n_groups of them */
    size_t n_groups;
    char *extra; /* JSON object of arrays of strings, {"scopes":["a"]}; NULL: none */
    /* What a bound service-account token says in extra (authentication.kubernetes.io/…), or NULL:
     * the node since Kubernetes 1.30, the pod since long before. */
    char *node, *pod, *pod_uid;
};

/* What is to be done: to a resource, or where path is set to a path of the API server. */
struct km_kube_access {
    const char *verb;       /* "get", "list" */
    const char *path;       /* "/metrics", or NULL */
    const char *group;      /* "metrics.k8s.io", "" for the core */
    const char *resource;   /* "pods" */
    const char *name_space; /* NULL: in all namespaces, or the resource has none */
    const char *name;       /* NULL: all of them */
};

/*
 * Whom the token stands for. With an audience the token must have been made for it; NULL asks for
 * the API server's own. Returns 0 and the user; -EACCES for a token that stands for nobody or for
 * another audience; -EPERM where we may not ask; -EIO, -ECANCELED, -EBADMSG, -ENOMEM where there
 * was no answer. words gets a sentence that says why not.
 */
int km_kube_token_review(struct km_kube_client *client, const char *token, const char *audience,
                         struct km_kube_user *ret_user, struct km_buf *words);

/*
 * Whether the user may. Returns 0 whatever the answer is: *ret_allowed has it, words the reason
 * where there is one; negative as above, -EACCES aside.
 */
int km_kube_access_review(struct km_kube_client *client, const struct km_kube_user *user,
                          const struct km_kube_access *access, bool *ret_allowed,
                          struct km_buf *words);

/* The same in two steps, for who keeps answers by their questions: the review as text, which is the
 * same for the same user and access, and the asking. */
void km_kube_access_review_write(struct km_buf *out, const struct km_kube_user *user,
                                 const struct km_kube_access *access);
int km_kube_access_review_ask(struct km_kube_client *client, const char *review, bool *ret_allowed,
                              struct km_buf *words);

/* Frees what a token review filled. */
void km_kube_user_done(struct km_kube_user *user);

#endif
