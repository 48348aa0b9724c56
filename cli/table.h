/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_TABLE_H
#define KM_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/*
 * Text in columns, each as wide as its widest cell: names to the left, numbers to the right.
 *
 *     struct km_table table = {0};
 *     km_table_column(&table, "NAME", false);
 *     km_table_column(&table, "CPU(cores)", true);
 *     km_table_cell(&table, "web-1", KM_TONE_PLAIN);
 *     km_table_cell(&table, "250m", KM_TONE_HOT);
 *     km_table_write(&table, &out, true, true);
 *     km_table_done(&table);
 *
 * Cells come row by row. Text is from outside: control characters and broken UTF-8 become "?", so
 * no name can move the cursor. Widths are those of the terminal (a CJK letter takes two columns)
 * and follow the locale that the program has set. Where memory runs out the table is marked failed.
 */
#define KM_TABLE_COLUMNS 40
#define KM_TABLE_GAP     3 /* spaces between two columns */

/* How a cell is to be drawn where there are colours. */
enum km_tone { KM_TONE_PLAIN, KM_TONE_HEAD, KM_TONE_DIM, KM_TONE_WARM, KM_TONE_HOT };

struct km_table_cell {
    uint32_t begin, len; /* in text */
    uint16_t width;      /* columns of the terminal */
    uint8_t tone;        /* enum km_tone */
};

struct km_table {
    size_t n_columns;
    const char *title[KM_TABLE_COLUMNS]; /* not copied */
    bool right[KM_TABLE_COLUMNS];
    size_t width[KM_TABLE_COLUMNS];
    struct km_table_cell *cells;
    size_t count, room;
    struct km_buf text;
    bool failed;
};

/* Adds a column; all columns come before the first cell. More than KM_TABLE_COLUMNS are left out.
 */
void km_table_column(struct km_table *t, const char *title, bool right);

/* Adds the next cell of the row; behind the last column a new row begins. */
void km_table_cell(struct km_table *t, const char *text, enum km_tone tone);

/* Rows that are complete. */
size_t km_table_rows(const struct km_table *t);

/* A cell's text (not zero-terminated: cell->len bytes); valid until the next change. */
const char *km_table_text(const struct km_table *t, const struct km_table_cell *cell);

/* Appends titles (where wanted) and rows, in colours for a terminal where wanted. */
void km_table_write(const struct km_table *t, struct km_buf *out, bool titles, bool colours);

void km_table_done(struct km_table *t);

/* Columns of the terminal that text takes, as a table would show it. */
size_t km_text_width(const char *text);

/* How many bytes of text[0..len), which a table has cleaned, fit into `width` columns. */
size_t km_text_fit(const char *text, size_t len, size_t width, size_t *ret_columns);

#endif
