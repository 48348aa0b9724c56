/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_LIST_PAGE_H
#define KM_API_LIST_PAGE_H

#include <stddef.h>

#include "json_write.h"
#include "route.h"

#define KM_LIST_NAME 1024 /* room for an item's name */

/* Things to list, in the order of their names. */
struct km_list {
    size_t count;
    double
        *value; /* what `sort` orders by, of each item; NULL for the order of names; ours to free */
    /* Writes item i as a JSON object; nothing if it is gone. Called while the answer is sent. */
    void (*write)(void *arg, size_t i, struct km_json *w);
    /* The item's name, by which items are in order; false if it is gone. */
    bool (*name)(void *arg, size_t i, char ret_name[KM_LIST_NAME]);
    void (*done)(void *arg); /* frees arg, in every case */
    void *arg;
};

/*
 * Answers {"items":[…],"continue":"…"} by the call's limit, continue, sort and order, in pieces so
 * that a long list costs no more memory than its references. A continue token holds the last item's
 * value and name: the next page goes on behind them even if items have come or gone. Takes the
 * list.
 */
void km_answer_list(struct km_call *call, struct km_list *list);

/*
 * A continue token, "0x1.9p+7/name": what the last item is ordered by (0 in the order of names) and
 * its name, which lies in the token. Reading returns 0, or -EINVAL where it is none.
 */
int km_list_read_token(const char *token, double *ret_value, const char **ret_name);
void km_list_write_token(struct km_json *w, double value, const char *name);

/* Answers that `continue` holds no token. */
void km_list_refuse_token(struct km_call *call);

/* What `sort` asks for: the metric whose value (RATED: rate) orders, or -1 for names. */
enum km_sort { KM_SORT_NAME, KM_SORT_CPU, KM_SORT_MEMORY, KM_SORT_NETWORK, KM_SORT_DISK };
#define KM_SORT_WORDS "name|cpu|memory|network|disk"

#endif
