/* SPDX-License-Identifier: Apache-2.0 */
#include "entity_list.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "clean.h"
#include "entity_stream.h"
#include "list_page.h"
#include "pass.h"
#include "rate.h"
#include "time_format.h"

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
        return total->value[KM_CPU_USAGE];
    case KM_SORT_MEMORY:
        return total->has[KM_MEM_WORKING_SET] ? total->value[KM_MEM_WORKING_SET]
                                              : total->value[KM_MEM_USAGE];
    case KM_SORT_NETWORK:
        return total->value[KM_NET_RX_BYTES] + total->value[KM_NET_TX_BYTES];
    case KM_SORT_DISK:
        return total->value[KM_DISK_READ_BYTES] + total->value[KM_DISK_WRITE_BYTES];
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

/* A list whose page is chosen in a pass over all entities. */
struct choice {
    const struct km_api *api;
    enum km_entity_kind kind;
    int sort;
    int64_t now_ms;
    struct km_page *page;
    struct km_pass *pass; /* NULL: all have been met */
};

static void choice_free(void *arg)
{
    struct choice *c = arg;

    km_pass_free(c->pass);
    km_page_free(c->page);
    free(c);
}

static uint64_t id_of(struct km_ref ref)
{
    return (uint64_t)ref.slot << 32 | ref.generation;
}

static int offer(void *arg, const struct km_met *met)
{
    struct choice *c = arg;
    double value = c->sort == KM_SORT_NAME ? 0 : km_sort_value(c->sort, met->last, met->previous);

    return km_page_offer(c->page, value, met->name, id_of(met->ref));
}

static void write_entity(void *arg, uint64_t id, struct km_json *w)
{
    struct choice *c = arg;
    struct km_ref ref = {(uint32_t)(id >> 32), (uint32_t)id};

    km_write_entity(w, c->api, c->kind, ref, c->now_ms);
}

static int choice_next(void *arg, struct km_buf *out)
{
    struct choice *c = arg;
    int r;

    if (!c->pass)
        return km_page_write(c->page, write_entity, c, out);
    r = km_pass_next(c->pass, offer, c);
    if (r != 0)
        return r;
    km_pass_free(c->pass);
    c->pass = NULL;
    return 1;
}

static void choose(struct km_call *call, const struct km_filter *filter, int sort)
{
    static const enum km_pass_rows rows[] = {
        [KM_SORT_NAME] = KM_PASS_NO_ROWS,  [KM_SORT_CPU] = KM_PASS_NEWEST,
        [KM_SORT_MEMORY] = KM_PASS_NEWEST, [KM_SORT_NETWORK] = KM_PASS_BOTH,
        [KM_SORT_DISK] = KM_PASS_BOTH,
    };
    const struct km_api *api = km_call_api(call);
    struct km_page *page = km_page_new(call);
    struct choice *c = page ? calloc(1, sizeof(*c)) : NULL;

    if (!page)
        return;
    if (!c) {
        km_page_free(page);
        km_answer_no_memory(call);
        return;
    }
    *c = (struct choice){
        .api = api, .kind = filter->kind, .sort = sort, .now_ms = km_time_now_ms(), .page = page};
    if (km_pass_new(api->store, filter, c->now_ms, rows[sort], &c->pass) < 0) {
        choice_free(c);
        km_answer_no_memory(call);
        return;
    }
    km_answer_stream(call, choice_next, choice_free, c);
}

void km_answer_entities(struct km_call *call, const struct km_filter *filter)
{
    int sort = km_call_choice(call, "sort", KM_SORT_NAME);
    struct km_filter wanted = *filter;

    wanted.contains = km_call_text(call, "q");
    /* A node's pods are found by looking for them, not in order; and there are few. */
    if (sort == KM_SORT_NAME && km_call_choice(call, "order", 0) == 0 && !filter->node &&
        !wanted.contains)
        km_stream_entities(call, filter);
    else
        choose(call, &wanted, sort);
}
