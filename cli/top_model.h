/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_TOP_MODEL_H
#define KM_CLI_TOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "listing.h"
#include "rows.h"

/*
 * What `top` shows and what a key does to it: no terminal, no network. The lines are the rows that
 * pass the filter, in order.
 */
#define KM_TOP_NAME   256
#define KM_TOP_DEPTH  6    /* nodes > pods of one > containers of one, with room */
#define KM_TOP_ROWS   1000 /* asked for: the greatest by the order; more than anyone scrolls */
#define KM_TOP_FILTER 64

/* A list: all of a subject, or the parts of one object. */
struct km_top_place {
    const struct km_subject *subject; /* what is listed */
    const struct km_subject *of;      /* whose parts they are; NULL: all */
    char name_space[KM_TOP_NAME];     /* "" where it does not matter */
    char name[KM_TOP_NAME];           /* of the object that is taken apart */
};

struct km_top {
    struct km_top_place stack[KM_TOP_DEPTH];
    size_t depth;                 /* the place shown is stack[depth] */
    char name_space[KM_TOP_NAME]; /* of -n; "" for all */
    char sort[32];                /* a word of --sort */
    bool ascending;
    char filter[KM_TOP_FILTER];
    bool typing;          /* the filter is being typed */
    unsigned generation;  /* goes up with the place and the order: older answers do not fit */
    struct km_rows *rows; /* of the place; NULL until they are there */
    uint32_t *lines;      /* rows that pass the filter */
    size_t n_lines;
    size_t selected, first;       /* lines; first is the uppermost on the screen */
    char chosen[2 * KM_TOP_NAME]; /* key of the selected row, which stays selected as rows move */
};

/* Keys beside characters: above all of Unicode. */
enum km_top_key {
    KM_TOP_UP = 0x110000,
    KM_TOP_DOWN,
    KM_TOP_PAGE_UP,
    KM_TOP_PAGE_DOWN,
    KM_TOP_HOME,
    KM_TOP_END,
    KM_TOP_ENTER,
    KM_TOP_BACKSPACE,
    KM_TOP_ESCAPE,
};

enum km_top_effect {
    KM_TOP_NOTHING,
    KM_TOP_REDRAW,
    KM_TOP_FETCH, /* another place or order: ask the server */
    KM_TOP_QUIT,
};

/* Begins with a list. name_space and sort may be NULL: all, and cpu. */
void km_top_init(struct km_top *top, const struct km_subject *subject, const char *name_space,
                 const char *sort);

const struct km_top_place *km_top_place(const struct km_top *top);

/* The question to the server; points into top. */
struct km_list_query km_top_query(const struct km_top *top);

/* Takes new rows of the place (borrowed, sorted here) or NULL; keeps the selected row. */
void km_top_set_rows(struct km_top *top, struct km_rows *rows);

/* What a key does; page is the number of lines that the screen shows. */
enum km_top_effect km_top_press(struct km_top *top, int key, size_t page);

/* Moves `first` so that the selected line is among the page's. */
void km_top_scroll(struct km_top *top, size_t page);

/* What is listed, in words: "pods of node n1". */
void km_top_title(const struct km_top *top, struct km_buf *out);

/* "namespace/name": which row this is, whatever its numbers. */
void km_top_row_key(const struct km_rows *rows, size_t row, char ret_key[2 * KM_TOP_NAME]);

/* The name under which the row's past is kept: as the key, but unlike that of any other list. */
#define KM_TOP_PAST_NAME (5 * KM_TOP_NAME)
void km_top_past_name(const struct km_top *top, size_t row, char ret_name[KM_TOP_PAST_NAME]);

void km_top_done(struct km_top *top);

#endif
