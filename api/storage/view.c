/* SPDX-License-Identifier: Apache-2.0 */
/* One entity read: what is known of it now, and its rows. */
#include <errno.h>
#include <string.h>

#include "block_scan.h"

bool km_row_get(const struct km_row *row, unsigned metric, int64_t *ret_value)
{
    unsigned low = 0, high = row->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (row->metric[middle] < metric)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == row->count || row->metric[low] != metric)
        return false;
    *ret_value = row->value[low];
    return true;
}

/* Copies the facts' texts into the view; one that finds no room is left out. */
static void copy_texts(const struct km_facts *facts, struct km_view *view)
{
    const char **const to[KM_FACT_COUNT] = {
        [KM_FACT_NODE] = &view->node,
        [KM_FACT_NAMESPACE] = &view->name_space,
        [KM_FACT_POD] = &view->pod,
        [KM_FACT_UID] = &view->uid,
        [KM_FACT_CONTAINER] = &view->container,
        [KM_FACT_CONTAINER_ID] = &view->container_id,
        [KM_FACT_STATE] = &view->state,
        [KM_FACT_PHASE] = &view->phase,
        [KM_FACT_OWNER_KIND] = &view->owner_kind,
        [KM_FACT_OWNER_NAME] = &view->owner_name,
        [KM_FACT_DEPLOYMENT] = &view->deployment,
        [KM_FACT_WORKLOAD_KIND] = &view->workload_kind,
        [KM_FACT_WORKLOAD_NAME] = &view->workload_name,
    };
    size_t used = 0;

    for (int f = 0; f < KM_FACT_COUNT; f++) {
        size_t size = facts->text[f] ? strlen(facts->text[f]) + 1 : 0;

        if (!to[f])
            continue;
        *to[f] = NULL;
        if (size == 0 || size > sizeof(view->text) - used)
            continue;
        *to[f] = memcpy(view->text + used, facts->text[f], size);
        used += size;
    }
}

int km_store_view(const struct km_store *store, struct km_ref ref, struct km_view *ret_view)
{
    struct km_shard *shard = km_shard_of(store, ref);
    const struct km_entity *e;
    int r = -ENOENT;

    pthread_mutex_lock(&shard->lock);
    e = km_index_get(shard, ref);
    if (e && e->n_blocks > 0) {
        const struct km_block *last = e->blocks[e->n_blocks - 1];

        ret_view->kind = e->kind;
        copy_texts(&e->facts, ret_view);
        ret_view->created_ms = e->facts.created_ms;
        ret_view->started_ms = e->facts.started_ms;
        ret_view->received_ms = e->received_ms;
        ret_view->restarts = e->facts.restarts;
        ret_view->host_network = e->facts.host_network;
        r = km_block_newest(last, &ret_view->last);
        ret_view->has_previous = r == 0 && km_entity_previous(e, &ret_view->previous) == 0;
    }
    pthread_mutex_unlock(&shard->lock);
    return r;
}

int km_store_newest(const struct km_store *store, struct km_ref ref, struct km_row *ret_last,
                    struct km_row *ret_previous, bool *ret_has_previous)
{
    struct km_shard *shard = km_shard_of(store, ref);
    const struct km_entity *e;
    int r = -ENOENT;

    pthread_mutex_lock(&shard->lock);
    e = km_index_get(shard, ref);
    if (e && e->n_blocks > 0)
        r = km_block_newest(e->blocks[e->n_blocks - 1], ret_last);
    *ret_has_previous = r == 0 && ret_previous && km_entity_previous(e, ret_previous) == 0;
    pthread_mutex_unlock(&shard->lock);
    return r;
}

/* Calls each for a block's rows from place on; *ret_end is set when one is after to_ms. */
static int scan_block(const struct km_unpacked *rows, unsigned place, int64_t to_ms,
                      int (*each)(void *, const struct km_row *), void *arg, bool *ret_end)
{
    struct km_row row;

    for (; place < rows->rows.rows; place++) {
        int r;

        *ret_end = rows->rows.time[place] > to_ms;
        if (*ret_end)
            return 0;
        km_unpacked_read(rows, place, &row);
        r = each(arg, &row);
        if (r != 0)
            return r;
    }
    return 0;
}

static int scan_blocks(const struct km_scan *scan, int64_t from_ms, int64_t to_ms,
                       int (*each)(void *, const struct km_row *), void *arg)
{
    bool end = false;
    int r = 0;

    for (size_t b = 0; b < scan->count && r == 0 && !end; b++) {
        struct km_unpacked *rows;
        unsigned place;

        r = km_block_unpack(scan->blocks[b], &rows);
        if (r < 0)
            return r;
        place = km_unpacked_find(rows, from_ms);
        r = scan_block(rows, place > 0 ? place - 1 : 0, to_ms, each, arg, &end);
        km_unpacked_free(rows);
    }
    return r;
}

int km_store_scan(const struct km_store *store, struct km_ref ref, int64_t from_ms, int64_t to_ms,
                  int (*each)(void *arg, const struct km_row *row), void *arg)
{
    struct km_scan scan = {0};
    int r = km_scan_take(&scan, store, ref, from_ms, to_ms);

    if (r == 0)
        r = scan_blocks(&scan, from_ms, to_ms, each, arg);
    km_scan_done(&scan);
    return r;
}
