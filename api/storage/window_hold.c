/* SPDX-License-Identifier: Apache-2.0 */
#include "window_hold.h"

#include "store_inside.h"

/* It was in the newest reading of its node, and that was heard of lately. */
static bool is_there(const struct km_store *store, struct km_ref ref, int64_t now_ms,
                     int64_t interval_ms)
{
    struct km_shard *shard = km_shard_of(store, ref);
    const struct km_entity *e;
    bool there = false;

    pthread_mutex_lock(&shard->lock);
    e = km_index_get(shard, ref);
    if (e && e->n_blocks > 0) {
        const struct km_node_time *node = km_node_heard(e);
        int64_t heard = node ? node->received_ms : e->received_ms;
        int64_t behind = node ? node->newest_ms - km_entity_newest(e) : 0;

        there = now_ms - heard <= 3 * interval_ms && behind < interval_ms / 2;
    }
    pthread_mutex_unlock(&shard->lock);
    return there;
}

/* The rows after the newest one; the counters of those that have no row before it are absent. */
static void hold_column(const struct km_row *last, const struct km_row *previous, uint16_t metric,
                        const struct km_rows *rows, unsigned column)
{
    int64_t value, before = 0;
    double growth = 0; /* per ms */
    bool known = km_row_get(last, metric, &value);

    if (known && km_metric_is_counter(metric)) {
        known = previous && km_row_get(previous, metric, &before) && before <= value;
        if (known)
            growth = (double)(value - before) / (double)(last->time_ms - previous->time_ms);
    }
    rows->present[column] = km_presence_first(known ? rows->rows : 0);
    for (unsigned r = 0; r < rows->rows; r++)
        rows->value[(size_t)column * KM_FRAME_ROWS + r] =
            known ? value + (int64_t)(growth * (double)(rows->time[r] - last->time_ms)) : 0;
}

void km_window_hold(const struct km_store *store, struct km_ref ref, int64_t now_ms, int64_t to_ms,
                    int64_t interval_ms, const uint16_t *metric, unsigned count,
                    struct km_rows *to_rows)
{
    struct km_row last, previous;
    bool has_previous;

    to_rows->rows = 0;
    to_rows->columns = count;
    if (!is_there(store, ref, now_ms, interval_ms) ||
        km_store_newest(store, ref, &last, &previous, &has_previous) < 0 ||
        last.time_ms + KM_FRAME_ROWS * interval_ms < to_ms)
        return;
    for (int64_t time = last.time_ms; time < to_ms; to_rows->rows++)
        to_rows->time[to_rows->rows] = time += interval_ms;
    for (unsigned c = 0; to_rows->rows > 0 && c < count; c++)
        hold_column(&last, has_previous ? &previous : NULL, metric[c], to_rows, c);
}
