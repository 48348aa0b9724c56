/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "codec_log.h"
#include "entry.h"
#include "metric.h"

/* Bytes that are still to be read; bad is set by whatever goes past their end. */
struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

static const uint8_t *get_bytes(struct cursor *c, uint64_t count)
{
    const uint8_t *at = c->at;

    if (c->bad || count > (uint64_t)(c->end - c->at)) {
        c->bad = true;
        return NULL;
    }
    c->at += count;
    return at;
}

static uint64_t get_number(struct cursor *c)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t *byte = get_bytes(c, 1);

        if (!byte)
            return 0;
        v |= (uint64_t)(*byte & 0x7f) << shift;
        if (*byte < 0x80)
            return v;
    }
    c->bad = true;
    return 0;
}

static const char *get_text(struct cursor *c, size_t *ret_length)
{
    const uint8_t *end = c->bad ? NULL : memchr(c->at, 0, (size_t)(c->end - c->at));
    const char *text = (const char *)c->at;

    if (!end) {
        c->bad = true;
        return NULL;
    }
    *ret_length = (size_t)(end - c->at);
    c->at = end + 1;
    return text;
}

/* A Unix time in ms before the year 10889: sums of such never overflow. */
static int64_t get_time(struct cursor *c)
{
    uint64_t ms = get_number(c);

    c->bad |= ms >= KM_ENTRY_TIME_END;
    return c->bad ? 0 : (int64_t)ms;
}

/* What every entity of its kind has. */
static bool is_named(enum km_entity_kind kind, const struct km_facts *facts)
{
    const char *const *text = facts->text;

    if (kind == KM_ENTITY_NODE)
        return text[KM_FACT_NODE];
    return text[KM_FACT_POD] && text[KM_FACT_NAMESPACE];
}

static void read_key(struct cursor *c, struct km_entry *e)
{
    uint64_t group;

    e->number = get_number(c);
    group = get_number(c);
    e->bytes = (const uint8_t *)get_text(c, &e->length);
    c->bad |= e->number > UINT16_MAX || group >= KM_GROUP_COUNT;
    e->group = c->bad ? 0 : (int)group;
}

static void read_entity(struct cursor *c, struct km_entry_state *state, struct km_entry *e)
{
    uint64_t kind = get_number(c), restarts, host;
    const uint8_t *bits;
    uint16_t has, same;

    e->number = (uint64_t)get_time(c);
    e->facts.created_ms = get_time(c);
    e->facts.started_ms = get_time(c);
    restarts = get_number(c);
    host = get_number(c);
    bits = get_bytes(c, 4);
    c->bad |= kind >= KM_ENTITY_KINDS || restarts > UINT32_MAX || host > 2;
    if (c->bad)
        return;
    e->kind = (enum km_entity_kind)kind;
    e->facts.restarts = (int32_t)((uint32_t)restarts - 1);
    e->facts.host_network = (int8_t)(host - 1);
    memcpy(&has, bits, sizeof(has));
    memcpy(&same, bits + 2, sizeof(same));
    c->bad |= has >> KM_FACT_COUNT != 0 || (same & ~has) != 0;
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        size_t length;

        if (!(has >> f & 1))
            e->facts.text[f] = NULL;
        else if (same >> f & 1)
            e->facts.text[f] = state->facts.text[f];
        else
            e->facts.text[f] = get_text(c, &length);
        c->bad |= (has >> f & 1) && !e->facts.text[f];
    }
    c->bad |= !is_named(e->kind, &e->facts);
    if (!c->bad)
        state->facts = e->facts;
}

/* Which metrics the row has. */
static void read_set(struct cursor *c, struct km_entry_state *state, struct km_row *row)
{
    uint64_t count = get_number(c), known;
    const uint8_t *ids;

    if (count == 0) {
        known = get_number(c);
        c->bad |= known >= state->n_sets;
        if (c->bad)
            return;
        row->count = state->set[known].count;
        memcpy(row->metric, state->set[known].metric, row->count * sizeof(uint16_t));
        return;
    }
    c->bad |= --count > KM_ROW_MAX;
    ids = get_bytes(c, count * sizeof(uint16_t));
    if (c->bad)
        return;
    row->count = (uint16_t)count;
    memcpy(row->metric, ids, count * sizeof(uint16_t));
    for (unsigned i = 1; i < count; i++)
        c->bad |= row->metric[i] <= row->metric[i - 1];
    known = state->turn++ % KM_ENTRY_SETS;
    if (state->n_sets < KM_ENTRY_SETS)
        state->n_sets++;
    state->set[known].count = row->count;
    memcpy(state->set[known].metric, row->metric, count * sizeof(uint16_t));
}

static void read_row(struct cursor *c, struct km_entry_state *state, struct km_row *row)
{
    struct km_log_record record;
    uint64_t difference;
    unsigned column;

    read_set(c, state, row);
    if (c->bad || km_log_next(&c->at, c->end, row->count, &record) < 0 || record.present) {
        c->bad = true;
        return;
    }
    row->time_ms = record.elapsed;
    c->bad |= record.elapsed >= KM_ENTRY_TIME_END;
    memset(row->value, 0, row->count * sizeof(int64_t));
    while (km_log_change(&record, &column, &difference))
        row->value[column] = (int64_t)difference;
}

int km_entry_read(const uint8_t **from, const uint8_t *end, struct km_entry_state *state,
                  struct km_entry *ret_entry)
{
    struct cursor c = {*from, end, false};
    const uint8_t *type = get_bytes(&c, 1), *bytes;
    struct km_entry *e = ret_entry;
    uint32_t length;

    if (!type)
        return -EBADMSG;
    e->type = (enum km_entry_type) * type;
    switch (e->type) {
    case KM_ENTRY_KEY:
        read_key(&c, e);
        break;
    case KM_ENTRY_TIME:
        e->number = (uint64_t)get_time(&c);
        break;
    case KM_ENTRY_ENTITY:
        read_entity(&c, state, e);
        break;
    case KM_ENTRY_KNOWN:
        bytes = get_bytes(&c, sizeof(e->number));
        if (bytes)
            memcpy(&e->number, bytes, sizeof(e->number));
        break;
    case KM_ENTRY_ROW:
        read_row(&c, state, &e->row);
        break;
    case KM_ENTRY_BLOCK:
        bytes = get_bytes(&c, sizeof(length));
        if (bytes)
            memcpy(&length, bytes, sizeof(length));
        e->length = bytes ? length : 0;
        e->bytes = get_bytes(&c, e->length);
        break;
    case KM_ENTRY_FILES:
        e->number = get_number(&c);
        e->length = e->number <= UINT32_MAX ? e->number * sizeof(uint32_t) : SIZE_MAX;
        e->bytes = get_bytes(&c, e->length);
        break;
    default:
        c.bad = true;
    }
    if (c.bad)
        return -EBADMSG;
    *from = c.at;
    return 0;
}
