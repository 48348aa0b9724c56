/* SPDX-License-Identifier: Apache-2.0 */
#include "keep.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct km_keep {
    pthread_mutex_t lock;
    struct {
        struct km_kept *kept;
        int64_t until_ms;
    } slots[KM_KEEP_SLOTS];
};

int km_keep_new(struct km_keep **ret_keep)
{
    struct km_keep *keep = calloc(1, sizeof(*keep));

    if (!keep)
        return -ENOMEM;
    pthread_mutex_init(&keep->lock, NULL);
    *ret_keep = keep;
    return 0;
}

void km_keep_free(struct km_keep *keep)
{
    if (!keep)
        return;
    for (int i = 0; i < KM_KEEP_SLOTS; i++)
        km_kept_done(keep->slots[i].kept);
    pthread_mutex_destroy(&keep->lock);
    free(keep);
}

void km_kept_done(struct km_kept *kept)
{
    if (kept && atomic_fetch_sub(&kept->users, 1) == 1)
        kept->free(kept);
}

struct km_kept *km_keep_get(struct km_keep *keep, enum km_keep_slot slot, int64_t steady_ms)
{
    struct km_kept *found = NULL, *old = NULL;

    pthread_mutex_lock(&keep->lock);
    if (keep->slots[slot].kept && steady_ms < keep->slots[slot].until_ms) {
        found = keep->slots[slot].kept;
        atomic_fetch_add(&found->users, 1);
    } else {
        old = keep->slots[slot].kept; /* its memory is wanted for what takes its place */
        keep->slots[slot].kept = NULL;
    }
    pthread_mutex_unlock(&keep->lock);
    km_kept_done(old);
    return found;
}

void km_keep_put(struct km_keep *keep, enum km_keep_slot slot, struct km_kept *kept,
                 int64_t began_ms, int64_t steady_ms)
{
    int64_t took_ms = steady_ms - began_ms;
    struct km_kept *old;

    if (took_ms < KM_KEEP_LEAST_MS)
        return;
    atomic_fetch_add(&kept->users, 1);
    pthread_mutex_lock(&keep->lock);
    old = keep->slots[slot].kept;
    keep->slots[slot].kept = kept;
    keep->slots[slot].until_ms = steady_ms + KM_KEEP_TIMES * took_ms;
    pthread_mutex_unlock(&keep->lock);
    km_kept_done(old);
}
