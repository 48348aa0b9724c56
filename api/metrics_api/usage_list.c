/* SPDX-License-Identifier: Apache-2.0 */
#include "usage_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube_status.h"
#include "usage_reader.h"

#define PIECE 16384 /* bytes of JSON made before the client is asked to take them */

struct list {
    struct km_usage_query query;
    struct km_usage_reader reader;
    struct km_json w;
    uint64_t left; /* items that may still be answered */
    bool begun;
    struct km_buf token; /* of the last item, kept where there may be another page */
};

void km_usage_query_done(struct km_usage_query *query)
{
    free(query->name_space);
    free(query->name);
    free(query->continues);
    km_selector_free(query->labels_wanted);
    km_selector_free(query->fields_wanted);
}

static void list_free(void *arg)
{
    struct list *l = arg;

    km_usage_reader_done(&l->reader);
    km_usage_query_done(&l->query);
    km_buf_done(&l->token);
    free(l);
}

/* Takes what the query points to, also where memory runs out: then NULL is returned. */
static struct list *list_new(struct km_usage_query *query)
{
    struct list *l = malloc(sizeof(*l));

    if (!l) {
        km_usage_query_done(query);
        return NULL;
    }
    l->query = *query;
    l->w = (struct km_json){0};
    l->left = query->limit;
    l->begun = false;
    l->token = KM_BUF_INIT;
    km_usage_reader_init(&l->reader, &l->query);
    return l;
}

static bool is_table(const struct km_usage_query *query)
{
    return query->form == KM_FORM_TABLE || query->form == KM_FORM_TABLE_BETA;
}

/* --- what stands around the items --------------------------------------------------------------
 */

static void write_begin(struct km_json *w, const struct km_usage_query *q)
{
    km_json_object(w);
    if (is_table(q)) {
        km_json_member(w, "kind", "Table");
        km_json_member(w, "apiVersion",
                       q->form == KM_FORM_TABLE ? "meta.k8s.io/v1" : "meta.k8s.io/v1beta1");
        km_json_key(w, "columnDefinitions");
        km_usage_write_columns(w);
        km_json_member_array(w, "rows");
        return;
    }
    km_json_member(w, "kind", q->pods ? "PodMetricsList" : "NodeMetricsList");
    km_json_member(w, "apiVersion",
                   strcmp(q->version, "v1") == 0 ? "metrics.k8s.io/v1" : "metrics.k8s.io/v1beta1");
    km_json_member_array(w, "items");
}

/* The token is known only here. */
static void write_end(struct km_json *w, struct km_buf *token)
{
    km_json_array_end(w);
    km_json_member_object(w, "metadata");
    if (token->len > 0)
        km_json_member(w, "continue", km_buf_str(token));
    km_json_object_end(w);
    km_json_object_end(w);
}

static void write_item(struct km_json *w, const struct km_usage_query *q,
                       const struct km_usage_item *item)
{
    if (is_table(q))
        km_usage_write_row(w, item, q->version, q->object);
    else
        km_usage_write(w, item, NULL);
}

/* --- a list ------------------------------------------------------------------------------------
 */

static int list_next(void *arg, struct km_buf *out)
{
    struct list *l = arg;
    size_t begin = out->len;
    int result = 1;

    l->w.out = out;
    if (!l->begun)
        write_begin(&l->w, &l->query);
    l->begun = true;
    while (out->len - begin < PIECE && result == 1) {
        struct km_usage_item item;

        if (l->left == 0)
            break;
        result = km_usage_reader_next(&l->reader, &item);
        if (result != 1)
            break;
        write_item(&l->w, &l->query, &item);
        if (--l->left == 0)
            km_usage_token(&l->token, &item);
    }
    if (result < 0)
        return result;
    if (result != 0 && l->left > 0)
        return 1;
    write_end(&l->w, &l->token);
    return 0;
}

/* --- one item ----------------------------------------------------------------------------------
 */

static void answer_one(struct km_call *call, struct list *l)
{
    const struct km_usage_query *q = &l->query;
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_usage_item item;
    int result;
    char name[2 * KM_CURSOR_PART];

    while ((result = km_usage_reader_next(&l->reader, &item)) == 2)
        ;
    if (result < 0) {
        km_answer_no_memory(call);
        return;
    }
    if (result == 0) {
        snprintf(name, sizeof(name), "%s%s%s", q->pods ? q->name_space : "", q->pods ? "/" : "",
                 q->name);
        km_kube_not_found(call, q->pods ? "podmetrics" : "nodemetrics", name);
        return;
    }
    if (is_table(q)) {
        write_begin(&w, q);
        write_item(&w, q, &item);
        write_end(&w, &l->token);
    } else {
        km_usage_write(&w, &item, q->version);
    }
    km_answer_json(call, &body);
}

void km_answer_usage(struct km_call *call, struct km_usage_query *query)
{
    struct list *l = list_new(query);

    if (!l) {
        km_answer_no_memory(call);
        return;
    }
    if (l->query.continues && km_usage_reader_seek(&l->reader, l->query.continues) < 0) {
        list_free(l);
        km_answer_problem(call, 400, 0, "continue: is not a token of this server");
        return;
    }
    if (l->query.name) {
        answer_one(call, l);
        list_free(l);
        return;
    }
    km_answer_stream(call, list_next, list_free, l);
}
