/* SPDX-License-Identifier: Apache-2.0 */
/* A block as bytes for a file, packed as it lies in memory. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "block_inside.h"
#include "clean.h"

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "numbers go into files as they are in memory");

/*
 *     sealed   head | metric[columns] | frame
 *     open     head | metric[columns] | frame | value[columns] present previous | log
 */
struct head {
    int64_t first, last;
    uint32_t samples, frame_size, log_size, last_record;
    uint16_t columns;
    uint8_t rows, frame_rows, limit, sealed;
    uint8_t zero[2];
};
_Static_assert(sizeof(struct head) == 40, "no room between the fields");

void km_block_save(const struct km_block *b, struct km_buf *out)
{
    const struct km_open *open = b->sealed ? NULL : km_block_open(b);
    struct head head = {.first = b->first,
                        .last = b->last,
                        .samples = b->samples,
                        .frame_size = b->frame_rows ? b->frame_size : 0,
                        .log_size = open ? open->log_size : 0,
                        .last_record = open ? open->last_record : 0,
                        .columns = b->columns,
                        .rows = b->rows,
                        .frame_rows = b->frame_rows,
                        .limit = b->limit,
                        .sealed = b->sealed};

    km_buf_append(out, &head, sizeof(head));
    km_buf_append(out, km_block_metric(b), b->columns * sizeof(uint16_t));
    if (head.frame_size)
        km_buf_append(out, km_block_frame(b), head.frame_size);
    if (!open)
        return;
    km_buf_append(out, km_block_value(b), b->columns * sizeof(int64_t));
    km_buf_append(out, km_block_present(b), 2 * km_block_bitmap(b));
    for (const struct km_cell *c = open->cells; c && head.log_size; c = c->next) {
        size_t part = sizeof(c->bytes) < head.log_size ? sizeof(c->bytes) : head.log_size;

        km_buf_append(out, c->bytes, part);
        head.log_size -= (uint32_t)part;
    }
}

static bool is_sound(const struct head *h, const uint8_t *metric, size_t size)
{
    uint64_t bytes = h->columns * sizeof(uint16_t) + (uint64_t)h->frame_size;
    uint16_t id, before = 0;

    if (!h->sealed)
        bytes += h->columns * sizeof(int64_t) + 2 * ((h->columns + 7u) / 8) + (uint64_t)h->log_size;
    if (bytes != size || h->columns > KM_ROW_MAX || h->rows == 0 || h->rows > KM_BLOCK_ROWS ||
        h->limit > KM_BLOCK_ROWS || h->first < 0 || h->first > h->last ||
        h->last >= INT64_C(1) << 48 || h->sealed > 1)
        return false;
    if (h->sealed ? h->frame_rows != h->rows || h->log_size : h->frame_rows >= h->rows)
        return false;
    if ((h->frame_rows > 0) != (h->frame_size > 0) || h->last_record > h->log_size)
        return false;
    for (unsigned i = 0; i < h->columns; i++, before = id) {
        memcpy(&id, metric + i * sizeof(id), sizeof(id));
        if (i > 0 && id <= before)
            return false;
    }
    return true;
}

static struct km_block *load_sealed(const struct head *h, const uint8_t *bytes, size_t size)
{
    struct km_block *b = malloc(sizeof(*b) + size);

    if (!b)
        return NULL;
    *b = (struct km_block){.sealed = true};
    memcpy(b->memory, bytes, size);
    b->columns = h->columns;
    return b;
}

static struct km_block *load_open(const struct head *h, const uint8_t *bytes)
{
    struct km_block *b = km_block_make(h->columns);
    struct km_open *open;

    if (!b)
        return NULL;
    open = km_block_open(b);
    memcpy(km_block_metric(b), bytes, h->columns * sizeof(uint16_t));
    bytes += h->columns * sizeof(uint16_t);
    if (h->frame_size) {
        open->frame = malloc(h->frame_size);
        if (!open->frame) {
            km_block_free(b);
            return NULL;
        }
        memcpy(open->frame, bytes, h->frame_size);
        bytes += h->frame_size;
    }
    memcpy(km_block_value(b), bytes, h->columns * sizeof(int64_t));
    bytes += h->columns * sizeof(int64_t);
    memcpy(km_block_present(b), bytes, 2 * km_block_bitmap(b));
    bytes += 2 * km_block_bitmap(b);
    if (h->log_size && km_block_log_add(b, bytes, h->log_size) < 0) {
        km_block_free(b);
        return NULL;
    }
    open->last_record = h->last_record;
    return b;
}

int km_block_load(const uint8_t *bytes, size_t size, struct km_block **ret_block)
{
    struct km_block *b;
    struct head h;

    if (size < sizeof(h))
        return -EBADMSG;
    memcpy(&h, bytes, sizeof(h));
    bytes += sizeof(h);
    size -= sizeof(h);
    if (!is_sound(&h, bytes, size))
        return -EBADMSG;
    b = h.sealed ? load_sealed(&h, bytes, size) : load_open(&h, bytes);
    if (!b)
        return -ENOMEM;
    b->first = h.first;
    b->last = h.last;
    b->samples = h.samples;
    b->frame_size = h.frame_size;
    b->rows = h.rows;
    b->frame_rows = h.frame_rows;
    b->limit = h.limit;
    *ret_block = b;
    return 0;
}
