/* SPDX-License-Identifier: Apache-2.0 */
/* A batch as a piece of the journal, made while it is taken in. */
#include <errno.h>

#include "piece.h"
#include "store_inside.h"

#define KEEP 262144 /* bytes of memory kept for the next batch */

void km_said_keys(const struct km_store *store, struct km_buf *out, const uint16_t *metric,
                  unsigned count)
{
    /* Ids rise, and those of the catalogue are the lowest. */
    while (count > 0 && metric[count - 1] >= KM_METRIC_COUNT) {
        const struct km_key *key = &store->keys[metric[--count] - KM_METRIC_COUNT];

        km_entry_put_key(out, metric[count], key->group, key->key);
    }
}

void km_said_begin(struct km_shard *shard, int64_t received_ms)
{
    if (!shard->store->journal)
        return;
    shard->said_state.n_sets = shard->said_state.turn = 0;
    shard->said_state.facts = (struct km_facts){0};
    km_buf_clear(&shard->said);
    km_piece_begin(&shard->said);
    km_entry_put_time(&shard->said, received_ms);
}

void km_said_row(struct km_shard *shard, const struct km_entity *entity,
                 const struct km_facts *facts, const struct km_row *row)
{
    if (!facts && shard->say_facts)
        facts = &entity->facts;
    if (facts)
        km_entry_put_entity(&shard->said, &shard->said_state, entity->kind, facts,
                            entity->received_ms);
    else
        km_entry_put_known(&shard->said, entity->key);
    km_said_keys(shard->store, &shard->said, row->metric, row->count);
    km_entry_put_row(&shard->said, &shard->said_state, row);
}

int km_said_end(struct km_shard *shard, int r, uint64_t *ret_position)
{
    struct km_buf *said = &shard->said;

    if (!shard->store->journal)
        return r;
    if (r == 0 && said->failed)
        r = -ENOMEM;
    if (r == 0) {
        km_piece_end(said, 0, (uint8_t)shard->number);
        *ret_position = km_journal_add(shard->store->journal, said->data, said->len);
    } else {
        /* Who sends the batch again finds rows that are there, and entities that are known. */
        shard->say_facts = true;
    }
    if (said->cap > KEEP)
        km_buf_done(said);
    return r;
}
