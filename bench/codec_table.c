/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what rows take and how long they need, in our codec and in others, as a Markdown table:
 *
 *     codec_table [FILE]     FILE: lines of "unix ms,entity,metric,value", by time
 *
 * Rows are those of FILE, and of two made-up clusters of which a quarter of the values change.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec_peers.h"

#define BLOCKS  4096
#define COLUMNS 32
#define SECONDS 0.5 /* each figure is measured for so long */

struct block {
    char entity[128];
    struct km_rows rows;
};

/* All rows of one source; a name of column c is known while it is read. */
struct source {
    const char *name;
    struct block *blocks;
    size_t n;
};

static struct block *add_block(struct source *s, const char *entity, unsigned columns)
{
    struct block *b = &s->blocks[s->n++];

    if (s->n > BLOCKS)
        exit(1);
    snprintf(b->entity, sizeof(b->entity), "%s", entity);
    b->rows = (struct km_rows){.columns = columns};
    b->rows.time = calloc(KM_FRAME_ROWS, sizeof(int64_t));
    b->rows.value = calloc((size_t)KM_FRAME_ROWS * COLUMNS, sizeof(int64_t));
    b->rows.present = calloc(COLUMNS, sizeof(struct km_presence));
    return b;
}

static void all_present(struct block *b)
{
    for (unsigned c = 0; c < b->rows.columns; c++)
        b->rows.present[c] = km_presence_first(b->rows.rows);
}

/* --- sources ---------------------------------------------------------------------------------- */

/* The newest block of an entity, with the columns that it had before. */
static struct block *block_of(struct source *s, const char *entity, int64_t time_ms)
{
    struct block *b = NULL;

    for (size_t i = s->n; i-- > 0 && !b;)
        b = strcmp(s->blocks[i].entity, entity) == 0 ? &s->blocks[i] : NULL;
    if (b && b->rows.rows > 0 && b->rows.time[b->rows.rows - 1] == time_ms)
        return b;
    if (!b || b->rows.rows == KM_FRAME_ROWS)
        b = add_block(s, entity, 0);
    b->rows.time[b->rows.rows++] = time_ms;
    return b;
}

static void read_file(struct source *s, const char *path)
{
    FILE *f = fopen(path, "r");
    char line[512], names[64][64];
    unsigned n_names = 0;

    if (!f) {
        fprintf(stderr, "codec_table: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    while (fgets(line, sizeof(line), f)) {
        char *entity = strchr(line, ','), *metric, *value;
        struct block *b;
        unsigned c;

        if (!entity || !(metric = strchr(entity + 1, ',')) || !(value = strchr(metric + 1, ',')))
            continue;
        *entity++ = *metric++ = *value++ = '\0';
        for (c = 0; c < n_names && strcmp(names[c], metric) != 0; c++)
            ;
        if (c == n_names && n_names < COLUMNS)
            snprintf(names[n_names++], sizeof(names[0]), "%s", metric);
        b = block_of(s, entity, strtoll(line, NULL, 10));
        b->rows.value[c * KM_FRAME_ROWS + b->rows.rows - 1] = strtoll(value, NULL, 10);
        km_set_present(&b->rows.present[c], b->rows.rows - 1, true);
        if (c >= b->rows.columns)
            b->rows.columns = c + 1;
    }
    fclose(f);
    /* Columns that an entity does not have go; single values that are missing are rare: zero. */
    for (size_t i = 0; i < s->n; i++) {
        struct km_rows *r = &s->blocks[i].rows;
        unsigned kept = 0;

        for (unsigned c = 0; c < r->columns; c++) {
            if (km_presence_none(&r->present[c]))
                continue;
            memmove(r->value + (size_t)kept++ * KM_FRAME_ROWS, r->value + (size_t)c * KM_FRAME_ROWS,
                    KM_FRAME_ROWS * sizeof(int64_t));
        }
        r->columns = kept;
        all_present(&s->blocks[i]);
    }
}

static uint64_t random_state = 88172645463325252u;

static uint64_t any(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

/*
 * 22 columns of an idle pod: in 1000 ticks, how often each changes, and how. `evenly`: every one
 * with a chance of a quarter.
 */
static void make_cluster(struct source *s, bool evenly)
{
    static const struct {
        int64_t first;
        uint64_t often, most;
        int64_t unit; /* negative: both ways */
    } kind[22] = {
        {90000000, 950, 20000, 1},
        {60000000, 900, 12000, 1},
        {30000000, 850, 8000, 1},
        {150000, 950, 4000, 1},
        {1 << 28, 450, 40, -4096},
        {1 << 27, 400, 40, -4096},
        {1 << 26, 250, 16, -4096},
        {1 << 26, 150, 16, -4096},
        {100000, 200, 300, 1},
        {1 << 24, 100, 3000, 1},
        {1 << 23, 100, 2000, 1},
        {20000, 100, 20, 1},
        {20000, 100, 20, 1},
        {1 << 20, 0, 1, 4096},
        {1 << 22, 50, 8, 4096},
        {200, 0, 1, 1},
        {300, 50, 3, 1},
        {0, 0, 1, 1},
        {0, 0, 1, 1},
        {1 << 29, 0, 1, 1},
        {250, 0, 1, 1},
        {12, 30, 2, -1},
    };

    for (unsigned e = 0; e < 200; e++) {
        struct block *b = add_block(s, "pod", 22);
        int64_t v[22];

        for (unsigned c = 0; c < 22; c++)
            v[c] = kind[c].first + (int64_t)any((uint64_t)kind[c].first + 1) / 4096 * 4096;
        for (unsigned r = 0; r < KM_FRAME_ROWS; r++) {
            b->rows.time[r] = INT64_C(1800000000000) + 5000 * r + (int64_t)any(4);
            for (unsigned c = 0; c < 22; c++) {
                int64_t step = (int64_t)(1 + any(kind[c].most)) * llabs(kind[c].unit);

                if (any(1000) < (evenly ? 250 : kind[c].often))
                    v[c] += kind[c].unit < 0 && any(2) ? -step : step;
                b->rows.value[c * KM_FRAME_ROWS + r] = v[c];
            }
        }
        b->rows.rows = KM_FRAME_ROWS;
        all_present(b);
    }
}

/* --- measuring -------------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint8_t *packed[BLOCKS];
static size_t sizes[BLOCKS];

static size_t pack_all(const struct source *s, const struct peer *p, uint8_t *room, size_t size)
{
    size_t all = 0;

    for (size_t i = 0; i < s->n; i++) {
        sizes[i] = p->pack(&s->blocks[i].rows, room, size);
        free(packed[i]);
        packed[i] = malloc(sizes[i] + 16); /* the peers' readers look 12 bytes ahead */
        memcpy(packed[i], room, sizes[i]);
        all += sizes[i];
    }
    return all;
}

static void unpack_all(const struct source *s, const struct peer *p, struct block *into, bool check)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct km_rows *want = &s->blocks[i].rows;

        into->rows.rows = want->rows;
        into->rows.columns = want->columns;
        p->unpack(packed[i], sizes[i], &into->rows);
        for (unsigned c = 0; check && c < want->columns; c++) {
            if (memcmp(into->rows.value + (size_t)c * KM_FRAME_ROWS,
                       want->value + (size_t)c * KM_FRAME_ROWS, want->rows * sizeof(int64_t)) != 0)
                fprintf(stderr, "codec_table: %s: column %u comes back different\n", p->name, c);
        }
    }
}

static void measure(const struct source *s, const struct peer *p, uint8_t *room, size_t size)
{
    struct source scratch = {.blocks = calloc(1, sizeof(struct block))};
    struct block *into = add_block(&scratch, "", COLUMNS);
    double samples = 0, encode, decode, begin = now();
    size_t bytes = 0;
    int turns;

    for (size_t i = 0; i < s->n; i++)
        samples += s->blocks[i].rows.rows * (double)s->blocks[i].rows.columns;
    for (turns = 0; now() - begin < SECONDS; turns++)
        bytes = pack_all(s, p, room, size);
    encode = (now() - begin) / turns / samples * 1e9;
    unpack_all(s, p, into, true);
    begin = now();
    for (turns = 0; now() - begin < SECONDS; turns++)
        unpack_all(s, p, into, false);
    decode = (now() - begin) / turns / samples * 1e9;
    printf("| %s | %s | %.3f | %.1f | %.1f |\n", s->name, p->name, (double)bytes / samples, encode,
           decode);
}

static double changed(const struct source *s)
{
    double changes = 0, steps = 0;

    for (size_t i = 0; i < s->n; i++) {
        const struct km_rows *r = &s->blocks[i].rows;

        for (unsigned c = 0; c < r->columns; c++) {
            for (unsigned k = 1; k < r->rows; k++, steps++)
                changes += r->value[c * KM_FRAME_ROWS + k] != r->value[c * KM_FRAME_ROWS + k - 1];
        }
    }
    return 100 * changes / steps;
}

int main(int argc, char **argv)
{
    struct source sources[] = {
        {.name = argc > 1 ? "trace" : NULL},
        {.name = "idle pods, by column"},
        {.name = "idle pods, evenly"},
    };
    size_t room = km_frame_bound(COLUMNS) + 65536;
    uint8_t *to = malloc(room);

    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        sources[i].blocks = calloc(BLOCKS + 1, sizeof(struct block));
        if (i == 0 && argc > 1)
            read_file(&sources[i], argv[1]);
        else if (i > 0)
            make_cluster(&sources[i], i == 2);
        if (sources[i].name)
            fprintf(stderr, "%s: %.1f %% of the values change\n", sources[i].name,
                    changed(&sources[i]));
    }
    printf(
        "| rows | codec | bytes per sample | packing, ns per sample | unpacking, ns per sample |\n"
        "|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        for (const struct peer *p = peers; sources[i].name && p->name; p++)
            measure(&sources[i], p, to, room);
    }
    return 0;
}
