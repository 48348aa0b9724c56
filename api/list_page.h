/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_LIST_PAGE_H
#define KM_API_LIST_PAGE_H

#include <stddef.h>

#include "json_write.h"
#include "route.h"
#include "store.h"

#define KM_LIST_NAME 1024 /* room for an item's name */

/* What `sort` asks for. */
enum km_sort { KM_SORT_NAME, KM_SORT_CPU, KM_SORT_MEMORY, KM_SORT_NETWORK, KM_SORT_DISK };
#define KM_SORT_WORDS "name|cpu|memory|network|disk"

/*
 * The page of a list that a call asks for by limit, continue, sort and order, chosen from items
 * that are offered in any order. It keeps no more of them than twice the page, so that the 50
 * greatest of any number cost little memory.
 */
struct km_page;

/* Returns a page for km_page_free(), or NULL where the call has been answered: continue is no token
 * of ours, or memory ran out. The call must live as long. */
struct km_page *km_page_new(struct km_call *call);
void km_page_free(struct km_page *page); /* NULL is fine */

/*
 * Offers an item: what it is ordered by (0 in the order of names), its name's parts ("" behind the
 * last one), by which those of one value are ordered, and what it is written by. Returns 0 or
 * -ENOMEM.
 */
int km_page_offer(struct km_page *page, double value, const char *const name[KM_NAME_PARTS],
                  uint64_t id);

/* Writes an item as a JSON object; nothing if it is gone. */
typedef void km_page_item(void *arg, uint64_t id, struct km_json *w);

/*
 * When all have been offered: appends the next piece of {"items":[…],"continue":"…","total":n}, as
 * km_answer_stream() wants. Returns 1 while there is more, else 0. A token holds the last item's
 * value and name: the next page goes on behind them even if items have come or gone.
 */
int km_page_write(struct km_page *page, km_page_item *write, void *arg, struct km_buf *out);

/*
 * A continue token, "0x1.9p+7/name": what the last item is ordered by (0 in the order of names) and
 * its name, which lies in the token. Reading returns 0, or -EINVAL where it is none.
 */
int km_list_read_token(const char *token, double *ret_value, const char **ret_name);
void km_list_write_token(struct km_json *w, double value, const char *name);

/* Answers that `continue` holds no token. */
void km_list_refuse_token(struct km_call *call);

/* A name's parts as one text: 0x01 stands between them, so that texts are in the order of parts. */
void km_list_name(const char *const part[KM_NAME_PARTS], char ret_name[KM_LIST_NAME]);

#endif
