/* SPDX-License-Identifier: Apache-2.0 */
/* One entity read: what is known of it now, and its rows. */
#include <errno.h>
#include <string.h>

#include "store_inside.h"

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

/* The row before the newest one. */
static bool read_previous(const struct km_entity *e, struct km_row *ret_row)
{
    const struct km_block *last = e->blocks[e->n_blocks - 1];
    unsigned rows = km_block_rows(last);

    if (rows > 1) {
        km_block_read(last, rows - 2, ret_row);
        return true;
    }
    if (e->n_blocks == 1)
        return false;
    last = e->blocks[e->n_blocks - 2];
    km_block_read(last, km_block_rows(last) - 1, ret_row);
    return true;
}

int km_store_view(const struct km_store *store, struct km_ref ref, struct km_view *ret_view)
{
    struct km_store *s = (struct km_store *)store;
    const struct km_entity *e;
    int r = -ENOENT;

    pthread_rwlock_rdlock(&s->lock);
    e = km_index_get(s, ref);
    if (e && e->n_blocks > 0) {
        const struct km_block *last = e->blocks[e->n_blocks - 1];

        ret_view->kind = e->kind;
        copy_texts(&e->facts, ret_view);
        ret_view->created_ms = e->facts.created_ms;
        ret_view->started_ms = e->facts.started_ms;
        ret_view->received_ms = e->received_ms;
        ret_view->restarts = e->facts.restarts;
        ret_view->host_network = e->facts.host_network;
        km_block_read(last, km_block_rows(last) - 1, &ret_view->last);
        ret_view->has_previous = read_previous(e, &ret_view->previous);
        r = 0;
    }
    pthread_rwlock_unlock(&s->lock);
    return r;
}

static int scan_entity(const struct km_entity *e, int64_t from_ms, int64_t to_ms,
                       int (*each)(void *, const struct km_row *), void *arg)
{
    size_t b = 0;
    unsigned place = 0;
    struct km_row row;

    while (b < e->n_blocks && km_block_last(e->blocks[b]) < from_ms)
        b++;
    if (b < e->n_blocks)
        place = km_block_find(e->blocks[b], from_ms);
    /* One step back: the row before the first. */
    if (place > 0) {
        place--;
    } else if (b > 0) {
        b--;
        place = km_block_rows(e->blocks[b]) - 1;
    }
    for (; b < e->n_blocks; b++, place = 0) {
        for (; place < km_block_rows(e->blocks[b]); place++) {
            int r;

            km_block_read(e->blocks[b], place, &row);
            if (row.time_ms > to_ms)
                return 0;
            r = each(arg, &row);
            if (r != 0)
                return r;
        }
    }
    return 0;
}

int km_store_scan(const struct km_store *store, struct km_ref ref, int64_t from_ms, int64_t to_ms,
                  int (*each)(void *arg, const struct km_row *row), void *arg)
{
    struct km_store *s = (struct km_store *)store;
    const struct km_entity *e;
    int r;

    pthread_rwlock_rdlock(&s->lock);
    e = km_index_get(s, ref);
    r = e ? scan_entity(e, from_ms, to_ms, each, arg) : -ENOENT;
    pthread_rwlock_unlock(&s->lock);
    return r;
}
