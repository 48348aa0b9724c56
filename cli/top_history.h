/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_TOP_HISTORY_H
#define KM_CLI_TOP_HISTORY_H

#include <stddef.h>
#include <stdint.h>

/* The last values of every row that `top` has shown, for its sparklines. */

#define KM_TOP_COURSE 16 /* values kept of each */

struct km_top_entry {
    uint64_t key; /* hash of its name; 0: free */
    uint32_t last_seen;
    uint32_t count; /* values ever added */
    float value[KM_TOP_COURSE];
};

struct km_top_history {
    struct km_top_entry *entries; /* open addressing, room is a power of two */
    size_t count, room;
    uint32_t tick;
};

/* Begins a reading: names that miss three in a row are forgotten. */
void km_top_history_tick(struct km_top_history *h);

/* Adds the value of this reading; NaN for a gap. Memory running out loses it. */
void km_top_history_add(struct km_top_history *h, const char *name, double value);

/* Copies a name's values, oldest first. Returns how many; 0 where it is not known. */
size_t km_top_history_get(const struct km_top_history *h, const char *name,
                          double ret_values[KM_TOP_COURSE]);

void km_top_history_done(struct km_top_history *h);

#endif
