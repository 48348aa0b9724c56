/* SPDX-License-Identifier: Apache-2.0 */
/* Lists made by looking through shards, where the order of names does not help. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list_inside.h"

/* One found by looking through a shard, with its name to sort it by. */
struct km_found {
    struct km_ref ref;
    int64_t newest;
    size_t name; /* where its parts begin in the text */
};

static int grow(void **memory, size_t *room, size_t need, size_t size)
{
    size_t more = *room ? *room * 2 : 64;
    void *larger;

    if (need <= *room)
        return 0;
    while (more < need)
        more *= 2;
    larger = realloc(*memory, more * size);
    if (!larger)
        return -ENOMEM;
    *memory = larger;
    *room = more;
    return 0;
}

int km_findings_add(struct km_findings *f, const struct km_entity *e)
{
    const char *part[KM_NAME_PARTS];

    if (grow((void **)&f->found, &f->room, f->count + 1, sizeof(*f->found)) < 0)
        return -ENOMEM;
    f->found[f->count++] = (struct km_found){{e->slot, e->generation}, km_entity_newest(e), f->len};
    km_order_name(e->kind, &e->facts, part);
    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        size_t size = strlen(part[i]) + 1;

        if (grow((void **)&f->text, &f->text_room, f->len + size, 1) < 0)
            return -ENOMEM;
        memcpy(f->text + f->len, part[i], size);
        f->len += size;
    }
    return 0;
}

static int compare_names(const char *a, const char *b)
{
    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        int r = strcmp(a, b);

        if (r != 0)
            return r;
        a += strlen(a) + 1;
        b += strlen(b) + 1;
    }
    return 0;
}

static int compare_found(const void *left, const void *right, void *text)
{
    const struct km_found *a = left, *b = right;
    int r = compare_names((char *)text + a->name, (char *)text + b->name);

    return r ? r : (a->ref.slot > b->ref.slot) - (a->ref.slot < b->ref.slot);
}

#define SOME 256 /* entities looked at before who waits for the lock may have it */

static int look_through(struct km_shard *shard, const struct km_filter *filter, int64_t now_ms,
                        struct km_findings *f)
{
    struct km_matcher m;
    bool more = true;
    int r = 0;

    for (uint32_t i = 0; more && r == 0;) {
        uint32_t end = i + SOME;

        pthread_mutex_lock(&shard->lock);
        more = km_matcher_make(shard, filter, now_ms, &m) && i < shard->n_slots;
        for (; more && r == 0 && i < end && i < shard->n_slots; i++) {
            const struct km_entity *e = shard->slots[i];

            if (e && km_matcher_fits(shard, &m, e))
                r = km_findings_add(f, e);
        }
        pthread_mutex_unlock(&shard->lock);
    }
    return r;
}

/* Containers without a name yet are not all the same one. */
static bool same_found(const struct km_findings *f, size_t a, size_t b, enum km_entity_kind kind)
{
    const char *name = f->text + f->found[b].name;

    if (compare_names(f->text + f->found[a].name, name) != 0)
        return false;
    name += strlen(name) + 1;
    return kind != KM_ENTITY_CONTAINER || name[strlen(name) + 1] != '\0';
}

int km_findings_list(const struct km_findings *f, const struct km_filter *filter,
                     struct km_ref **ret_refs, size_t *ret_count)
{
    struct km_listing l = {.current = filter->current};

    *ret_refs = NULL;
    *ret_count = 0;
    if (f->count == 0)
        return 0;
    qsort_r(f->found, f->count, sizeof(*f->found), compare_found, f->text);
    l.refs = malloc((f->count + 1) * sizeof(*l.refs));
    l.newest = malloc((f->count + 1) * sizeof(*l.newest));
    l.same = malloc(f->count + 1);
    for (size_t i = 0; l.refs && l.newest && l.same && i < f->count; i++)
        km_listing_keep(&l, f->found[i].ref, f->found[i].newest,
                        i > 0 && same_found(f, i - 1, i, filter->kind));
    free(l.newest);
    free(l.same);
    if (l.kept == 0) { /* of what was found something is kept, unless memory runs out */
        free(l.refs);
        return -ENOMEM;
    }
    *ret_refs = l.refs;
    *ret_count = l.kept;
    return 0;
}

void km_findings_done(struct km_findings *f)
{
    free(f->found);
    free(f->text);
}

int km_list_by_shard(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                     struct km_ref **ret_refs, size_t *ret_count)
{
    struct km_findings f = {0};
    int r = 0;

    for (unsigned i = 0; r == 0 && i < KM_SHARDS; i++)
        r = look_through((struct km_shard *)&store->shard[i], filter, now_ms, &f);
    if (r == 0)
        r = km_findings_list(&f, filter, ret_refs, ret_count);
    km_findings_done(&f);
    return r;
}
