/* SPDX-License-Identifier: Apache-2.0 */
#include "recovery_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "entry.h"
#include "file_head.h"
#include "restore.h"

#define UNKNOWN UINT16_MAX
#define PACE    64 /* pieces between two looks at the memory limit */

/* One reading of a file. */
struct load {
    const struct km_recovery_share *share;
    enum km_file_kind kind;
    bool same_catalogue;
    struct km_recovery_found *found;
    struct km_shard *shard;   /* of the piece, locked; NULL: it is for all */
    struct km_entity *entity; /* whom rows and blocks are of; NULL: nobody we know */
    int64_t received_ms;
    struct km_entry_state state;
    struct km_entry entry;
    bool taken[KM_METRIC_COUNT];  /* metrics that an id of the file has been given */
    uint16_t map[UINT16_MAX + 1]; /* ids of the file to ours */
};

static int catalogue_id(struct load *l, const struct km_entry *e)
{
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        if (!l->taken[m] && km_metrics[m].group == e->group && km_metrics[m].key_len == e->length &&
            memcmp(km_metrics[m].key, e->bytes, e->length) == 0) {
            l->taken[m] = true;
            return (int)m;
        }
    }
    return -1;
}

static int take_key(struct load *l, const struct km_entry *e)
{
    const struct km_extra extra = {(uint8_t)e->group, (const char *)e->bytes, e->length, 0};
    struct km_new_keys keys = {.count = 1, .key = {&extra}};
    struct km_store *store = l->share->store;
    int id, r;

    if ((l->same_catalogue && e->number < KM_METRIC_COUNT) || l->map[e->number] != UNKNOWN)
        return 0;
    id = l->same_catalogue ? -1 : catalogue_id(l, e);
    if (id < 0)
        id = km_keys_find(store, &extra);
    /* A catalogue of another version may have lost a metric: its numbers have no place here. */
    if (id < 0 && l->shard) {
        r = km_keys_add(store, &keys);
        if (r == -ENOMEM)
            return r;
        id = km_keys_find(store, &extra);
    }
    if (id >= 0)
        l->map[e->number] = (uint16_t)id;
    return 0;
}

static int take_row(struct load *l, const struct km_row *row, int64_t received_ms)
{
    struct km_row ours = {.time_ms = row->time_ms};

    if (row->time_ms <= l->share->oldest_ms)
        return 0;
    for (unsigned i = 0; i < row->count; i++) {
        uint16_t id = l->map[row->metric[i]];
        unsigned place = ours.count;

        if (id == UNKNOWN)
            continue;
        for (; place > 0 && ours.metric[place - 1] > id; place--) {
            ours.metric[place] = ours.metric[place - 1];
            ours.value[place] = ours.value[place - 1];
        }
        ours.metric[place] = id;
        ours.value[place] = row->value[i];
        ours.count++;
    }
    l->found->rows++;
    return km_restore_row(l->shard, l->entity, &ours, received_ms);
}

/* A block whose metrics have other numbers now. */
static int take_renamed(struct load *l, const struct km_block *block)
{
    struct km_unpacked *all;
    struct km_row row;
    int r = km_block_unpack(block, &all);

    if (r < 0)
        return r;
    for (unsigned i = 0; r == 0 && i < all->rows.rows; i++) {
        km_unpacked_read(all, i, &row);
        r = take_row(l, &row, 0);
    }
    km_unpacked_free(all);
    return r;
}

static bool is_renamed(const struct load *l, const struct km_block *block)
{
    unsigned count;
    const uint16_t *metric = km_block_metrics(block, &count);

    for (unsigned i = 0; i < count; i++) {
        if (l->map[metric[i]] != metric[i])
            return true;
    }
    return false;
}

static int take_block(struct load *l, const struct km_entry *e)
{
    struct km_block *block;
    int64_t last;
    int r = km_block_load(e->bytes, e->length, &block);

    if (r < 0)
        return r;
    last = km_block_last(block);
    if (last > l->found->newest_ms)
        l->found->newest_ms = last;
    if (last <= l->share->oldest_ms) {
        km_block_free(block);
        return 0;
    }
    l->found->blocks++;
    l->found->rows += km_block_rows(block);
    if (is_renamed(l, block)) {
        r = take_renamed(l, block);
        km_block_free(block);
        return r;
    }
    r = km_restore_block(l->shard, l->entity, block);
    if (r == 0 && l->kind == KM_FILE_HISTORY && last > l->entity->saved_ms)
        l->entity->saved_ms = l->entity->saving_ms = last;
    return r;
}

static int take_files(struct load *l, const struct km_entry *e)
{
    uint32_t *files = malloc(e->length + 1);

    if (!files)
        return -ENOMEM;
    memcpy(files, e->bytes, e->length);
    free(l->found->files);
    l->found->files = files;
    l->found->n_files = e->number;
    return 0;
}

/* Takes an entry in; -EBADMSG where it has no place. */
static int take_entry(struct load *l, const struct km_entry *e)
{
    if (e->type == KM_ENTRY_KEY)
        return take_key(l, e);
    if (e->type == KM_ENTRY_FILES)
        return take_files(l, e);
    if (!l->shard)
        return -EBADMSG;
    switch (e->type) {
    case KM_ENTRY_TIME:
        l->received_ms = (int64_t)e->number;
        return 0;
    case KM_ENTRY_ENTITY:
        l->entity = km_restore_entity(l->shard, e->kind, &e->facts, (int64_t)e->number);
        return l->entity ? 0 : -ENOMEM;
    case KM_ENTRY_KNOWN:
        l->entity = km_restore_known(l->shard, e->number);
        return 0;
    default:
        if (!l->entity)
            return -EBADMSG;
        return e->type == KM_ENTRY_ROW ? take_row(l, &e->row, l->received_ms) : take_block(l, e);
    }
}

static int take_piece(struct load *l, const struct km_piece *piece)
{
    const uint8_t *at = piece->payload, *end = at + piece->length;
    int r = 0;

    l->entity = NULL;
    l->received_ms = 0;
    l->state.n_sets = l->state.turn = 0;
    l->state.facts = (struct km_facts){0};
    while (at < end) {
        r = km_entry_read(&at, end, &l->state, &l->entry);
        if (r < 0) {
            l->found->lost++;
            break;
        }
        r = take_entry(l, &l->entry);
        if (r == -ENOMEM)
            break;
        l->found->lost += r < 0;
    }
    return r == -ENOMEM ? r : 0;
}

static int take_if_ours(struct load *l, const struct km_piece *piece)
{
    const struct km_recovery_share *share = l->share;
    int r;

    l->shard = NULL;
    if (piece->shard == KM_PIECE_ALL)
        return take_piece(l, piece);
    if (piece->shard >= KM_SHARDS) {
        l->found->lost++;
        return 0;
    }
    if (piece->shard % share->workers != share->worker)
        return 0;
    l->shard = &share->store->shard[piece->shard];
    pthread_mutex_lock(&l->shard->lock);
    r = take_piece(l, piece);
    km_shard_show(l->shard);
    pthread_mutex_unlock(&l->shard->lock);
    if (++l->found->pieces % PACE == 0 && r == 0)
        km_retention_room(share->store, 0);
    return r;
}

int km_recovery_file(const struct km_recovery_share *share, enum km_file_kind kind,
                     const uint8_t *bytes, size_t size, size_t from, bool same_catalogue,
                     struct km_recovery_found *found)
{
    struct km_pieces pieces = {bytes, size, from};
    km_auto_free struct load *l = calloc(1, sizeof(*l));
    struct km_piece piece;
    int r = 0;

    if (!l)
        return -ENOMEM;
    l->share = share;
    l->kind = kind;
    l->same_catalogue = same_catalogue;
    l->found = found;
    memset(l->map, 0xff, sizeof(l->map));
    for (unsigned m = 0; same_catalogue && m < KM_METRIC_COUNT; m++)
        l->map[m] = (uint16_t)m;
    while (r == 0 && km_pieces_next(&pieces, &piece)) {
        if (piece.skipped && !found->damaged)
            found->damaged_at = piece.offset - piece.skipped;
        found->damaged += piece.skipped;
        r = take_if_ours(l, &piece);
    }
    if (r == 0) {
        found->tail = piece.skipped;
        found->tail_at = piece.offset;
    }
    return r;
}
