/* SPDX-License-Identifier: Apache-2.0 */
#include "sums.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "intern.h"

struct km_sum {
    uint64_t hash;
    const char *part[KM_NAME_PARTS]; /* in text */
    uint64_t entities;
    int64_t newest_ms;
    char text[];
};

void km_sums_done(struct km_sums *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->items[i]);
    free(s->items);
    free(s->place);
    free(s->values);
    *s = (struct km_sums){0};
}

static uint64_t hash_of(const char *const part[KM_NAME_PARTS])
{
    uint64_t hash = KM_HASH_SEED;

    for (int i = 0; i < KM_NAME_PARTS; i++)
        hash = km_hash(hash, part[i], strlen(part[i]) + 1);
    return hash;
}

static bool is_called(const struct km_sum *sum, uint64_t hash,
                      const char *const part[KM_NAME_PARTS])
{
    if (sum->hash != hash)
        return false;
    for (int i = KM_NAME_PARTS; i-- > 0;) {
        if (strcmp(sum->part[i], part[i]) != 0)
            return false;
    }
    return true;
}

/* Nothing is known of the item in columns from `first` on. */
static void clear(struct km_sums *s, size_t i, unsigned first)
{
    for (unsigned c = first; c < s->room_columns; c++)
        s->values[i * s->room_columns + c] = (double)NAN;
}

/* Room for so many items of so many columns; what is there keeps its values. */
static int make_room(struct km_sums *s, size_t room, unsigned columns)
{
    double *values = malloc(room * columns * sizeof(*values)), *old = s->values;
    unsigned old_columns = s->room_columns;

    if (!values)
        return -ENOMEM;
    s->values = values;
    s->room_columns = columns;
    for (size_t i = 0; i < s->count; i++) {
        memcpy(values + i * columns, old + i * old_columns, s->n_columns * sizeof(*values));
        clear(s, i, s->n_columns);
    }
    free(old);
    return 0;
}

/* Twice the room, everything laid into the new table. */
static int grow(struct km_sums *s)
{
    size_t room = s->room ? s->room * 2 : 64;
    struct km_sum **items = realloc(s->items, room * sizeof(*items));
    uint32_t *place;

    if (!items)
        return -ENOMEM;
    s->items = items;
    if (make_room(s, room, s->room_columns ? s->room_columns : 16) < 0)
        return -ENOMEM;
    place = calloc(2 * room, sizeof(*place));
    if (!place)
        return -ENOMEM;
    for (size_t i = 0; i < s->count; i++) {
        size_t at = items[i]->hash & (2 * room - 1);

        while (place[at])
            at = (at + 1) & (2 * room - 1);
        place[at] = (uint32_t)i + 1;
    }
    free(s->place);
    s->place = place;
    s->room = room;
    return 0;
}

static struct km_sum *sum_new(uint64_t hash, const char *const part[KM_NAME_PARTS])
{
    size_t size[KM_NAME_PARTS], used = 0;
    struct km_sum *sum;

    for (int i = 0; i < KM_NAME_PARTS; i++)
        used += size[i] = strlen(part[i]) + 1;
    sum = calloc(1, sizeof(*sum) + used);
    if (!sum)
        return NULL;
    sum->hash = hash;
    used = 0;
    for (int i = 0; i < KM_NAME_PARTS; i++) {
        sum->part[i] = memcpy(sum->text + used, part[i], size[i]);
        used += size[i];
    }
    return sum;
}

/* The number of the sum of that name, a new one's if it is not there; -ENOMEM. */
static int64_t find_or_add(struct km_sums *s, const char *const part[KM_NAME_PARTS])
{
    uint64_t hash = hash_of(part);
    size_t at;

    if (s->count == s->room && grow(s) < 0)
        return -ENOMEM;
    at = hash & (2 * s->room - 1);
    for (; s->place[at]; at = (at + 1) & (2 * s->room - 1)) {
        if (is_called(s->items[s->place[at] - 1], hash, part))
            return s->place[at] - 1;
    }
    s->items[s->count] = sum_new(hash, part);
    if (!s->items[s->count])
        return -ENOMEM;
    clear(s, s->count, 0);
    s->place[at] = (uint32_t)++s->count;
    return (int64_t)s->count - 1;
}

static int add_column(struct km_sums *s, uint16_t metric)
{
    if (s->n_columns == s->room_columns && make_room(s, s->room, s->room_columns + 16) < 0)
        return -ENOMEM;
    s->metric[s->n_columns] = metric;
    s->column[metric] = (uint16_t)++s->n_columns;
    return 0;
}

int km_sums_add(struct km_sums *s, const char *const name[KM_NAME_PARTS], const struct km_row *last,
                const struct km_row *previous)
{
    int64_t i = find_or_add(s, name);
    struct km_terms terms;
    const double *values;

    if (i < 0)
        return -ENOMEM;
    values = s->values + (size_t)i * s->room_columns;
    for (unsigned c = 0; c < s->n_columns; c += 8)
        __builtin_prefetch(values + c, 1); /* comes while the terms are worked out */
    s->items[i]->entities++;
    if (last->time_ms > s->items[i]->newest_ms)
        s->items[i]->newest_ms = last->time_ms;
    km_total_terms(last, previous, &terms);
    for (unsigned t = 0; t < terms.count; t++) {
        uint16_t metric = terms.metric[t];
        double *value;

        if (!s->column[metric] && add_column(s, metric) < 0)
            return -ENOMEM;
        value = &s->values[(size_t)i * s->room_columns + s->column[metric] - 1];
        *value = isnan(*value) ? terms.value[t] : *value + terms.value[t];
    }
    return 0;
}

const char *const *km_sums_name(const struct km_sums *s, size_t i)
{
    return s->items[i]->part;
}

void km_sums_total(const struct km_sums *s, size_t i, struct km_total *ret_total)
{
    *ret_total =
        (struct km_total){.entities = s->items[i]->entities, .newest_ms = s->items[i]->newest_ms};
    for (unsigned c = 0; c < s->n_columns; c++) {
        double value = s->values[i * s->room_columns + c];

        if (isnan(value))
            continue;
        ret_total->value[s->metric[c]] = value;
        ret_total->has[s->metric[c]] = true;
    }
}
