/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_TOP_FEED_H
#define KM_CLI_TOP_FEED_H

#include "fetch.h"
#include "rows.h"
#include "top_model.h"

/*
 * Reads for `top` in a thread of its own, so that a slow or lost server never stops the keys. Each
 * interval, and at once when something else is asked for, it reads what was asked for last.
 */
struct km_top_feed;

#define KM_TOP_ERROR 512

/* What the cluster uses in all; NaN where not known. */
struct km_top_totals {
    double nodes, stale_nodes, pods, cpu, cpu_capacity, memory, memory_total;
};

/* One reading. */
struct km_top_snapshot {
    unsigned generation; /* of the question */
    struct km_rows rows;
    bool more;             /* there are more than KM_TOP_ROWS */
    struct km_rows course; /* the last minutes of the object that is taken apart; may be empty */
    struct km_top_totals totals;
};

/* Starts the thread; fetch belongs to it until km_top_feed_stop(). Returns 0 or negative errno. */
int km_top_feed_start(struct km_fetch *fetch, int64_t interval_ms, struct km_top_feed **ret_feed);

/* Asks for what top shows now. */
void km_top_feed_ask(struct km_top_feed *feed, const struct km_top *top);

/* Readable when there is something to take. */
int km_top_feed_fd(const struct km_top_feed *feed);

/*
 * Takes the newest reading; NULL where the last try failed, with why in ret_error ("" where
 * nothing is new). The caller frees it.
 */
struct km_top_snapshot *km_top_feed_take(struct km_top_feed *feed, char ret_error[KM_TOP_ERROR]);

void km_top_snapshot_free(struct km_top_snapshot *snapshot);

/* Ends the thread, giving up what is under way. */
void km_top_feed_stop(struct km_top_feed *feed);

#endif
