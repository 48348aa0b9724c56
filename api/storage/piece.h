/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_PIECE_H
#define KM_API_STORAGE_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/*
 * How every file of the data directory is cut: a head, then pieces with a checksum each, so that a
 * flipped bit costs the piece it is in and nothing else. Numbers are little-endian.
 *
 *     head    +----------+---------+------+--------+--------+--------+-----------+--------+
 *             | KMONDATA | version | kind | number | shards | naming | catalogue | crc32c |
 *             | 8 bytes  | 4       | 4    | 4      | 4      | 4      | 4         | 4      |
 *             +----------+---------+------+--------+--------+--------+-----------+--------+
 *     piece   +------+--------+--------+-------+---------+
 *             | KMpc | length | crc32c | shard | payload |
 *             | 4    | 4      | 4      | 1     | length  |
 *             +------+--------+--------+-------+---------+
 *
 *     naming     how names are hashed and spread over shards: a piece names entities by hash
 *     catalogue  the hash of the metrics' ids and keys; numbers in rows mean these
 *     crc32c     of the head before it; of a piece's length, shard and payload
 *
 * Bytes that are no piece are passed over up to the next ones that are.
 */
#define KM_FORMAT_VERSION 1
#define KM_HEAD_SIZE      36
#define KM_PIECE_HEAD     13
#define KM_PIECE_MAX      (UINT32_C(1) << 28) /* the longest payload: more than any batch makes */

enum km_file_kind { KM_FILE_JOURNAL = 1, KM_FILE_HISTORY, KM_FILE_OPEN };

struct km_head {
    uint32_t version, kind, number, shards, naming, catalogue;
};

/* Appends a head. */
void km_head_write(struct km_buf *out, const struct km_head *head);

/* Reads a file's beginning. Returns 0, -ENODATA where it is too short, -EBADMSG where it is none
 * or is damaged. Another version is the caller's to see; its further fields may be anything. */
int km_head_read(const uint8_t *bytes, size_t size, struct km_head *ret_head);

/* Leaves room for a piece's head; the payload is appended behind it. Returns where it begins. */
size_t km_piece_begin(struct km_buf *out);

/* Fills in the head of the piece that begins at `at` and ends where the buffer ends. */
void km_piece_end(struct km_buf *out, size_t at, uint8_t shard);

/* Reads pieces one after the other. */
struct km_pieces {
    const uint8_t *bytes;
    size_t size, at;
};

struct km_piece {
    size_t offset; /* of its head in the file */
    uint8_t shard;
    const uint8_t *payload;
    size_t length;
    size_t skipped; /* bytes before it that are no piece */
};

/* The next piece whose checksum is right; false at the end, where ret_piece->skipped says how many
 * bytes at the end are no piece and ret_piece->offset where they begin. */
bool km_pieces_next(struct km_pieces *pieces, struct km_piece *ret_piece);

#endif
