/* SPDX-License-Identifier: Apache-2.0 */
#include "entity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The facts that make an identity, by what is known: ended by KM_FACT_COUNT. */
static const uint8_t *identity(enum km_entity_kind kind, const struct km_facts *facts)
{
    static const uint8_t node[] = {KM_FACT_NODE, KM_FACT_BOOT_ID, KM_FACT_COUNT};
    static const uint8_t pod[] = {KM_FACT_NODE, KM_FACT_UID, KM_FACT_COUNT};
    static const uint8_t named_pod[] = {KM_FACT_NODE, KM_FACT_NAMESPACE, KM_FACT_POD,
                                        KM_FACT_COUNT};
    static const uint8_t container[] = {KM_FACT_NODE, KM_FACT_CONTAINER_ID, KM_FACT_COUNT};
    static const uint8_t named_container[] = {KM_FACT_NODE, KM_FACT_UID,       KM_FACT_NAMESPACE,
                                              KM_FACT_POD,  KM_FACT_CONTAINER, KM_FACT_COUNT};

    switch (kind) {
    case KM_ENTITY_NODE:
        return node;
    case KM_ENTITY_POD:
        return facts->text[KM_FACT_UID] ? pod : named_pod;
    default:
        return facts->text[KM_FACT_CONTAINER_ID] ? container : named_container;
    }
}

uint64_t km_entity_key(enum km_entity_kind kind, const struct km_facts *facts)
{
    uint64_t key = km_hash(KM_HASH_SEED, &kind, sizeof(kind));

    for (const uint8_t *f = identity(kind, facts); *f != KM_FACT_COUNT; f++) {
        const char *text = facts->text[*f] ? facts->text[*f] : "";

        key = km_hash(key, f, 1);
        key = km_hash(key, text, strlen(text) + 1);
    }
    return key;
}

bool km_entity_is(const struct km_entity *entity, enum km_entity_kind kind,
                  const struct km_facts *facts)
{
    const uint8_t *f = identity(kind, facts);

    if (entity->kind != kind || identity(kind, &entity->facts) != f)
        return false;
    for (; *f != KM_FACT_COUNT; f++) {
        const char *ours = entity->facts.text[*f], *theirs = facts->text[*f];

        if (strcmp(ours ? ours : "", theirs ? theirs : "") != 0)
            return false;
    }
    return true;
}

/* The blocks have changed. */
static void note_newest(struct km_entity *entity)
{
    entity->newest_ms = entity->n_blocks ? km_block_last(entity->blocks[entity->n_blocks - 1]) : 0;
}

/* Makes room for one more block in the list. */
static int list_room(struct km_entity *entity, size_t *bytes)
{
    struct km_block **list;
    uint32_t room;

    if (entity->n_blocks < entity->room_blocks)
        return 0;
    room = entity->room_blocks ? entity->room_blocks * 2 : 2;
    list = realloc(entity->blocks, room * sizeof(*list));
    if (!list)
        return -ENOMEM;
    *bytes += (room - entity->room_blocks) * sizeof(*list);
    entity->blocks = list;
    entity->room_blocks = room;
    return 0;
}

static void list_add(struct km_entity *entity, size_t place, struct km_block *block, size_t *bytes)
{
    memmove(entity->blocks + place + 1, entity->blocks + place,
            (entity->n_blocks - place) * sizeof(struct km_block *));
    entity->blocks[place] = block;
    entity->n_blocks++;
    *bytes += km_block_size(block);
}

static int insert_at(struct km_entity *entity, size_t place, const struct km_row *row,
                     size_t *bytes)
{
    size_t before = km_block_size(entity->blocks[place]);
    int r = km_block_insert(&entity->blocks[place], row);

    *bytes += km_block_size(entity->blocks[place]) - before;
    return r;
}

/*
 * Packs the block before the newest one for good. Not before the newest has two rows: until then
 * the row before last, which lists look at, is the one that lies unpacked in the older block.
 */
static void seal_older(struct km_entity *entity, size_t *bytes)
{
    struct km_block **older;
    size_t before;

    if (entity->n_blocks < 2 || km_block_rows(entity->blocks[entity->n_blocks - 1]) != 2)
        return;
    older = &entity->blocks[entity->n_blocks - 2];
    before = km_block_size(*older);
    /* Without memory for it the block stays as it is, only larger. */
    (void)km_block_seal(older);
    *bytes += km_block_size(*older) - before;
}

/* A new block behind place (or the first of all) that holds just row. */
static int insert_new(struct km_entity *entity, size_t place, const struct km_row *row,
                      size_t *bytes)
{
    unsigned half = KM_BLOCK_ROWS / 2;
    unsigned limit = entity->n_blocks == 0 ? half + (unsigned)(entity->key % half) : 2 * half;
    struct km_block *block;

    if (list_room(entity, bytes) < 0)
        return -ENOMEM;
    block = km_block_new(row, limit);
    if (!block)
        return -ENOMEM;
    list_add(entity, place, block, bytes);
    return 0;
}

static int insert(struct km_entity *entity, const struct km_row *row, size_t *bytes)
{
    size_t place = entity->n_blocks;
    struct km_block *newer;
    size_t before;
    int r;

    /* The newest block that begins at or before the row; a row before all goes into the first. */
    while (place > 0 && km_block_first(entity->blocks[place - 1]) > row->time_ms)
        place--;
    if (entity->n_blocks == 0)
        return insert_new(entity, 0, row, bytes);
    if (place > 0)
        place--;
    r = insert_at(entity, place, row, bytes);
    if (r == 0)
        seal_older(entity, bytes);
    if (r != -ENOSPC)
        return r;
    if (row->time_ms > km_block_last(entity->blocks[place]))
        return insert_new(entity, place + 1, row, bytes);
    if (list_room(entity, bytes) < 0)
        return -ENOMEM;
    before = km_block_size(entity->blocks[place]);
    r = km_block_split(&entity->blocks[place], &newer);
    if (r < 0)
        return r;
    *bytes += km_block_size(entity->blocks[place]) - before;
    list_add(entity, place + 1, newer, bytes);
    if (row->time_ms > km_block_first(newer))
        place++;
    return insert_at(entity, place, row, bytes);
}

int km_entity_insert(struct km_entity *entity, const struct km_row *row, size_t *bytes)
{
    int r = insert(entity, row, bytes);

    note_newest(entity);
    return r;
}

int km_entity_add_block(struct km_entity *entity, struct km_block *block, size_t *bytes)
{
    size_t place = entity->n_blocks;

    while (place > 0 && km_block_first(entity->blocks[place - 1]) > km_block_first(block))
        place--;
    if (place > 0 && km_block_last(entity->blocks[place - 1]) >= km_block_first(block))
        return -EEXIST;
    if (place < entity->n_blocks && km_block_first(entity->blocks[place]) <= km_block_last(block))
        return -EEXIST;
    if (list_room(entity, bytes) < 0)
        return -ENOMEM;
    list_add(entity, place, block, bytes);
    note_newest(entity);
    return 0;
}

void km_entity_drop_oldest(struct km_entity *entity, size_t *bytes)
{
    *bytes -= km_block_size(entity->blocks[0]);
    km_block_free(entity->blocks[0]);
    entity->n_blocks--;
    memmove(entity->blocks, entity->blocks + 1, entity->n_blocks * sizeof(struct km_block *));
    note_newest(entity);
}

int km_entity_previous(const struct km_entity *entity, struct km_row *ret_row)
{
    int r = km_block_previous(entity->blocks[entity->n_blocks - 1], ret_row);

    if (r == -ENOENT && entity->n_blocks > 1)
        return km_block_newest(entity->blocks[entity->n_blocks - 2], ret_row);
    return r;
}
