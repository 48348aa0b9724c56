/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_ACCESS_H
#define KM_METRICS_ACCESS_H

#include "kube_review.h"

/*
 * What users may do, by SubjectAccessReview, each answer kept for a while: as long as Kubernetes'
 * own servers keep theirs. Threads of its own ask, so that no other waits. Members of the group
 * system:masters may do everything, as on every server of Kubernetes, and are not asked about.
 *
 * Every function may be called from any thread.
 */
struct km_access;

#define KM_ACCESS_HOLD_MS    INT64_C(10000)
#define KM_ACCESS_KEPT_MAX   16384 /* answers; a user, a namespace and a verb make one */
#define KM_ACCESS_WAITING    1024  /* requests that wait at a time; more are told to come again */
#define KM_ACCESS_THREADS    2
#define KM_ACCESS_QUESTION   16384 /* bytes of who and what; longer ones are refused */
#define KM_ACCESS_TIMEOUT_MS 5000

/* config must outlive it. say() gets news of the API's silence and its end. Returns 0 or negative
 * errno. */
int km_access_new(const struct km_kube_config *config, void (*say)(const char *words),
                  struct km_access **ret_access);

/* Wakes whoever waits; what is asked from now on has no answer. NULL is fine, here and below. */
void km_access_stop(struct km_access *access);
void km_access_free(struct km_access *access);

enum km_access_answer {
    KM_ACCESS_GRANTED,
    KM_ACCESS_DENIED,
    KM_ACCESS_ASK,    /* not known: km_access_wait() */
    KM_ACCESS_SILENT, /* the Kubernetes API did not answer just now */
};

/* What is known of it now. reason gets why it was denied, where that is known. */
enum km_access_answer km_access_check(struct km_access *access, const struct km_kube_user *user,
                                      const struct km_kube_access *what, struct km_buf *reason);

/*
 * Asks, and calls wake(arg) once when there is an answer, or none within KM_ACCESS_TIMEOUT_MS, from
 * another thread and maybe before this returns. Returns 0; -EAGAIN where too many wait, -E2BIG,
 * -ENOMEM: then wake is not called.
 */
int km_access_wait(struct km_access *access, const struct km_kube_user *user,
                   const struct km_kube_access *what, void (*wake)(void *arg), void *arg);

#endif
