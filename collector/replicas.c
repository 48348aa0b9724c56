/* SPDX-License-Identifier: Apache-2.0 */
#include "replicas.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "outbox.h"
#include "push.h"
#include "time_format.h"

/* One server's share: vacant while no address has it. */
struct slot {
    struct km_outbox *outbox; /* NULL: the slot is free */
    struct km_push *push;     /* NULL: vacant */
    km_address address;       /* the last one, where vacant */
    int64_t vacant_since_ms;
};

struct km_replicas {
    struct km_replicas_config config;
    char *host;
    pthread_t thread;
    pthread_mutex_t lock; /* of the slots; the thread alone changes them */
    pthread_cond_t wake;
    struct slot slots[KM_REPLICAS_MAX];
    uint64_t dropped; /* of the slots that are no more */
    bool stopping, resolved, lost, full;
};

/* --- slots --------------------------------------------------------------------------------- */

static bool is_among(const char *address, const km_address *addresses, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(address, addresses[i]) == 0)
            return true;
    }
    return false;
}

static bool is_served(const struct km_replicas *r, const char *address)
{
    for (int i = 0; i < KM_REPLICAS_MAX; i++) {
        if (r->slots[i].push && strcmp(r->slots[i].address, address) == 0)
            return true;
    }
    return false;
}

/* Stops the pushes to addresses that are gone; what they have not sent stays. */
static void vacate(struct km_replicas *r, const km_address *addresses, int count, int64_t now_ms)
{
    for (int i = 0; i < KM_REPLICAS_MAX; i++) {
        struct slot *slot = &r->slots[i];
        struct km_push *push = slot->push;

        if (!push || is_among(slot->address, addresses, count))
            continue;
        km_info("%s: %s is gone", r->config.server, slot->address);
        pthread_mutex_lock(&r->lock);
        r->dropped += km_push_refused(push);
        slot->push = NULL;
        slot->vacant_since_ms = now_ms;
        pthread_mutex_unlock(&r->lock);
        km_push_stop(push, 0);
    }
}

/* The slot for a new address: of the vacant ones the longest vacant, else a free one, or NULL. */
static struct slot *choose(struct km_replicas *r)
{
    struct slot *vacant = NULL, *unused = NULL;

    for (int i = 0; i < KM_REPLICAS_MAX; i++) {
        struct slot *slot = &r->slots[i];

        if (!slot->outbox)
            unused = unused ? unused : slot;
        else if (!slot->push && (!vacant || slot->vacant_since_ms < vacant->vacant_since_ms))
            vacant = slot;
    }
    return vacant ? vacant : unused;
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static int occupy(struct km_replicas *r, const char *address)
{
    struct slot *slot = choose(r);
    struct km_push_config push = {.server = r->config.server,
                                  .address = address,
                                  .node = r->config.node,
                                  .token_file = r->config.token_file,
                                  .ca_file = r->config.ca_file};
    int result;

    if (!slot) {
        if (!r->full)
            km_warn("%s has more than %d addresses: the others get nothing", r->config.server,
                    KM_REPLICAS_MAX);
        r->full = true;
        return -ENOSPC;
    }
    pthread_mutex_lock(&r->lock);
    if (!slot->outbox)
        slot->outbox = km_outbox_new(r->config.outbox_limit);
    push.outbox = slot->outbox;
    if (slot->outbox)
        km_outbox_pack_all(slot->outbox, r->config.pack == KM_PACK_AUTO
                                             ? !is_loopback(address)
                                             : r->config.pack == KM_PACK_ALWAYS);
    strcpy(slot->address, address);
    result = push.outbox ? km_push_start(&push, &slot->push) : -ENOMEM;
    pthread_mutex_unlock(&r->lock);
    if (result < 0)
        km_warn("%s (%s): %s", r->config.server, address, strerror(-result));
    return result;
}

static void release(struct km_replicas *r, struct slot *slot)
{
    pthread_mutex_lock(&r->lock);
    r->dropped += km_outbox_dropped(slot->outbox);
    km_outbox_free(slot->outbox);
    *slot = (struct slot){0};
    pthread_mutex_unlock(&r->lock);
}

/* What was read before the name resolved is for every server behind it. */
static void share_first(struct km_replicas *r, int count)
{
    pthread_mutex_lock(&r->lock);
    for (int i = 1; i < count && i < KM_REPLICAS_MAX; i++)
        r->slots[i].outbox = km_outbox_copy(r->slots[0].outbox);
    pthread_mutex_unlock(&r->lock);
}

/* Frees what has waited long for a successor, while others are served. */
static void give_up(struct km_replicas *r, int64_t now_ms)
{
    bool any = false;

    for (int i = 0; i < KM_REPLICAS_MAX; i++)
        any |= r->slots[i].push != NULL;
    for (int i = 0; any && i < KM_REPLICAS_MAX; i++) {
        struct slot *slot = &r->slots[i];

        if (slot->outbox && !slot->push && now_ms - slot->vacant_since_ms > KM_REPLICAS_WAIT_MS)
            release(r, slot);
    }
}

static void look(struct km_replicas *r)
{
    km_address addresses[KM_REPLICAS_MAX + 1];
    int count = r->config.resolve(r->host, addresses, KM_REPLICAS_MAX + 1);
    int64_t now_ms = km_time_steady_ms();

    if (count <= 0) {
        if (!r->lost)
            km_warn("%s: \"%s\" does not resolve; trying again", r->config.server, r->host);
        r->lost = true;
        return;
    }
    if (r->lost)
        km_info("%s: \"%s\" resolves again", r->config.server, r->host);
    r->lost = false;
    if (!r->resolved)
        share_first(r, count);
    r->resolved = true;
    vacate(r, addresses, count, now_ms);
    for (int i = 0; i < count; i++) {
        if (!is_served(r, addresses[i]))
            occupy(r, addresses[i]);
    }
    give_up(r, now_ms);
}

/* Waits for the time of the next look. False when there is to be none. */
static bool rest(struct km_replicas *r)
{
    struct timespec until;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(r->config.resolve_ms / 1000);
    until.tv_nsec += (long)(r->config.resolve_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&r->lock);
    while (!r->stopping && pthread_cond_timedwait(&r->wake, &r->lock, &until) == 0)
        ;
    goes_on = !r->stopping;
    pthread_mutex_unlock(&r->lock);
    return goes_on;
}

static void *look_thread(void *arg)
{
    do {
        look(arg);
    } while (rest(arg));
    return NULL;
}

/* --- life ---------------------------------------------------------------------------------- */

static void replicas_free(struct km_replicas *r)
{
    for (int i = 0; i < KM_REPLICAS_MAX; i++)
        km_outbox_free(r->slots[i].outbox);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r->host);
    free(r);
}

int km_replicas_start(const struct km_replicas_config *config, struct km_replicas **ret_replicas)
{
    struct km_replicas *r = calloc(1, sizeof(*r));
    pthread_condattr_t attr;
    int result;

    if (!r)
        return -ENOMEM;
    r->config = *config;
    if (!r->config.resolve)
        r->config.resolve = km_address_resolve;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&r->wake, &attr);
    pthread_condattr_destroy(&attr);
    result = km_address_host(config->server, &r->host);
    /* One that is vacant: what is read before the name resolves is kept there. */
    if (result == 0)
        r->slots[0].outbox = km_outbox_new(config->outbox_limit);
    if (result == 0 && (!r->slots[0].outbox || pthread_create(&r->thread, NULL, look_thread, r)))
        result = -ENOMEM;
    if (result < 0) {
        replicas_free(r);
        return result;
    }
    *ret_replicas = r;
    return 0;
}

int km_replicas_put(struct km_replicas *replicas, const void *body, size_t len)
{
    int r = 0;

    pthread_mutex_lock(&replicas->lock);
    for (int i = 0; i < KM_REPLICAS_MAX; i++) {
        struct km_outbox *outbox = replicas->slots[i].outbox;

        if (outbox && km_outbox_put(outbox, body, len) < 0)
            r = -ENOMEM;
    }
    pthread_mutex_unlock(&replicas->lock);
    return r;
}

uint64_t km_replicas_dropped(struct km_replicas *replicas)
{
    uint64_t sum;

    pthread_mutex_lock(&replicas->lock);
    sum = replicas->dropped;
    for (int i = 0; i < KM_REPLICAS_MAX; i++) {
        const struct slot *slot = &replicas->slots[i];

        sum += slot->outbox ? km_outbox_dropped(slot->outbox) : 0;
        sum += slot->push ? km_push_refused(slot->push) : 0;
    }
    pthread_mutex_unlock(&replicas->lock);
    return sum;
}

void km_replicas_stop(struct km_replicas *replicas, int64_t drain_ms)
{
    int64_t until = km_time_steady_ms() + drain_ms;

    if (!replicas)
        return;
    pthread_mutex_lock(&replicas->lock);
    replicas->stopping = true;
    pthread_cond_signal(&replicas->wake);
    pthread_mutex_unlock(&replicas->lock);
    /* It has looked at least once: a single reading is sent. */
    pthread_join(replicas->thread, NULL);
    for (int i = 0; i < KM_REPLICAS_MAX; i++) {
        int64_t left = until - km_time_steady_ms();

        km_push_stop(replicas->slots[i].push, left > 0 ? left : 0);
    }
    replicas_free(replicas);
}
