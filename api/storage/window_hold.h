/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_WINDOW_HOLD_H
#define KM_API_STORAGE_WINDOW_HOLD_H

#include "codec.h"
#include "store.h"

/*
 * What an entity is taken to be until it reports again. The newest steps of a sum would otherwise
 * lack everyone whose clock is behind or whose turn has not come yet, and seem to fall.
 *
 * Only one that is still there is held: its node was heard of within 3 intervals before now_ms, and
 * it was in that node's newest reading. Its gauges stay and its counters go on growing as they did
 * between its last two readings: *to_rows gets a row each interval after the newest, the last of
 * them at to_ms or after it. Its columns are those of `metric`, `count` of them, and its arrays
 * have room for KM_FRAME_ROWS rows. There is none (to_rows->rows is 0) where the newest reading
 * reaches to_ms, or is further back than so many rows.
 */
void km_window_hold(const struct km_store *store, struct km_ref ref, int64_t now_ms, int64_t to_ms,
                    int64_t interval_ms, const uint16_t *metric, unsigned count,
                    struct km_rows *to_rows);

#endif
