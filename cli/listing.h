/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_LISTING_H
#define KM_CLI_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "column.h"
#include "fetch.h"

/* Lists of the server, read page by page: an item at a time, however many there are. */

struct km_list_query {
    const struct km_subject *subject;
    const char *name_space; /* only of this one; NULL for all */
    const char *node;       /* pods on it; NULL for all */
    const char *deployment; /* pods of it, with name_space; NULL for all */
    const char *pod;        /* containers of it, with name_space */
    const char *sort;       /* the server's word: name cpu memory network disk; NULL for name */
    bool ascending;         /* with a sort that is not name */
    size_t max;             /* items at most; 0: all */
};

/* Called for each item, which lives until the call returns. A negative answer ends the list. */
typedef int km_item_fn(void *arg, yyjson_val *item);

/*
 * Calls fn for each item. Returns 0, what fn answered, or an error of km_fetch_get(). *ret_more,
 * where not NULL, says whether max cut the list off.
 */
int km_list_each(struct km_fetch *f, const struct km_list_query *query, km_item_fn *fn, void *arg,
                 bool *ret_more);

/* True if the server can sort by the word. */
bool km_list_can_sort(const char *sort);

/* Appends the path of one object: "/api/namespaces/a/pods/web-1". */
void km_object_path(struct km_buf *out, const struct km_subject *subject, const char *name_space,
                    const char *name);

#endif
