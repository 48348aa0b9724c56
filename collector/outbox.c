/* SPDX-License-Identifier: Apache-2.0 */
#include "outbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clean.h"
#include "gzip.h"

/* Bodies of one node differ by some digits: room for more of them, so that memory serves again. */
#define SPARE_ROOM 4096

struct km_outbox {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    bool woken, pack_all;
    struct km_payload *oldest, *newest;
    struct km_payload *spare; /* a delivered one, for its memory */
    size_t bytes, limit, count;
    uint64_t dropped;
    /* Of the thread that puts: */
    struct km_gzip_packer *packer; /* NULL while nothing has to be packed */
    struct km_buf packed;
};

struct km_outbox *km_outbox_new(size_t limit)
{
    struct km_outbox *o = calloc(1, sizeof(*o));
    pthread_condattr_t attr;

    if (!o)
        return NULL;
    o->limit = limit;
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&o->arrived, &attr);
    pthread_condattr_destroy(&attr);
    return o;
}

/* The lock is held. */
static void append(struct km_outbox *o, struct km_payload *payload)
{
    if (o->newest)
        o->newest->next = payload;
    else
        o->oldest = payload;
    o->newest = payload;
    o->bytes += payload->len;
    o->count++;
}

/* Takes the oldest out; the lock is held and there is one. */
static struct km_payload *take_oldest(struct km_outbox *o)
{
    struct km_payload *payload = o->oldest;

    o->oldest = payload->next;
    if (!o->oldest)
        o->newest = NULL;
    o->bytes -= payload->len;
    o->count--;
    payload->next = NULL;
    return payload;
}

void km_outbox_free(struct km_outbox *outbox)
{
    if (!outbox)
        return;
    while (outbox->oldest)
        free(take_oldest(outbox));
    free(outbox->spare);
    km_gzip_packer_free(outbox->packer);
    km_buf_done(&outbox->packed);
    pthread_cond_destroy(&outbox->arrived);
    pthread_mutex_destroy(&outbox->lock);
    free(outbox);
}

/* In the memory of spare, where that is enough; else spare is freed. */
static struct km_payload *payload_new(const void *body, size_t len, bool gzip, size_t more,
                                      struct km_payload *spare)
{
    struct km_payload *payload = spare;

    if (!spare || spare->room < len) {
        free(spare);
        payload = malloc(sizeof(*payload) + len + more);
        if (!payload)
            return NULL;
        payload->room = len + more;
    }
    payload->next = NULL;
    payload->len = len;
    payload->gzip = gzip;
    memcpy(payload->body, body, len);
    return payload;
}

struct km_outbox *km_outbox_copy(struct km_outbox *outbox)
{
    struct km_outbox *copy = km_outbox_new(outbox->limit);

    pthread_mutex_lock(&outbox->lock);
    for (const struct km_payload *p = outbox->oldest; copy && p; p = p->next) {
        struct km_payload *payload = payload_new(p->body, p->len, p->gzip, 0, NULL);

        if (payload)
            append(copy, payload);
        else
            km_outbox_free(km_take_ptr(copy));
    }
    pthread_mutex_unlock(&outbox->lock);
    return copy;
}

static struct km_payload *take_spare(struct km_outbox *o)
{
    struct km_payload *spare;

    pthread_mutex_lock(&o->lock);
    spare = o->spare;
    o->spare = NULL;
    pthread_mutex_unlock(&o->lock);
    return spare;
}

/* Packs into outbox->packed. */
static int pack(struct km_outbox *o, int level, const void *body, size_t len)
{
    if (!o->packer)
        o->packer = km_gzip_packer_new();
    km_buf_clear(&o->packed);
    return o->packer ? km_gzip_pack(o->packer, level, body, len, &o->packed) : -ENOMEM;
}

static void stop_packing(struct km_outbox *o)
{
    km_gzip_packer_free(km_take_ptr(o->packer));
    km_buf_done(&o->packed);
}

/* The batch as it is to be sent; waits says that others wait. */
static struct km_payload *make_payload(struct km_outbox *o, bool waits, bool pack_all,
                                       const void *body, size_t len)
{
    if (!waits && !pack_all) {
        stop_packing(o);
        return payload_new(body, len, false, SPARE_ROOM, take_spare(o));
    }
    if (pack(o, waits ? KM_GZIP_SMALL : KM_GZIP_FAST, body, len) < 0)
        return NULL;
    if (waits)
        return payload_new(o->packed.data, o->packed.len, true, 0, NULL);
    return payload_new(o->packed.data, o->packed.len, true, SPARE_ROOM, take_spare(o));
}

void km_outbox_pack_all(struct km_outbox *outbox, bool yes)
{
    pthread_mutex_lock(&outbox->lock);
    outbox->pack_all = yes;
    pthread_mutex_unlock(&outbox->lock);
}

int km_outbox_put(struct km_outbox *outbox, const void *body, size_t len)
{
    struct km_payload *payload;
    bool waits, pack_all;

    pthread_mutex_lock(&outbox->lock);
    waits = outbox->count > 0;
    pack_all = outbox->pack_all;
    pthread_mutex_unlock(&outbox->lock);
    payload = make_payload(outbox, waits, pack_all, body, len);
    if (!payload)
        return -ENOMEM;
    len = payload->len;
    pthread_mutex_lock(&outbox->lock);
    while (outbox->oldest && outbox->bytes + len > outbox->limit) {
        free(take_oldest(outbox));
        outbox->dropped++;
    }
    append(outbox, payload);
    pthread_cond_signal(&outbox->arrived);
    pthread_mutex_unlock(&outbox->lock);
    return 0;
}

/* Waits for a batch (any: wants one), at most timeout_ms; the lock is held. */
static void wait(struct km_outbox *o, int64_t timeout_ms, bool any)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    while (!o->woken && !(any && o->oldest) &&
           pthread_cond_timedwait(&o->arrived, &o->lock, &until) == 0)
        ;
    o->woken = false;
}

struct km_payload *km_outbox_take(struct km_outbox *outbox, int64_t timeout_ms)
{
    struct km_payload *payload = NULL;

    pthread_mutex_lock(&outbox->lock);
    if (!outbox->oldest)
        wait(outbox, timeout_ms, true);
    if (outbox->oldest)
        payload = take_oldest(outbox);
    pthread_mutex_unlock(&outbox->lock);
    return payload;
}

void km_outbox_pause(struct km_outbox *outbox, int64_t timeout_ms)
{
    pthread_mutex_lock(&outbox->lock);
    wait(outbox, timeout_ms, false);
    pthread_mutex_unlock(&outbox->lock);
}

void km_outbox_wake(struct km_outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    outbox->woken = true;
    pthread_cond_signal(&outbox->arrived);
    pthread_mutex_unlock(&outbox->lock);
}

void km_outbox_done(struct km_outbox *outbox, struct km_payload *payload)
{
    struct km_payload *other = payload;

    if (!payload)
        return;
    pthread_mutex_lock(&outbox->lock);
    /* Of many that have waited none is of use: each has just the room that it needs. */
    if (outbox->count == 0) {
        other = outbox->spare;
        outbox->spare = payload;
    }
    pthread_mutex_unlock(&outbox->lock);
    free(other);
}

void km_outbox_return(struct km_outbox *outbox, struct km_payload *payload)
{
    pthread_mutex_lock(&outbox->lock);
    if (outbox->oldest && outbox->bytes + payload->len > outbox->limit) {
        free(payload);
        outbox->dropped++;
    } else {
        payload->next = outbox->oldest;
        outbox->oldest = payload;
        if (!outbox->newest)
            outbox->newest = payload;
        outbox->bytes += payload->len;
        outbox->count++;
    }
    pthread_mutex_unlock(&outbox->lock);
}

size_t km_outbox_waiting(struct km_outbox *outbox)
{
    size_t count;

    pthread_mutex_lock(&outbox->lock);
    count = outbox->count;
    pthread_mutex_unlock(&outbox->lock);
    return count;
}

uint64_t km_outbox_dropped(struct km_outbox *outbox)
{
    uint64_t dropped;

    pthread_mutex_lock(&outbox->lock);
    dropped = outbox->dropped;
    pthread_mutex_unlock(&outbox->lock);
    return dropped;
}
