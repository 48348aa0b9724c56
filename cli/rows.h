/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_ROWS_H
#define KM_CLI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "buf.h"
#include "column.h"
#include "table.h"

/*
 * The values of a list's columns: what is left of the server's objects once they are read, so that
 * a list of 150,000 pods fits in memory.
 */
union km_value {
    double number; /* NaN: not known */
    char *text;    /* NULL: not known */
};

struct km_rows {
    const struct km_column *columns;
    size_t n_columns;
    union km_value *values; /* row by row */
    size_t count, room;
    uint32_t *order; /* the rows in the order to show; km_rows_sort() makes it */
};

/* Begins an empty list of columns (not copied). */
void km_rows_init(struct km_rows *rows, const struct km_column *columns);

/* Adds an object of the server. Returns 0 or -ENOMEM. */
int km_rows_add(struct km_rows *rows, yyjson_val *object);

/*
 * Adds an object with what it used over a window: numbers that are measured are the averages of
 * those rows of the window that have them, the rest (names, age, restarts) is the object's.
 */
int km_rows_add_average(struct km_rows *rows, yyjson_val *object, yyjson_val *window_rows);

/* Value of a row as it came, not in order. */
const union km_value *km_rows_value(const struct km_rows *rows, size_t row, size_t column);

/*
 * Orders by a column; column -1 keeps the order in which rows came. What is not known comes last in
 * both directions, equals keep their order. Returns 0 or -ENOMEM.
 */
int km_rows_sort(struct km_rows *rows, int column, bool descending);

/* A value as the table shows it: "-" where not known. */
void km_value_format(const struct km_column *column, const union km_value *value, char *ret_text,
                     size_t size);

/* How a value is to be drawn: a percentage from 75 on is warm, from 90 on hot, stale is hot. */
enum km_tone km_value_tone(const struct km_column *column, const union km_value *value);

/* Which of a subject's columns are wanted. */
bool km_column_shown(const struct km_column *column, bool wide, bool all_namespaces);

/* Adds the rows' columns and cells to a table, in order. */
void km_rows_table(const struct km_rows *rows, bool wide, bool all_namespaces,
                   struct km_table *table);

void km_rows_done(struct km_rows *rows);

#endif
