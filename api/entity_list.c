/* SPDX-License-Identifier: Apache-2.0 */
#include "entity_list.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "clean.h"
#include "entity_stream.h"
#include "list_page.h"
#include "rate.h"
#include "time_format.h"

struct entities {
    const struct km_api *api;
    enum km_entity_kind kind;
    int64_t now_ms;
    struct km_ref *refs;
};

static void write_entity(void *arg, size_t i, struct km_json *w)
{
    struct entities *e = arg;

    km_write_entity(w, e->api, e->kind, e->refs[i], e->now_ms);
}

static bool entity_name(void *arg, size_t i, char ret_name[KM_LIST_NAME])
{
    struct entities *e = arg;

    return km_entity_list_name(e->api->store, e->refs[i], ret_name);
}

static void entities_free(void *arg)
{
    struct entities *e = arg;

    free(e->refs);
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
    if (!e || km_store_list(api->store, filter, e->now_ms, &e->refs, &list.count) < 0) {
        free(e);
        km_answer_no_memory(call);
        return;
    }
    if (sort != KM_SORT_NAME)
        list.value = calloc(list.count + 1, sizeof(double));
    for (size_t i = 0; list.value && i < list.count; i++) {
        bool by_rate = sort == KM_SORT_NETWORK || sort == KM_SORT_DISK, has_previous;
        struct km_row last, previous;

        if (km_store_newest(api->store, e->refs[i], &last, by_rate ? &previous : NULL,
                            &has_previous) == 0)
            list.value[i] = km_sort_value(sort, &last, has_previous ? &previous : NULL);
    }
    km_answer_list(call, &list);
}
