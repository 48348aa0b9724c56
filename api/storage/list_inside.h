/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_LIST_INSIDE_H
#define KM_API_STORAGE_LIST_INSIDE_H

/* What the files that make lists share. */

#include "store_inside.h"

/* A filter's texts as one shard has them, so that comparing is comparing addresses. Good as long as
 * the shard's lock is held: texts that nobody has any more are forgotten. */
struct km_matcher {
    const struct km_filter *filter;
    int64_t now_ms;
    const char *text[KM_FACT_COUNT]; /* NULL: anything */
    const char *owner_name;          /* of the owner, or of what that belongs to */
};

/* Returns false if the filter has a text that no entity of the shard has. */
bool km_matcher_make(const struct km_shard *shard, const struct km_filter *filter, int64_t now_ms,
                     struct km_matcher *ret_matcher);

/* True if the filter asks for the entity. Of several of one name more than one may fit. */
bool km_matcher_fits(const struct km_shard *shard, const struct km_matcher *matcher,
                     const struct km_entity *entity);

/* A list being made, in order. */
struct km_listing {
    bool current;
    struct km_ref *refs; /* the caller's, as the next two are, with room for all */
    int64_t *newest;     /* of each */
    bool *same;          /* it has the name of the one before it */
    size_t kept;
};

/*
 * Keeps an entity; `same` says that the one kept last has its name. Of one name the newest stands
 * last, and where only current ones are wanted, it stands alone.
 */
void km_listing_keep(struct km_listing *listing, struct km_ref ref, int64_t newest_ms, bool same);

/* Entities found without an order, with their names to sort them by. */
struct km_findings {
    struct km_found *found;
    size_t count, room;
    char *text;
    size_t len, text_room;
};

/* Adds one, whose shard's lock is held. Returns 0 or -ENOMEM. */
int km_findings_add(struct km_findings *findings, const struct km_entity *entity);

/* What was found as a list in order, as km_store_list() returns it. */
int km_findings_list(const struct km_findings *findings, const struct km_filter *filter,
                     struct km_ref **ret_refs, size_t *ret_count);
void km_findings_done(struct km_findings *findings);

/*
 * km_store_list() by looking through the shards that know all the filter's texts: a node or a pod's
 * name is known to one or a few.
 */
int km_list_by_shard(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                     struct km_ref **ret_refs, size_t *ret_count);

#endif
