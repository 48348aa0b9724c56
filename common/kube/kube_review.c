/* SPDX-License-Identifier: Apache-2.0 */
#include "kube_review.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "json_write.h"

#define TIMEOUT_MS 5000  /* the API server's own webhooks have no more */
#define ANSWER_MAX 65536 /* who is in a thousand groups is still answered */

#define EXTRA "authentication.kubernetes.io/"

/*
 * Posts a review and gives its "status". The document is the caller's to free. A refusal comes as
 * {"kind":"Status","message":"tokenreviews… is forbidden: …"}.
 */
static int ask(struct km_kube_client *client, const char *path, struct km_buf *body,
               struct km_buf *words, yyjson_doc **ret_doc, yyjson_val **ret_status)
{
    km_auto_buf struct km_buf answer = KM_BUF_INIT;
    struct km_kube_request request = {
        .path = path, .body = km_buf_str(body), .answer_max = ANSWER_MAX, .timeout_ms = TIMEOUT_MS};
    yyjson_doc *doc;
    yyjson_val *status;
    long code = 0;
    int r = request.body ? km_kube_request(client, &request, &answer, &code) : -ENOMEM;

    if (r < 0) {
        km_buf_puts(words, km_kube_client_error(client));
        return r;
    }
    if (code != 200 && code != 201) {
        km_buf_printf(words, "%s: status %ld %.300s", path, code,
                      answer.len ? km_buf_str(&answer) : "");
        return code == 401 || code == 403 ? -EPERM : -EIO;
    }
    doc = yyjson_read(answer.data, answer.len, 0);
    status = yyjson_obj_get(yyjson_doc_get_root(doc), "status");
    if (!yyjson_is_obj(status)) {
        yyjson_doc_free(doc);
        km_buf_printf(words, "%s: the answer is no review", path);
        return -EBADMSG;
    }
    *ret_doc = doc;
    *ret_status = status;
    return 0;
}

static void begin(struct km_json *w, const char *kind, const char *group)
{
    km_json_object(w);
    km_json_member(w, "kind", kind);
    km_json_member(w, "apiVersion", group);
    km_json_member_object(w, "spec");
}

/* --- whom a token stands for -------------------------------------------------------------------
 */

/* A copy of a text; NULL where it is absent or empty. False without memory. */
static bool copy(yyjson_val *value, char **ret_copy)
{
    *ret_copy = NULL;
    if (!yyjson_is_str(value) || yyjson_get_len(value) == 0)
        return true;
    *ret_copy = strdup(yyjson_get_str(value));
    return *ret_copy != NULL;
}

static bool copy_groups(yyjson_val *groups, struct km_kube_user *user)
{
    yyjson_val *group;
    size_t i, n;

    if (yyjson_arr_size(groups) == 0)
        return true;
    user->groups = calloc(yyjson_arr_size(groups), sizeof(*user->groups));
    if (!user->groups)
        return false;
    yyjson_arr_foreach(groups, i, n, group)
    {
        if (!copy(group, &user->groups[user->n_groups]))
            return false;
        user->n_groups += user->groups[user->n_groups] != NULL;
    }
    return true;
}

/* {"authentication.kubernetes.io/node-name":["n1"]}: each value is a list, these of one. */
static bool copy_extra(yyjson_val *extra, struct km_kube_user *user)
{
    if (yyjson_obj_size(extra) == 0)
        return true;
    user->extra = yyjson_val_write(extra, 0, NULL);
    return user->extra &&
           copy(yyjson_arr_get_first(yyjson_obj_get(extra, EXTRA "node-name")), &user->node) &&
           copy(yyjson_arr_get_first(yyjson_obj_get(extra, EXTRA "pod-name")), &user->pod) &&
           copy(yyjson_arr_get_first(yyjson_obj_get(extra, EXTRA "pod-uid")), &user->pod_uid);
}

/* An API server that knows no audiences leaves them out of its answer: such a token is not for us.
 */
static bool is_for(yyjson_val *audiences, const char *audience)
{
    yyjson_val *one;
    size_t i, n;

    if (!audience)
        return true;
    yyjson_arr_foreach(audiences, i, n, one)
    {
        if (yyjson_equals_str(one, audience))
            return true;
    }
    return false;
}

static int read_user(yyjson_val *status, const char *audience, struct km_kube_user *ret_user,
                     struct km_buf *words)
{
    yyjson_val *its = yyjson_obj_get(status, "user");
    const char *error = yyjson_get_str(yyjson_obj_get(status, "error"));
    struct km_kube_user user = {0};

    if (!yyjson_get_bool(yyjson_obj_get(status, "authenticated"))) {
        km_buf_puts(words, error && *error ? error : "the token stands for nobody");
        return -EACCES;
    }
    if (!is_for(yyjson_obj_get(status, "audiences"), audience)) {
        km_buf_printf(words, "the token is not for the audience %s", audience);
        return -EACCES;
    }
    if (!copy(yyjson_obj_get(its, "username"), &user.name) ||
        !copy(yyjson_obj_get(its, "uid"), &user.uid) ||
        !copy_groups(yyjson_obj_get(its, "groups"), &user) ||
        !copy_extra(yyjson_obj_get(its, "extra"), &user)) {
        km_kube_user_done(&user);
        return -ENOMEM;
    }
    if (!user.name) {
        km_kube_user_done(&user);
        km_buf_puts(words, "the review names no user");
        return -EBADMSG;
    }
    *ret_user = user;
    return 0;
}

int km_kube_token_review(struct km_kube_client *client, const char *token, const char *audience,
                         struct km_kube_user *ret_user, struct km_buf *words)
{
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    yyjson_doc *doc;
    yyjson_val *status;
    int r;

    begin(&w, "TokenReview", "authentication.k8s.io/v1");
    km_json_member(&w, "token", token);
    if (audience) {
        km_json_member_array(&w, "audiences");
        km_json_string(&w, audience);
        km_json_array_end(&w);
    }
    km_json_object_end(&w);
    km_json_object_end(&w);
    r = ask(client, "/apis/authentication.k8s.io/v1/tokenreviews", &body, words, &doc, &status);
    if (r < 0)
        return r;
    r = read_user(status, audience, ret_user, words);
    yyjson_doc_free(doc);
    return r;
}

void km_kube_user_done(struct km_kube_user *user)
{
    for (size_t i = 0; i < user->n_groups; i++)
        free(user->groups[i]);
    free(user->groups);
    free(user->name);
    free(user->uid);
    free(user->extra);
    free(user->node);
    free(user->pod);
    free(user->pod_uid);
    *user = (struct km_kube_user){0};
}

/* --- what somebody may do ----------------------------------------------------------------------
 */

static void write_user(struct km_json *w, const struct km_kube_user *user)
{
    km_json_member(w, "user", user->name);
    km_json_member(w, "uid", user->uid);
    km_json_member_array(w, "groups");
    for (size_t i = 0; i < user->n_groups; i++)
        km_json_string(w, user->groups[i]);
    km_json_array_end(w);
    if (user->extra) {
        km_json_key(w, "extra");
        km_buf_puts(w->out, user->extra);
        w->comma = true;
    }
}

static void write_access(struct km_json *w, const struct km_kube_access *access)
{
    km_json_member_object(w, access->path ? "nonResourceAttributes" : "resourceAttributes");
    km_json_member(w, "verb", access->verb);
    if (access->path) {
        km_json_member(w, "path", access->path);
    } else {
        km_json_member(w, "group", access->group);
        km_json_member(w, "resource", access->resource);
        km_json_member(w, "namespace", access->name_space);
        km_json_member(w, "name", access->name);
    }
    km_json_object_end(w);
}

void km_kube_access_review_write(struct km_buf *out, const struct km_kube_user *user,
                                 const struct km_kube_access *access)
{
    struct km_json w = {.out = out};

    begin(&w, "SubjectAccessReview", "authorization.k8s.io/v1");
    write_user(&w, user);
    write_access(&w, access);
    km_json_object_end(&w);
    km_json_object_end(&w);
}

int km_kube_access_review_ask(struct km_kube_client *client, const char *review, bool *ret_allowed,
                              struct km_buf *words)
{
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    const char *reason;
    yyjson_doc *doc;
    yyjson_val *status;
    int r;

    km_buf_puts(&body, review);
    r = ask(client, "/apis/authorization.k8s.io/v1/subjectaccessreviews", &body, words, &doc,
            &status);
    if (r < 0)
        return r;
    *ret_allowed = yyjson_get_bool(yyjson_obj_get(status, "allowed"));
    reason = yyjson_get_str(yyjson_obj_get(status, "reason"));
    km_buf_puts(words, reason ? reason : "");
    yyjson_doc_free(doc);
    return 0;
}

int km_kube_access_review(struct km_kube_client *client, const struct km_kube_user *user,
                          const struct km_kube_access *access, bool *ret_allowed,
                          struct km_buf *words)
{
    km_auto_buf struct km_buf review = KM_BUF_INIT;

    km_kube_access_review_write(&review, user, access);
    return km_buf_str(&review) ? km_kube_access_review_ask(client, review.data, ret_allowed, words)
                               : -ENOMEM;
}
