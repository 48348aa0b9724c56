/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_ENTRY_H
#define KM_API_STORAGE_ENTRY_H

#include "block.h"
#include "buf.h"
#include "entity.h"

/*
 * What stands in a piece (piece.h): entries, each of a byte that says what it is, and its fields.
 * A number is 7 bits a byte, lowest first, the highest bit set in all but the last.
 *
 *     K id group key\0             a metric id and its key, where the catalogue does not have it
 *     T received                   when the rows below came, Unix ms
 *     E kind received numbers had same texts
 *                                  an entity with all its facts: created, started, restarts + 1,
 *                                  host network + 1; two bits for each text, as 2 bytes each: it
 *                                  has one; it is the one of the entity before. Then the others,
 *                                  each with a zero byte behind it
 *     N key                        an entity that is known: the 8 bytes of km_entity_key()
 *     R set record                 a row of that entity: how many metrics it has plus 1, and their
 *                                  ids of 2 bytes; or 0 and which of the last KM_ENTRY_SETS sets
 *                                  they are. Its values are a log's record (codec_log.h) that
 *                                  follows a row of zeros at time 0
 *     B length bytes               a block of it (block.h)
 *     F count number[count]        the history files that a checkpoint counts on
 */
enum km_entry_type {
    KM_ENTRY_KEY = 'K',
    KM_ENTRY_TIME = 'T',
    KM_ENTRY_ENTITY = 'E',
    KM_ENTRY_KNOWN = 'N',
    KM_ENTRY_ROW = 'R',
    KM_ENTRY_BLOCK = 'B',
    KM_ENTRY_FILES = 'F'
};

#define KM_ENTRY_TIME_END (INT64_C(1) << 48) /* no time is later: Unix ms of the year 10889 */

/* What the entries of one piece refer back to; all zero to begin with, for writer and reader. */
#define KM_ENTRY_SETS                                                                              \
    4 /* pods, containers and the node of a batch have metrics of their own each */

struct km_entry_state {
    struct km_facts facts;
    unsigned n_sets, turn;
    struct {
        uint16_t count;
        uint16_t metric[KM_ROW_MAX];
    } set[KM_ENTRY_SETS];
};

void km_entry_put_key(struct km_buf *out, unsigned id, int group, const char *key);
void km_entry_put_time(struct km_buf *out, int64_t received_ms);
/* The texts must live until the piece is complete. */
void km_entry_put_entity(struct km_buf *out, struct km_entry_state *state, enum km_entity_kind kind,
                         const struct km_facts *facts, int64_t received_ms);
void km_entry_put_known(struct km_buf *out, uint64_t key);
void km_entry_put_row(struct km_buf *out, struct km_entry_state *state, const struct km_row *row);
void km_entry_put_block(struct km_buf *out, const struct km_block *block);
void km_entry_put_files(struct km_buf *out, const uint32_t *number, size_t count);

struct km_entry {
    enum km_entry_type type;
    uint64_t number;      /* KEY: id; TIME, ENTITY: received_ms; KNOWN: key; FILES: how many */
    const uint8_t *bytes; /* KEY: its text; BLOCK; FILES: numbers of 4 bytes */
    size_t length;
    int group; /* KEY */
    enum km_entity_kind kind;
    struct km_facts facts; /* ENTITY; texts lie in the piece */
    struct km_row row;     /* ROW */
};

/*
 * Reads the entry at *from, which ends before end, and moves *from behind it. Returns 0, or
 * -EBADMSG for anything that no writer makes.
 */
int km_entry_read(const uint8_t **from, const uint8_t *end, struct km_entry_state *state,
                  struct km_entry *ret_entry);

#endif
