/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "codec_log.h"
#include "entry.h"

static void put_number(struct km_buf *out, uint64_t v)
{
    uint8_t bytes[10], *at = bytes;

    for (; v >= 0x80; v >>= 7)
        *at++ = (uint8_t)(v | 0x80);
    *at++ = (uint8_t)v;
    km_buf_append(out, bytes, (size_t)(at - bytes));
}

/* A time of a client's that the reader would not take is not known. */
static void put_time(struct km_buf *out, int64_t ms)
{
    put_number(out, ms > 0 && ms < KM_ENTRY_TIME_END ? (uint64_t)ms : 0);
}

void km_entry_put_key(struct km_buf *out, unsigned id, int group, const char *key)
{
    km_buf_putc(out, KM_ENTRY_KEY);
    put_number(out, id);
    put_number(out, (uint64_t)group);
    km_buf_append(out, key, strlen(key) + 1);
}

void km_entry_put_time(struct km_buf *out, int64_t received_ms)
{
    km_buf_putc(out, KM_ENTRY_TIME);
    put_time(out, received_ms);
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

void km_entry_put_entity(struct km_buf *out, struct km_entry_state *state, enum km_entity_kind kind,
                         const struct km_facts *facts, int64_t received_ms)
{
    uint16_t has = 0, same = 0;

    for (int f = 0; f < KM_FACT_COUNT; f++) {
        has = (uint16_t)(has | (facts->text[f] != NULL) << f);
        if (facts->text[f] && is_same(facts->text[f], state->facts.text[f]))
            same = (uint16_t)(same | 1 << f);
    }
    km_buf_putc(out, KM_ENTRY_ENTITY);
    put_number(out, kind);
    put_time(out, received_ms);
    put_time(out, facts->created_ms);
    put_time(out, facts->started_ms);
    put_number(out, (uint32_t)(facts->restarts + 1));
    put_number(out, (uint8_t)(facts->host_network + 1));
    km_buf_append(out, &has, sizeof(has));
    km_buf_append(out, &same, sizeof(same));
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        if ((has & ~same) >> f & 1)
            km_buf_append(out, facts->text[f], strlen(facts->text[f]) + 1);
    }
    state->facts = *facts;
}

void km_entry_put_known(struct km_buf *out, uint64_t key)
{
    km_buf_putc(out, KM_ENTRY_KNOWN);
    km_buf_append(out, &key, sizeof(key));
}

void km_entry_put_row(struct km_buf *out, struct km_entry_state *state, const struct km_row *row)
{
    static const int64_t zeros[KM_ROW_MAX];
    unsigned known = 0;
    uint8_t *to;

    while (known < state->n_sets &&
           (state->set[known].count != row->count ||
            memcmp(state->set[known].metric, row->metric, row->count * sizeof(uint16_t)) != 0))
        known++;
    km_buf_putc(out, KM_ENTRY_ROW);
    if (known < state->n_sets) {
        put_number(out, 0);
        put_number(out, known);
    } else {
        put_number(out, row->count + 1u);
        km_buf_append(out, row->metric, row->count * sizeof(uint16_t));
        known = state->turn++ % KM_ENTRY_SETS;
        if (state->n_sets < KM_ENTRY_SETS)
            state->n_sets++;
        state->set[known].count = row->count;
        memcpy(state->set[known].metric, row->metric, row->count * sizeof(uint16_t));
    }
    if (km_buf_reserve(out, KM_LOG_RECORD_MAX) < 0)
        return;
    to = (uint8_t *)out->data + out->len;
    out->len += km_log_put(zeros, row->value, NULL, row->count, row->time_ms, to);
}

void km_entry_put_block(struct km_buf *out, const struct km_block *block)
{
    uint32_t length;
    size_t at;

    km_buf_putc(out, KM_ENTRY_BLOCK);
    at = out->len;
    km_buf_append(out, &(uint32_t){0}, sizeof(length));
    km_block_save(block, out);
    if (out->failed)
        return;
    length = (uint32_t)(out->len - at - sizeof(length));
    memcpy(out->data + at, &length, sizeof(length));
}

void km_entry_put_files(struct km_buf *out, const uint32_t *number, size_t count)
{
    km_buf_putc(out, KM_ENTRY_FILES);
    put_number(out, count);
    km_buf_append(out, number, count * sizeof(*number));
}
