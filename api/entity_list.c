/* SPDX-License-Identifier: Apache-2.0 */
#include "entity_list.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "clean.h"
#include "entity_stream.h"
#include "keep.h"
#include "list_page.h"
#include "rate.h"
#include "time_format.h"

#define SORTS (KM_SORT_DISK + 1)

/* Entities in the order of their names, and what they are sorted by; kept where it took long. */
struct ranking {
    struct km_kept kept;
    struct km_ref *refs;
    size_t count;
    double *value[SORTS]; /* by enum km_sort; NULL where nobody has asked */
};

struct entities {
    const struct km_api *api;
    enum km_entity_kind kind;
    int64_t now_ms;
    struct ranking *ranking;
};

static void write_entity(void *arg, size_t i, struct km_json *w)
{
    struct entities *e = arg;

    km_write_entity(w, e->api, e->kind, e->ranking->refs[i], e->now_ms);
}

static bool entity_name(void *arg, size_t i, char ret_name[KM_LIST_NAME])
{
    struct entities *e = arg;

    return km_entity_list_name(e->api->store, e->ranking->refs[i], ret_name);
}

static void entities_free(void *arg)
{
    struct entities *e = arg;

    km_kept_done(&e->ranking->kept);
    free(e);
}

static double gauge(const struct km_row *last, unsigned metric)
{
    int64_t value;

    return km_row_get(last, metric, &value) ? (double)value : 0;
}

/* cpu_usage as a client sent it: in thousandths, or where those do not hold it as a double. */
static double millicores(const struct km_row *last)
{
    int64_t bits;
    double exact;

    if (!km_row_get(last, KM_CPU_USAGE_EXACT, &bits))
        return gauge(last, KM_CPU_USAGE) / 1000;
    memcpy(&exact, &bits, sizeof(exact));
    return exact;
}

static double rate(const struct km_row *last, const struct km_row *previous, unsigned metric)
{
    double value;

    return previous && km_rate(previous, last, metric, &value) ? value : 0;
}

double km_sort_value(int sort, const struct km_row *last, const struct km_row *previous)
{
    switch (sort) {
    case KM_SORT_CPU:
        return millicores(last);
    case KM_SORT_MEMORY:
        return gauge(last, KM_MEM_WORKING_SET) > 0
                   ? gauge(last, KM_MEM_WORKING_SET)
                   : gauge(last, KM_MEM_USED) + gauge(last, KM_MEM_USAGE);
    case KM_SORT_NETWORK:
        return rate(last, previous, KM_NET_RX_BYTES) + rate(last, previous, KM_NET_TX_BYTES);
    case KM_SORT_DISK:
        return rate(last, previous, KM_DISK_READ_BYTES) + rate(last, previous, KM_DISK_WRITE_BYTES);
    default:
        return 0;
    }
}

double km_sort_total(int sort, const struct km_total *total)
{
    switch (sort) {
    case KM_SORT_CPU:
        return total->gauge[KM_CPU_USAGE];
    case KM_SORT_MEMORY:
        return total->has_gauge[KM_MEM_WORKING_SET] ? total->gauge[KM_MEM_WORKING_SET]
                                                    : total->gauge[KM_MEM_USAGE];
    case KM_SORT_NETWORK:
        return total->rate[KM_NET_RX_BYTES] + total->rate[KM_NET_TX_BYTES];
    case KM_SORT_DISK:
        return total->rate[KM_DISK_READ_BYTES] + total->rate[KM_DISK_WRITE_BYTES];
    default:
        return 0;
    }
}

bool km_newest_view(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                    struct km_view *ret_view)
{
    km_auto_free struct km_ref *refs = NULL;
    size_t n;

    return km_store_list(store, filter, now_ms, &refs, &n) == 0 && n > 0 &&
           km_store_view(store, refs[n - 1], ret_view) == 0;
}

static void ranking_free(struct km_kept *kept)
{
    struct ranking *r = (struct ranking *)kept;

    for (int sort = 0; sort < SORTS; sort++)
        free(r->value[sort]);
    free(r->refs);
    free(r);
}

/* What all entities are sorted by from first to last: one look at each. False without memory. */
static bool value_all(const struct km_store *store, struct ranking *r, int first, int last)
{
    for (int sort = first; sort <= last; sort++) {
        r->value[sort] = calloc(r->count + 1, sizeof(double));
        if (!r->value[sort])
            return false;
    }
    for (size_t i = 0; i < r->count; i++) {
        struct km_row newest, previous;
        bool has_previous;

        if (km_store_newest(store, r->refs[i], &newest, last >= KM_SORT_NETWORK ? &previous : NULL,
                            &has_previous) < 0)
            continue;
        for (int sort = first; sort <= last; sort++)
            r->value[sort][i] = km_sort_value(sort, &newest, has_previous ? &previous : NULL);
    }
    return true;
}

/* A ranking of the filter's entities by sort; by everything where it is to be kept. NULL without
 * memory. */
static struct ranking *ranking_new(const struct km_store *store, const struct km_filter *filter,
                                   int sort, bool keep, int64_t now_ms)
{
    struct ranking *r = calloc(1, sizeof(*r));
    bool good = r && km_store_list(store, filter, now_ms, &r->refs, &r->count) == 0;

    if (!r)
        return NULL;
    r->kept = (struct km_kept){.users = 1, .free = ranking_free};
    if (good && keep)
        good = value_all(store, r, KM_SORT_CPU, KM_SORT_DISK);
    else if (good && sort != KM_SORT_NAME)
        good = value_all(store, r, sort, sort);
    if (good)
        return r;
    km_kept_done(&r->kept);
    return NULL;
}

/* The ranking that is kept of all entities of a kind, or a new one. */
static struct ranking *ranking_of(const struct km_api *api, const struct km_filter *filter,
                                  int sort, int64_t now_ms)
{
    static const enum km_keep_slot slots[] = {[KM_ENTITY_NODE] = KM_KEEP_NODES,
                                              [KM_ENTITY_POD] = KM_KEEP_PODS,
                                              [KM_ENTITY_CONTAINER] = KM_KEEP_CONTAINERS};
    const struct km_filter all = {.kind = filter->kind, .current = true};
    bool keep = api->keep && sort != KM_SORT_NAME && memcmp(filter, &all, sizeof(all)) == 0;
    int64_t began_ms = km_time_steady_ms();
    struct ranking *r =
        keep ? (struct ranking *)km_keep_get(api->keep, slots[filter->kind], began_ms) : NULL;

    if (r)
        return r;
    r = ranking_new(api->store, filter, sort, keep, now_ms);
    if (r && keep)
        km_keep_put(api->keep, slots[filter->kind], &r->kept, began_ms, km_time_steady_ms());
    return r;
}

void km_answer_entities(struct km_call *call, const struct km_filter *filter)
{
    const struct km_api *api = km_call_api(call);
    int sort = km_call_choice(call, "sort", KM_SORT_NAME);
    struct entities *e;
    struct km_list list = {.write = write_entity, .name = entity_name, .done = entities_free};

    /* A node's pods are found by looking for them, not in order; and there are few. */
    if (sort == KM_SORT_NAME && km_call_choice(call, "order", 0) == 0 && !filter->node) {
        km_stream_entities(call, filter);
        return;
    }
    list.arg = e = calloc(1, sizeof(*e));
    if (e)
        *e = (struct entities){api, filter->kind, km_time_now_ms(), NULL};
    if (e)
        e->ranking = ranking_of(api, filter, sort, e->now_ms);
    if (!e || !e->ranking) {
        free(e);
        km_answer_no_memory(call);
        return;
    }
    list.count = e->ranking->count;
    if (sort != KM_SORT_NAME)
        list.value = calloc(list.count + 1, sizeof(double)); /* the list's own, to free */
    if (list.value)
        memcpy(list.value, e->ranking->value[sort], list.count * sizeof(double));
    km_answer_list(call, &list);
}
