/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_REPLICAS_H
#define KM_COLLECTOR_REPLICAS_H

#include <stddef.h>
#include <stdint.h>

#include "server_address.h"

/*
 * The API servers behind one URL: every address that its host name resolves to gets everything, by
 * an outbox and a push of its own. A headless Service has one address for each replica of the
 * server, and each replica answers alone.
 *
 * The name is resolved again and again. What is read before it does so for the first time is for
 * all its addresses. A new address gets what is read from then on; or, where another one has gone,
 * what that one has not taken: so a server that comes back under another address misses nothing.
 * What waits for a successor is given up after KM_REPLICAS_WAIT_MS, unless there is no other server
 * at all. An answer of "no such name" changes nothing: a service without a ready pod looks like it.
 */
struct km_replicas;

#define KM_REPLICAS_MAX     8
#define KM_REPLICAS_WAIT_MS INT64_C(300000)

/* Which batches travel packed; those that have to wait are in any case. */
enum km_replicas_pack {
    KM_PACK_AUTO, /* to servers on other machines */
    KM_PACK_ALWAYS,
    KM_PACK_NEVER,
};

struct km_replicas_config {
    const char *server, *node, *token_file, *ca_file; /* as of push.h */
    size_t outbox_limit;                              /* bytes for each server */
    enum km_replicas_pack pack;
    int64_t resolve_ms; /* between two looks at the name */
    /*
     * Writes up to max addresses of the host; returns how many, or a negative number. NULL:
     * km_address_resolve().
     */
    int (*resolve)(const char *host, km_address *ret_addresses, int max);
};

/* Strings must outlive the replicas. Returns 0, -EINVAL (URL) or -ENOMEM. */
int km_replicas_start(const struct km_replicas_config *config, struct km_replicas **ret_replicas);

/* Hands a batch to every server. Returns 0, or -ENOMEM where one does not get it. */
int km_replicas_put(struct km_replicas *replicas, const void *body, size_t len);

/* Batches that some server will never get: no room, or refused. */
uint64_t km_replicas_dropped(struct km_replicas *replicas);

/* Sends what is left for at most drain_ms, then ends all. NULL is fine. */
void km_replicas_stop(struct km_replicas *replicas, int64_t drain_ms);

#endif
