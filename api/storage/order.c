/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAF 128 /* entities; moving half of them costs less than comparing a few names */

struct km_leaf {
    unsigned count;
    struct km_entity *entity[LEAF];
};

/* What an entity, or a place between two, is ordered by. */
struct place {
    const char *part[KM_NAME_PARTS];
    uint64_t slot;
};

void km_order_name(enum km_entity_kind kind, const struct km_facts *facts,
                   const char *ret_part[KM_NAME_PARTS])
{
    static const uint8_t names[KM_ENTITY_KINDS][KM_NAME_PARTS] = {
        [KM_ENTITY_NODE] = {KM_FACT_NODE, KM_FACT_COUNT, KM_FACT_COUNT},
        [KM_ENTITY_POD] = {KM_FACT_NAMESPACE, KM_FACT_POD, KM_FACT_COUNT},
        [KM_ENTITY_CONTAINER] = {KM_FACT_NAMESPACE, KM_FACT_POD, KM_FACT_CONTAINER},
    };

    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        uint8_t fact = names[kind][i];
        const char *text = fact == KM_FACT_COUNT ? NULL : facts->text[fact];

        ret_part[i] = text ? text : "";
    }
}

bool km_order_renames(const struct km_entity *entity, const struct km_facts *said)
{
    const char *ours[KM_NAME_PARTS], *theirs[KM_NAME_PARTS];

    km_order_name(entity->kind, &entity->facts, ours);
    km_order_name(entity->kind, said, theirs);
    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        if (*theirs[i] && strcmp(ours[i], theirs[i]) != 0)
            return true;
    }
    return false;
}

static struct place place_of(const struct km_entity *e)
{
    struct place place = {.slot = e->slot};

    km_order_name(e->kind, &e->facts, place.part);
    return place;
}

static int compare_names(const struct place *a, const struct place *b)
{
    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        int r = a->part[i] == b->part[i] ? 0 : strcmp(a->part[i], b->part[i]);

        if (r != 0)
            return r;
    }
    return 0;
}

static int compare(const struct place *a, const struct km_entity *e)
{
    struct place b = place_of(e);
    int r = compare_names(a, &b);

    return r ? r : (a->slot > b.slot) - (a->slot < b.slot);
}

/* A container without a name yet is known by its id alone: nobody else is called so. */
static bool same_name(const struct km_entity *a, const struct km_entity *b)
{
    struct place x = place_of(a), y = place_of(b);

    return compare_names(&x, &y) == 0 &&
           (a->kind != KM_ENTITY_CONTAINER || a->facts.text[KM_FACT_CONTAINER]);
}

void km_order_init(struct km_order *order)
{
    *order = (struct km_order){0};
    pthread_mutex_init(&order->lock, NULL);
}

void km_order_done(struct km_order *order)
{
    for (size_t i = 0; i < order->n_leaves; i++)
        free(order->leaves[i]);
    free(order->leaves);
    pthread_mutex_destroy(&order->lock);
}

/* The leaf where a place is: the last one that does not begin behind it. */
static size_t find_leaf(const struct km_order *o, const struct place *place)
{
    size_t low = 0, high = o->n_leaves;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (compare(place, o->leaves[middle]->entity[0]) < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low > 0 ? low - 1 : 0;
}

/* How many in the leaf stand before the place. */
static unsigned find_in_leaf(const struct km_leaf *leaf, const struct place *place)
{
    unsigned low = 0, high = leaf->count;

    while (low < high) {
        unsigned middle = (low + high) / 2;

        if (compare(place, leaf->entity[middle]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* An empty leaf at a place among the leaves; the bytes it takes are added. NULL: no memory. */
static struct km_leaf *add_leaf(struct km_order *o, size_t at, size_t *bytes)
{
    struct km_leaf *leaf;

    if (o->n_leaves == o->room) {
        size_t room = o->room ? o->room * 2 : 8;
        struct km_leaf **leaves = realloc(o->leaves, room * sizeof(struct km_leaf *));

        if (!leaves)
            return NULL;
        *bytes += (room - o->room) * sizeof(struct km_leaf *);
        o->leaves = leaves;
        o->room = room;
    }
    leaf = malloc(sizeof(*leaf));
    if (!leaf)
        return NULL;
    *bytes += sizeof(*leaf);
    leaf->count = 0;
    memmove(o->leaves + at + 1, o->leaves + at, (o->n_leaves - at) * sizeof(struct km_leaf *));
    o->leaves[at] = leaf;
    o->n_leaves++;
    return leaf;
}

static void drop_leaf(struct km_order *o, size_t at)
{
    free(o->leaves[at]);
    o->n_leaves--;
    memmove(o->leaves + at, o->leaves + at + 1, (o->n_leaves - at) * sizeof(struct km_leaf *));
}

/* Who has a name that others have too is looked at more closely by lists: see list.c. */
static void mark_twins(const struct km_order *o, size_t l, unsigned i)
{
    struct km_entity *e = o->leaves[l]->entity[i], *other[2] = {NULL, NULL};

    if (i > 0)
        other[0] = o->leaves[l]->entity[i - 1];
    else if (l > 0)
        other[0] = o->leaves[l - 1]->entity[o->leaves[l - 1]->count - 1];
    if (i + 1 < o->leaves[l]->count)
        other[1] = o->leaves[l]->entity[i + 1];
    else if (l + 1 < o->n_leaves)
        other[1] = o->leaves[l + 1]->entity[0];
    for (int k = 0; k < 2; k++) {
        if (!other[k] || !same_name(other[k], e))
            continue;
        atomic_store_explicit(&other[k]->has_twin, true, memory_order_relaxed);
        atomic_store_explicit(&e->has_twin, true, memory_order_relaxed);
    }
}

static int add(struct km_order *o, struct km_entity *entity, size_t *bytes)
{
    struct place place = place_of(entity);
    size_t l = find_leaf(o, &place);
    struct km_leaf *leaf = o->n_leaves ? o->leaves[l] : add_leaf(o, 0, bytes);
    unsigned i;

    if (!leaf)
        return -ENOMEM;
    if (leaf->count == LEAF) {
        struct km_leaf *right = add_leaf(o, l + 1, bytes);
        /* Names that come in their order fill each leaf before the next. */
        unsigned keep = l + 2 == o->n_leaves ? LEAF - 1 : LEAF / 2;

        if (!right)
            return -ENOMEM;
        right->count = LEAF - keep;
        memcpy(right->entity, leaf->entity + keep, right->count * sizeof(struct km_entity *));
        leaf->count = keep;
        if (compare(&place, right->entity[0]) > 0) {
            leaf = right;
            l++;
        }
    }
    i = find_in_leaf(leaf, &place);
    memmove(leaf->entity + i + 1, leaf->entity + i, (leaf->count - i) * sizeof(struct km_entity *));
    leaf->entity[i] = entity;
    leaf->count++;
    entity->ordered = true;
    mark_twins(o, l, i);
    return 0;
}

int km_order_add(struct km_order *order, struct km_entity *entity, size_t *ret_bytes)
{
    size_t bytes = 0;
    int r;

    pthread_mutex_lock(&order->lock);
    r = add(order, entity, &bytes);
    pthread_mutex_unlock(&order->lock);
    *ret_bytes = bytes;
    return r;
}

/* Puts the leaf behind l into l where both together leave room for as many again. */
static size_t join(struct km_order *o, size_t l)
{
    struct km_leaf *left, *right;

    if (l + 1 >= o->n_leaves)
        return 0;
    left = o->leaves[l];
    right = o->leaves[l + 1];
    if (left->count + right->count > LEAF / 2)
        return 0;
    memcpy(left->entity + left->count, right->entity, right->count * sizeof(struct km_entity *));
    left->count += right->count;
    drop_leaf(o, l + 1);
    return sizeof(*left);
}

static size_t take_out(struct km_order *o, struct km_entity *entity)
{
    struct place place = place_of(entity);
    size_t l = find_leaf(o, &place), bytes;
    struct km_leaf *leaf = o->leaves[l];
    unsigned i = find_in_leaf(leaf, &place);

    entity->ordered = false;
    leaf->count--;
    memmove(leaf->entity + i, leaf->entity + i + 1, (leaf->count - i) * sizeof(struct km_entity *));
    if (leaf->count == 0) {
        drop_leaf(o, l);
        return sizeof(*leaf);
    }
    bytes = join(o, l);
    return bytes || l == 0 ? bytes : join(o, l - 1);
}

size_t km_order_remove(struct km_order *order, struct km_entity *entity)
{
    size_t bytes;

    if (!entity->ordered)
        return 0;
    pthread_mutex_lock(&order->lock);
    bytes = take_out(order, entity);
    pthread_mutex_unlock(&order->lock);
    return bytes;
}

static bool begins_with(const struct km_entity *e, const char *const fixed[KM_NAME_PARTS])
{
    struct place place = place_of(e);

    for (unsigned i = 0; i < KM_NAME_PARTS && fixed[i]; i++) {
        if (strcmp(place.part[i], fixed[i]) != 0)
            return false;
    }
    return true;
}

/* Where reading goes on: behind the cursor, but not before the first name with the fixed parts. */
static struct place next_place(const char *const fixed[KM_NAME_PARTS],
                               const struct km_cursor *cursor)
{
    struct place first = {{"", "", ""}, 0}, next = {{"", "", ""}, (uint64_t)cursor->slot + 1};

    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        if (fixed[i])
            first.part[i] = fixed[i];
        next.part[i] = cursor->part[i];
    }
    return cursor->begun && compare_names(&next, &first) >= 0 ? next : first;
}

/* A longer part than there is room for ends with a byte that no text has: behind all like it. */
static void set_cursor(struct km_cursor *cursor, const struct km_entity *e)
{
    struct place place = place_of(e);

    for (unsigned i = 0; i < KM_NAME_PARTS; i++) {
        size_t len = strnlen(place.part[i], KM_CURSOR_PART);

        memcpy(cursor->part[i], place.part[i], len < KM_CURSOR_PART ? len + 1 : len);
        if (len == KM_CURSOR_PART)
            memcpy(cursor->part[i] + KM_CURSOR_PART - 2, "\xff", 2);
    }
    cursor->slot = e->slot;
    cursor->begun = true;
}

/* Leaves those out that share the last one's name: it may be borne by more than are here. */
static size_t whole_names(const struct km_order_piece *piece)
{
    size_t end = piece->count - 1;

    while (end > 0 && piece->same[end])
        end--;
    return end > 0 ? end : piece->count;
}

static void read_piece(const struct km_order *o, const char *const fixed[KM_NAME_PARTS],
                       struct km_cursor *cursor, struct km_order_piece *piece)
{
    struct place place = next_place(fixed, cursor);
    const struct km_entity *read[KM_ORDER_PIECE];
    size_t l = find_leaf(o, &place);
    unsigned i = o->n_leaves ? find_in_leaf(o->leaves[l], &place) : 0;
    const struct km_entity *e = NULL;

    for (; l < o->n_leaves; l++, i = 0) {
        for (; i < o->leaves[l]->count; i++) {
            e = o->leaves[l]->entity[i];
            if (piece->count == KM_ORDER_PIECE || !begins_with(e, fixed))
                goto end;
            read[piece->count] = e;
            piece->ref[piece->count] = (struct km_ref){e->slot, e->generation};
            piece->same[piece->count] = piece->count > 0 &&
                                        atomic_load_explicit(&e->has_twin, memory_order_relaxed) &&
                                        same_name(read[piece->count - 1], e);
            piece->count++;
        }
    }
end:
    if (piece->count == 0)
        return;
    if (piece->count == KM_ORDER_PIECE && l < o->n_leaves && same_name(read[piece->count - 1], e))
        piece->count = whole_names(piece);
    set_cursor(cursor, read[piece->count - 1]);
}

void km_order_next(struct km_order *order, const char *const fixed[KM_NAME_PARTS],
                   struct km_cursor *cursor, struct km_order_piece *ret_piece)
{
    static const char *const none[KM_NAME_PARTS];

    ret_piece->count = 0;
    pthread_mutex_lock(&order->lock);
    read_piece(order, fixed ? fixed : none, cursor, ret_piece);
    pthread_mutex_unlock(&order->lock);
}
