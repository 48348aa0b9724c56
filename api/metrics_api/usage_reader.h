/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_USAGE_READER_H
#define KM_METRICS_USAGE_READER_H

#include "usage_list.h"

/* Reads the items of a query from the store, one after the other; a pod from its containers, which
 * the store has in the order of their pods. */
struct km_usage_reader {
    const struct km_usage_query *query;
    struct km_filter filter;
    struct km_cursor cursor;
    struct km_ref refs[KM_STORE_PIECE];
    size_t count, next;
    bool ended;
    bool ahead; /* view has an entity that was not looked at yet */
    struct km_view view;
    /* Of the item being made: */
    char name_space[KM_CURSOR_PART], name[KM_CURSOR_PART], uid[64];
    int64_t newest_ms;
    struct km_usage_part *parts;
    int64_t *part_ms; /* the newest reading of each; -1 where it has no usage yet */
    size_t n_parts, room_parts;
    struct km_buf labels;
};

/* query must outlive the reader. */
void km_usage_reader_init(struct km_usage_reader *reader, const struct km_usage_query *query);
void km_usage_reader_done(struct km_usage_reader *reader);

/* Goes on behind the item of a continue token ("namespace/name", "name"). Returns 0 or -EINVAL. */
int km_usage_reader_seek(struct km_usage_reader *reader, const char *token);

/* The token of an item. */
void km_usage_token(struct km_buf *out, const struct km_usage_item *item);

/*
 * The next item; it lives until the next call. Returns 1; 0 at the end; 2 after some entities none
 * of which was an item, so that others may have their turn; -ENOMEM.
 */
int km_usage_reader_next(struct km_usage_reader *reader, struct km_usage_item *ret_item);

#endif
