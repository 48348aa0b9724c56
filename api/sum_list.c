/* SPDX-License-Identifier: Apache-2.0 */
#include "sum_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api.h"
#include "clean.h"
#include "entity_list.h"
#include "keep.h"
#include "list_page.h"
#include "time_format.h"
#include "total.h"

/* One line of a list of sums. */
struct sum {
    char *name_space, *kind, *name; /* in text; kind is "" where there is one only */
    struct km_total total;
    char text[]; /* "shop\0StatefulSet\0db": in order of its bytes, so are namespace, kind, name */
};

struct sums {
    struct km_kept kept;
    enum km_sum_by by;
    struct sum **items;
    size_t count, room;
    uint32_t *place; /* hash table of 2 * room: the item's place + 1; 0: free */
};

static void sums_free(struct km_kept *kept)
{
    struct sums *s = (struct sums *)kept;

    for (size_t i = 0; i < s->count; i++)
        free(s->items[i]);
    free(s->items);
    free(s->place);
    free(s);
}

static void sums_done(void *arg)
{
    km_kept_done(&((struct sums *)arg)->kept);
}

static void write_sum(void *arg, size_t i, struct km_json *w)
{
    const struct sums *s = arg;
    const struct sum *sum = s->items[i];

    km_json_object(w);
    km_json_member(w, "namespace", sum->name_space);
    if (s->by == KM_SUM_WORKLOAD)
        km_json_member(w, "kind", sum->kind);
    if (s->by != KM_SUM_NAMESPACE)
        km_json_member(w, s->by == KM_SUM_DEPLOYMENT ? "deployment" : "name", sum->name);
    km_total_write(w, &sum->total, "pods");
    km_json_object_end(w);
}

/* 0x01 stands between the parts, so that names are in the order of their parts. */
static bool sum_name(void *arg, size_t i, char ret_name[KM_LIST_NAME])
{
    const struct sum *sum = ((struct sums *)arg)->items[i];

    snprintf(ret_name, KM_LIST_NAME, "%s\x01%s\x01%s", sum->name_space, sum->kind, sum->name);
    return true;
}

static int compare_sums(const void *left, const void *right)
{
    const struct sum *a = *(struct sum *const *)left, *b = *(struct sum *const *)right;
    int r = strcmp(a->name_space, b->name_space);

    if (r == 0)
        r = strcmp(a->kind, b->kind);
    return r ? r : strcmp(a->name, b->name);
}

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), the zero of each part included. */
static uint64_t hash_part(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    while (*text++);
    return hash;
}

static uint64_t hash_of(const char *name_space, const char *kind, const char *name)
{
    return hash_part(hash_part(hash_part(UINT64_C(0xcbf29ce484222325), name_space), kind), name);
}

/* Twice the room, everything laid into the new table. False where memory runs out. */
static bool grow(struct sums *s)
{
    size_t room = s->room ? s->room * 2 : 64;
    struct sum **items = realloc(s->items, room * sizeof(struct sum *));
    uint32_t *place;

    if (!items)
        return false;
    s->items = items;
    place = calloc(2 * room, sizeof(*place));
    if (!place)
        return false;
    for (size_t i = 0; i < s->count; i++) {
        const struct sum *sum = items[i];
        size_t at = hash_of(sum->name_space, sum->kind, sum->name) & (2 * room - 1);

        while (place[at])
            at = (at + 1) & (2 * room - 1);
        place[at] = (uint32_t)i + 1;
    }
    free(s->place);
    s->place = place;
    s->room = room;
    return true;
}

static struct sum *sum_new(const char *name_space, const char *kind, const char *name)
{
    size_t a = strlen(name_space) + 1, b = strlen(kind) + 1, c = strlen(name) + 1;
    struct sum *sum = calloc(1, sizeof(*sum) + a + b + c);

    if (!sum)
        return NULL;
    sum->name_space = memcpy(sum->text, name_space, a);
    sum->kind = memcpy(sum->text + a, kind, b);
    sum->name = memcpy(sum->text + a + b, name, c);
    return sum;
}

/* The sum of these names; a new one if it is not there. NULL where memory runs out. */
static struct sum *sum_of(struct sums *s, const char *name_space, const char *kind,
                          const char *name)
{
    size_t at;

    if (s->count == s->room && !grow(s))
        return NULL;
    at = hash_of(name_space, kind, name) & (2 * s->room - 1);
    for (; s->place[at]; at = (at + 1) & (2 * s->room - 1)) {
        struct sum *sum = s->items[s->place[at] - 1];

        if (strcmp(sum->name, name) == 0 && strcmp(sum->name_space, name_space) == 0 &&
            strcmp(sum->kind, kind) == 0)
            return sum;
    }
    s->items[s->count] = sum_new(name_space, kind, name);
    if (!s->items[s->count])
        return NULL;
    s->place[at] = (uint32_t)++s->count;
    return s->items[s->count - 1];
}

/* Adds a pod to the sum it belongs to, if any. False where memory runs out. */
static bool add_pod(struct sums *s, const struct km_view *view, const char *only_kind)
{
    const char *kind = "", *name = "";
    struct sum *sum;

    if (!view->name_space || !*view->name_space)
        return true; /* not resolved yet */
    if (s->by != KM_SUM_NAMESPACE) {
        bool deployed = view->deployment && *view->deployment;
        bool owned = view->workload_kind && view->workload_name;

        if (!deployed && (s->by == KM_SUM_DEPLOYMENT || !view->owner_kind || !view->owner_name))
            return true;
        /* Of the last in the row of owners: a Job's pods are its CronJob's. */
        name = deployed ? view->deployment : owned ? view->workload_name : view->owner_name;
        if (s->by == KM_SUM_WORKLOAD)
            kind = deployed ? "Deployment" : owned ? view->workload_kind : view->owner_kind;
        if (only_kind && strcasecmp(kind, only_kind) != 0)
            return true;
    }
    sum = sum_of(s, view->name_space, kind, name);
    if (sum)
        km_total_add(&sum->total, view);
    return sum != NULL;
}

/* The sums of all pods that match, in order. NULL where memory runs out. */
static struct sums *sums_new(const struct km_api *api, enum km_sum_by by, const char *name_space,
                             const char *kind)
{
    struct km_filter filter = {.kind = KM_ENTITY_POD, .name_space = name_space, .current = true};
    struct sums *s = calloc(1, sizeof(*s));
    km_auto_free struct km_ref *refs = NULL;
    size_t n = 0;
    bool good;

    if (!s)
        return NULL;
    s->kept = (struct km_kept){.users = 1, .free = sums_free};
    s->by = by;
    good = km_store_list(api->store, &filter, km_time_now_ms(), &refs, &n) == 0;
    for (size_t i = 0; good && i < n; i++) {
        struct km_view view;

        if (km_store_view(api->store, refs[i], &view) == 0)
            good = add_pod(s, &view, kind);
    }
    if (good && s->count > 0)
        qsort(s->items, s->count, sizeof(struct sum *), compare_sums);
    if (good)
        return s;
    km_kept_done(&s->kept);
    return NULL;
}

/* Those that are kept of all namespaces and kinds, or new ones. */
static struct sums *sums_of(const struct km_api *api, enum km_sum_by by, const char *name_space,
                            const char *kind)
{
    static const enum km_keep_slot slots[] = {[KM_SUM_NAMESPACE] = KM_KEEP_NAMESPACE_SUMS,
                                              [KM_SUM_DEPLOYMENT] = KM_KEEP_DEPLOYMENT_SUMS,
                                              [KM_SUM_WORKLOAD] = KM_KEEP_WORKLOAD_SUMS};
    bool keep = api->keep && !name_space && !kind;
    int64_t began_ms = km_time_steady_ms();
    struct sums *s = keep ? (struct sums *)km_keep_get(api->keep, slots[by], began_ms) : NULL;

    if (s)
        return s;
    s = sums_new(api, by, name_space, kind);
    if (s && keep)
        km_keep_put(api->keep, slots[by], &s->kept, began_ms, km_time_steady_ms());
    return s;
}

void km_answer_sums(struct km_call *call, enum km_sum_by by, const char *name_space,
                    const char *kind)
{
    struct sums *s = sums_of(km_call_api(call), by, name_space, kind);
    struct km_list list = {.write = write_sum, .name = sum_name, .done = sums_done, .arg = s};
    int sort = km_call_choice(call, "sort", KM_SORT_NAME);

    if (!s) {
        km_answer_no_memory(call);
        return;
    }
    list.count = s->count;
    if (sort != KM_SORT_NAME)
        list.value = calloc(s->count + 1, sizeof(double));
    for (size_t i = 0; list.value && i < s->count; i++)
        list.value[i] = km_sort_total(sort, &s->items[i]->total);
    km_answer_list(call, &list);
}
