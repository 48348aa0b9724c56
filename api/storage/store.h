/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_STORE_H
#define KM_API_STORAGE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch.h"

/*
 * The time-series store: rows of whole numbers by entity and time, in memory. It knows no HTTP, no
 * JSON and no Kubernetes. This header is all that the rest of the API server sees of it, and all
 * that another engine would have to offer. Every function may be called from any thread.
 *
 * An entity is one identity: a node between two boots, a pod UID or container ID on its node (so
 * that what one node says never changes what another has said). A pod that is deleted and made
 * again under its old name is a new entity, so its counters begin anew and are never compared with
 * the old one's. An entity without a UID (a PRD client's plain pod) is known by namespace and name,
 * a container without an id by its pod and name.
 */
struct km_store;

enum km_entity_kind { KM_ENTITY_NODE, KM_ENTITY_POD, KM_ENTITY_CONTAINER };

struct km_store_config {
    int64_t retention_ms; /* rows older than this are dropped */
    size_t memory_limit;  /* bytes for rows, entities and names together */
    int64_t interval_ms;  /* the expected distance of rows; a gap is more than 3 of them */
    uint32_t
        max_entities;  /* nodes, pods and containers together, dead ones with history included */
    uint32_t max_keys; /* different members outside the metric catalogue */
};

/* Returns 0 and a new store, which km_store_free() ends, or -EINVAL or -ENOMEM. */
int km_store_new(const struct km_store_config *config, struct km_store **ret_store);
void km_store_free(struct km_store *store);

/* --- writing --------------------------------------------------------------------------------- */

/*
 * Stores a batch, all of it or nothing. received_ms is the server's clock. Rows may come in any
 * order; a row whose entity and time are already there changes nothing (the first one stays).
 * Facts about an entity (phase, owner, …) are taken from the newest row.
 *
 * A timestamp further than KM_STORE_FUTURE_MS after received_ms, or before the retention, is the
 * caller's to refuse: see km_store_accepts().
 *
 * Returns 0, -ENOSPC when max_entities or max_keys would be passed, -ENOMEM; with a data directory
 * (durability.h) 0 only when it is kept there, and -EIO where that cannot be written: the rows may
 * then be seen, and are to be sent again.
 */
int km_store_append(struct km_store *store, const struct km_batch *batch, int64_t received_ms);

/* How far a client's clock may run ahead of the server's. */
#define KM_STORE_FUTURE_MS INT64_C(300000)

/* Returns 0 if a row of time_ms may be stored now, -ETIME if it is too old, -ERANGE if ahead. */
int km_store_accepts(const struct km_store *store, int64_t time_ms, int64_t now_ms);

/*
 * Drops rows beyond retention and entities without rows, now. The store does this by itself as rows
 * come in; a program calls it now and then so that memory also comes back when nothing does.
 */
void km_store_expire(struct km_store *store, int64_t now_ms);

/* --- reading --------------------------------------------------------------------------------- */

/* Ids of metrics in rows: the catalogue's, then from KM_METRIC_COUNT on those of other members. */
#define KM_ROW_MAX 256 /* metrics in one row; more in one reading are refused by the models */

struct km_row {
    int64_t time_ms;
    uint16_t count;
    uint16_t metric[KM_ROW_MAX]; /* ascending */
    int64_t value[KM_ROW_MAX];
};

/* The value of a metric in a row: true and *ret_value, or false where it is absent. */
bool km_row_get(const struct km_row *row, unsigned metric, int64_t *ret_value);

/*
 * Group and key of a metric id; for ids outside the catalogue the key is the store's and lives as
 * long as it. Returns 0 or -ENOENT.
 */
int km_store_metric(const struct km_store *store, unsigned metric, int *ret_group,
                    const char **ret_key);

/* Names an entity across calls without holding it: it may be gone at the next call. */
struct km_ref {
    uint32_t slot;
    uint32_t generation;
};

#define KM_CONTAINS_MAX 512

/* Which entities: every field that is not NULL must be equal. */
struct km_filter {
    enum km_entity_kind kind;
    const char *node;
    const char *name_space;
    const char *pod;        /* pod name; of containers: their pod's */
    const char *uid;        /* of containers: their pod's UID */
    const char *container;  /* container name */
    const char *deployment; /* pods */
    /* Pods: of the owner, or of what that belongs to (km_pod's workload). Letters of the kind
     * compare without case. */
    const char *owner_kind, *owner_name;
    /*
     * Part of the name, letters of ASCII without case: of a node's, pod's or container's own name;
     * where it has a '/', of all the name, as "namespace/pod". No more than KM_CONTAINS_MAX bytes.
     */
    const char *contains;
    /*
     * Only entities that are there now. A node: always, while it has rows (the answer says when it
     * was last heard of). A pod or container of a node: its newest row is at most 3 intervals
     * older than that node's newest, and the node was heard of within 3 intervals. A pod without a
     * node: it was heard of within 3 intervals. Of several identities of one name only the newest.
     */
    bool current;
    /* Where not current: only entities with a row in [since_ms, now], or heard of in it. */
    int64_t since_ms;
};

/* A copy whose texts are its own, for km_filter_done(). Returns 0 or -ENOMEM. */
int km_filter_copy(const struct km_filter *filter, struct km_filter *ret_copy);
void km_filter_done(struct km_filter *copy);

#define KM_NAME_PARTS 3 /* a node; namespace and pod; namespace, pod and container */

/* True if a name of so many parts contains that, as struct km_filter says. */
bool km_name_contains(const char *const name[KM_NAME_PARTS], unsigned parts, const char *contains);

/*
 * The entities that match, sorted by name: nodes by name; pods by namespace, name, age; containers
 * by namespace, pod, name, age. Returns 0 and an array for free() (NULL when empty), or -ENOMEM.
 */
int km_store_list(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                  struct km_ref **ret_refs, size_t *ret_count);

/*
 * The same list piece by piece, for as many entities as there may be: a cursor stands between two
 * of them, and begins at the first one where it is all zero (KM_CURSOR_START).
 */
#define KM_CURSOR_PART 256 /* bytes of a part: longer than any name in Kubernetes */

struct km_cursor {
    bool begun;
    uint32_t slot;
    char part[KM_NAME_PARTS][KM_CURSOR_PART];
};
#define KM_CURSOR_START ((struct km_cursor){0})

/* Sets the cursor behind all entities whose name has these parts; NULL is "". */
void km_cursor_set(struct km_cursor *ret_cursor, const char *const part[KM_NAME_PARTS]);

/*
 * The next entities that match, at most KM_STORE_PIECE, of at most as many looked at: *ret_count
 * may be 0 while others follow. One that comes or goes meanwhile may be in it or not; the others
 * are, once. Returns false at the end, and then *ret_count is 0.
 */
#define KM_STORE_PIECE 128 /* what was looked at is still in the processor when it is read */

bool km_store_next(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                   struct km_cursor *cursor, struct km_ref ret_refs[KM_STORE_PIECE],
                   size_t *ret_count);

/* What is known of an entity now: a copy, so nothing is held. */
#define KM_VIEW_TEXT 2048

struct km_view {
    enum km_entity_kind kind;
    const char *node; /* every string is in text[], or NULL where not known */
    const char *name_space;
    const char *pod;
    const char *uid;
    const char *container;
    const char *container_id;
    const char *state;
    const char *phase;
    const char *owner_kind;
    const char *owner_name;
    const char *deployment;
    const char *workload_kind, *workload_name;
    int64_t created_ms;  /* pod; 0: not known */
    int64_t started_ms;  /* container; 0: not known */
    int64_t received_ms; /* when the newest row came, by the server's clock */
    int32_t restarts;    /* -1: not known */
    int8_t host_network; /* 1, 0, -1: not known */
    bool has_previous;
    struct km_row last;
    struct km_row previous; /* the row before last, of the same identity, for rates */
    char text[KM_VIEW_TEXT];
};

/* Returns 0 and a copy of what is known of ref, or -ENOENT if it is gone. */
int km_store_view(const struct km_store *store, struct km_ref ref, struct km_view *ret_view);

/* The newest row alone, and with ret_previous (or NULL) the row before it: cheaper than a view.
 * *ret_has_previous says whether there is one. Returns 0, or -ENOENT if ref is gone. */
int km_store_newest(const struct km_store *store, struct km_ref ref, struct km_row *ret_last,
                    struct km_row *ret_previous, bool *ret_has_previous);

/*
 * Calls each(arg, row) for the rows of ref with from_ms <= time <= to_ms in time order, preceded by
 * the newest row before from_ms where there is one (so that rates are known from the start). Stops
 * when each returns other than 0 and returns that; else 0, -ENOENT if ref is gone or -ENOMEM. The
 * row is valid during the call.
 */
int km_store_scan(const struct km_store *store, struct km_ref ref, int64_t from_ms, int64_t to_ms,
                  int (*each)(void *arg, const struct km_row *row), void *arg);

/* --- the store's own figures ------------------------------------------------------------------ */

struct km_store_status {
    uint64_t nodes, pods, containers; /* entities with rows, dead ones included */
    uint64_t rows, samples;           /* held now */
    uint64_t rows_appended, rows_duplicate, rows_late, rows_evicted, rows_expired;
    size_t memory_used, memory_limit;
    int64_t oldest_ms; /* how far history reaches; 0: there is none */
    int64_t newest_ms;
};

void km_store_get_status(const struct km_store *store, struct km_store_status *ret_status);

#endif
