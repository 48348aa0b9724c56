/* SPDX-License-Identifier: Apache-2.0 */
#include "piece.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "crc32c.h"

static const char file_mark[8] = "KMONDATA";
static const char piece_mark[4] = "KMpc";

static void put32(uint8_t *to, uint32_t v)
{
    v = htole32(v);
    memcpy(to, &v, sizeof(v));
}

static uint32_t get32(const uint8_t *from)
{
    uint32_t v;

    memcpy(&v, from, sizeof(v));
    return le32toh(v);
}

void km_head_write(struct km_buf *out, const struct km_head *head)
{
    const uint32_t field[] = {head->version, head->kind,   head->number,
                              head->shards,  head->naming, head->catalogue};
    uint8_t bytes[KM_HEAD_SIZE];

    memcpy(bytes, file_mark, sizeof(file_mark));
    for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
        put32(bytes + sizeof(file_mark) + 4 * i, field[i]);
    put32(bytes + KM_HEAD_SIZE - 4, km_crc32c(0, bytes, KM_HEAD_SIZE - 4));
    km_buf_append(out, bytes, sizeof(bytes));
}

int km_head_read(const uint8_t *bytes, size_t size, struct km_head *ret_head)
{
    const uint8_t *field = bytes + sizeof(file_mark);

    if (size < KM_HEAD_SIZE)
        return -ENODATA;
    if (memcmp(bytes, file_mark, sizeof(file_mark)) != 0)
        return -EBADMSG;
    /* What stands behind the version is for that version to say, the checksum too. */
    if (get32(field) <= KM_FORMAT_VERSION &&
        get32(bytes + KM_HEAD_SIZE - 4) != km_crc32c(0, bytes, KM_HEAD_SIZE - 4))
        return -EBADMSG;
    *ret_head = (struct km_head){.version = get32(field),
                                 .kind = get32(field + 4),
                                 .number = get32(field + 8),
                                 .shards = get32(field + 12),
                                 .naming = get32(field + 16),
                                 .catalogue = get32(field + 20)};
    return 0;
}

static uint32_t sum_of(const uint8_t *head, const uint8_t *payload, size_t length)
{
    uint32_t crc = km_crc32c(0, head + 4, 4);

    crc = km_crc32c(crc, head + 12, 1);
    return km_crc32c(crc, payload, length);
}

size_t km_piece_begin(struct km_buf *out)
{
    static const uint8_t nothing[KM_PIECE_HEAD];
    size_t at = out->len;

    km_buf_append(out, nothing, sizeof(nothing));
    return at;
}

void km_piece_end(struct km_buf *out, size_t at, uint8_t shard)
{
    uint8_t *head = (uint8_t *)out->data + at;
    size_t length;

    if (out->failed)
        return;
    length = out->len - at - KM_PIECE_HEAD;
    memcpy(head, piece_mark, sizeof(piece_mark));
    put32(head + 4, (uint32_t)length);
    head[12] = shard;
    put32(head + 8, sum_of(head, head + KM_PIECE_HEAD, length));
}

static bool is_piece(const uint8_t *head, size_t left, uint32_t *ret_length)
{
    uint32_t length;

    if (left < KM_PIECE_HEAD || memcmp(head, piece_mark, sizeof(piece_mark)) != 0)
        return false;
    length = get32(head + 4);
    if (length > KM_PIECE_MAX || length > left - KM_PIECE_HEAD ||
        get32(head + 8) != sum_of(head, head + KM_PIECE_HEAD, length))
        return false;
    *ret_length = length;
    return true;
}

bool km_pieces_next(struct km_pieces *p, struct km_piece *ret_piece)
{
    size_t from = p->at;
    uint32_t length;

    while (p->at < p->size) {
        const uint8_t *head = p->bytes + p->at, *next;

        if (is_piece(head, p->size - p->at, &length)) {
            *ret_piece = (struct km_piece){.offset = p->at,
                                           .shard = head[12],
                                           .payload = head + KM_PIECE_HEAD,
                                           .length = length,
                                           .skipped = p->at - from};
            p->at += KM_PIECE_HEAD + length;
            return true;
        }
        next = memmem(head + 1, p->size - p->at - 1, piece_mark, sizeof(piece_mark));
        p->at = next ? (size_t)(next - p->bytes) : p->size;
    }
    *ret_piece = (struct km_piece){.offset = from, .skipped = p->size - from};
    return false;
}
