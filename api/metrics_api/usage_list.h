/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_USAGE_LIST_H
#define KM_METRICS_USAGE_LIST_H

#include "accept.h"
#include "labels.h"
#include "route.h"
#include "selector.h"
#include "usage_item.h"

/*
 * The nodes or pods of which there is usage, in the order of their names, as a list answered piece
 * by piece: 150,000 pods cost no more memory than one.
 *
 * A pod is in it when each of its containers has two readings and the Kubernetes API knows it (once
 * that has told all it knows); a node when it was heard of within 3 intervals.
 */
struct km_usage_query {
    const struct km_store *store;
    struct km_labels *labels; /* of nodes or of pods */
    int64_t interval_ms;
    bool pods;
    char *name_space, *name;           /* only these; NULL: all */
    struct km_selector *labels_wanted; /* NULL: all */
    struct km_selector *fields_wanted; /* NULL: all */
    const char *version;               /* "v1beta1"; lives as long as the process */
    enum km_form form;
    enum km_table_object object; /* of a table's rows */
    uint64_t limit;              /* items of one answer */
    char *continues;             /* the token of the answer before, or NULL */
};

/* Answers with the list, or with the one item that name names: 404 where there is none. Takes what
 * the query points to; it is freed in every case. */
void km_answer_usage(struct km_call *call, struct km_usage_query *query);

/* Frees what a query points to. */
void km_usage_query_done(struct km_usage_query *query);

#endif
