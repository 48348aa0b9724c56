/* SPDX-License-Identifier: Apache-2.0 */
/* The log of an open block: cells of one size in a row. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "block_inside.h"

#define CELL sizeof(((struct km_cell *)0)->bytes)

static void free_cells(struct km_cell *cell)
{
    while (cell) {
        struct km_cell *next = cell->next;

        free(cell);
        cell = next;
    }
}

void km_block_log_clear(struct km_block *b)
{
    struct km_open *o = km_block_open(b);

    free_cells(o->cells);
    o->cells = o->last_cell = o->record_cell = NULL;
    o->log_size = o->last_record = 0;
}

size_t km_block_log_heap(const struct km_block *b)
{
    return (km_block_open(b)->log_size + CELL - 1) / CELL * km_heap_size(sizeof(struct km_cell));
}

const uint8_t *km_block_log(const struct km_block *b, size_t from, uint8_t *room, size_t size,
                            uint8_t **ret_more)
{
    const struct km_open *o = km_block_open(b);
    const struct km_cell *cell = o->cells;
    size_t left = o->log_size - from, done = 0;
    uint8_t *to = room;

    *ret_more = NULL;
    if (b->copied)
        return o->frame + b->frame_size + from;
    if (left > size)
        to = *ret_more = malloc(left);
    if (!to)
        return NULL;
    /* The newest record is what is asked for most. */
    if (from >= o->last_record && o->record_cell) {
        cell = o->record_cell;
        from -= o->last_record / CELL * CELL;
    }
    for (; from >= CELL; from -= CELL)
        cell = cell->next;
    for (; done < left; cell = cell->next, from = 0) {
        size_t part = CELL - from < left - done ? CELL - from : left - done;

        memcpy(to + done, cell->bytes + from, part);
        done += part;
    }
    return to;
}

/* A chain of cells for `count` cells; NULL when memory runs out. */
static struct km_cell *make_cells(size_t count)
{
    struct km_cell *first = NULL;

    while (count-- > 0) {
        struct km_cell *cell = malloc(sizeof(*cell));

        if (!cell) {
            free_cells(first);
            return NULL;
        }
        cell->next = first;
        first = cell;
    }
    return first;
}

int km_block_log_add(struct km_block *b, const uint8_t *bytes, size_t size)
{
    struct km_open *o = km_block_open(b);
    size_t has = (o->log_size + CELL - 1) / CELL, needs = (o->log_size + size + CELL - 1) / CELL;
    size_t used = o->log_size - (has > 0 ? (has - 1) * CELL : 0);
    struct km_cell *more = NULL;

    if (needs > has && !(more = make_cells(needs - has)))
        return -ENOMEM;
    if (o->last_cell)
        o->last_cell->next = more;
    else
        o->cells = o->last_cell = more;
    o->last_record = o->log_size;
    o->record_cell = used == CELL ? more : o->last_cell;
    o->log_size += (uint32_t)size;
    while (size > 0) {
        size_t part = CELL - used < size ? CELL - used : size;

        memcpy(o->last_cell->bytes + used, bytes, part);
        bytes += part;
        size -= part;
        used += part;
        if (size > 0) {
            o->last_cell = o->last_cell->next;
            used = 0;
        }
    }
    return 0;
}
