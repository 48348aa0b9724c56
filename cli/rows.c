/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source.h"

#define TEXT_MAX 1024 /* bytes of one cell: names are 253 at most, an owner two of them */

void km_rows_init(struct km_rows *rows, const struct km_column *columns)
{
    *rows = (struct km_rows){.columns = columns, .n_columns = km_column_count(columns)};
}

static double number_of(const struct km_column *column, yyjson_val *object)
{
    double value = km_source_number(object, column->source), whole;

    if (!column->of)
        return value;
    whole = km_source_number(object, column->of);
    return whole > 0 ? 100 * value / whole : NAN;
}

/* True for members of the metric catalogue, false for what is known of the object besides. */
static bool is_measured(const struct km_column *column)
{
    return strchr(column->source, '/') || strcmp(column->source, "cpu_usage") == 0;
}

static int grow(struct km_rows *rows)
{
    size_t room = rows->room ? rows->room * 2 : 64;
    union km_value *values;

    if (rows->count < rows->room)
        return 0;
    values = reallocarray(rows->values, room, rows->n_columns * sizeof(*values));
    if (!values)
        return -ENOMEM;
    rows->values = values;
    rows->room = room;
    return 0;
}

/* The average of a column over the rows of a window; NaN where none has it. */
static double average_of(const struct km_column *column, yyjson_val *window_rows)
{
    double sum = 0, value;
    size_t i, n, known = 0;
    yyjson_val *row;

    yyjson_arr_foreach(window_rows, i, n, row)
    {
        value = number_of(column, row);
        if (isnan(value))
            continue;
        sum += value;
        known++;
    }
    return known ? sum / (double)known : NAN;
}

int km_rows_add_average(struct km_rows *rows, yyjson_val *object, yyjson_val *window_rows)
{
    union km_value *row;

    if (grow(rows) < 0)
        return -ENOMEM;
    row = &rows->values[rows->count * rows->n_columns];
    for (size_t c = 0; c < rows->n_columns; c++) {
        const struct km_column *column = &rows->columns[c];
        char text[TEXT_MAX];

        if (!km_unit_is_number(column->unit)) {
            km_source_text(object, column->source, text, sizeof(text));
            row[c].text = *text ? strdup(text) : NULL;
        } else if (window_rows && is_measured(column)) {
            row[c].number = average_of(column, window_rows);
        } else {
            row[c].number = number_of(column, object);
        }
    }
    rows->count++;
    return 0;
}

int km_rows_add(struct km_rows *rows, yyjson_val *object)
{
    return km_rows_add_average(rows, object, NULL);
}

const union km_value *km_rows_value(const struct km_rows *rows, size_t row, size_t column)
{
    return &rows->values[row * rows->n_columns + column];
}

struct by_column {
    const struct km_rows *rows;
    size_t column;
    bool descending, number;
};

/* -1, 0, 1 of two values that are both known; 2 where a comes last, -2 where b does. */
static int compare_values(const struct by_column *by, const union km_value *a,
                          const union km_value *b)
{
    if (by->number) {
        if (isnan(a->number) || isnan(b->number))
            return isnan(a->number) == isnan(b->number) ? 0 : isnan(a->number) ? 2 : -2;
        return (a->number > b->number) - (a->number < b->number);
    }
    if (!a->text || !b->text)
        return !a->text == !b->text ? 0 : !a->text ? 2 : -2;
    return strcmp(a->text, b->text) < 0 ? -1 : strcmp(a->text, b->text) > 0;
}

static int compare_rows(const void *left, const void *right, void *arg)
{
    const struct by_column *by = arg;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int r = compare_values(by, km_rows_value(by->rows, a, by->column),
                           km_rows_value(by->rows, b, by->column));

    if (r == 0)
        return (a > b) - (a < b);
    return by->descending && (r == 1 || r == -1) ? -r : r;
}

int km_rows_sort(struct km_rows *rows, int column, bool descending)
{
    uint32_t *order = reallocarray(rows->order, rows->count + 1, sizeof(*order));
    struct by_column by = {.rows = rows, .descending = descending};

    if (!order)
        return -ENOMEM;
    rows->order = order;
    for (size_t i = 0; i < rows->count; i++)
        order[i] = (uint32_t)i;
    if (column < 0)
        return 0;
    by.column = (size_t)column;
    by.number = km_unit_is_number(rows->columns[column].unit);
    qsort_r(order, rows->count, sizeof(*order), compare_rows, &by);
    return 0;
}

/* "2026-11-24T00:13:51.123Z" to the second, as a person reads it: "2026-11-24 00:13:51". */
static void format_time(const char *text, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "%.19s", text);
    if (strlen(ret_text) > 10 && ret_text[10] == 'T')
        ret_text[10] = ' ';
}

void km_value_format(const struct km_column *column, const union km_value *value, char *ret_text,
                     size_t size)
{
    char text[KM_UNIT_TEXT];

    if (km_unit_is_number(column->unit)) {
        km_unit_format(column->unit, value->number, text);
        snprintf(ret_text, size, "%s", text);
    } else if (!value->text) {
        snprintf(ret_text, size, "-");
    } else if (column->unit == KM_UNIT_TIME) {
        format_time(value->text, ret_text, size);
    } else {
        snprintf(ret_text, size, "%s", value->text);
    }
}

enum km_tone km_value_tone(const struct km_column *column, const union km_value *value)
{
    if (column->unit == KM_UNIT_PERCENT)
        return value->number >= 90   ? KM_TONE_HOT
               : value->number >= 75 ? KM_TONE_WARM
                                     : KM_TONE_PLAIN;
    if (strcmp(column->key, "stale") == 0 && value->text && strcmp(value->text, "yes") == 0)
        return KM_TONE_HOT;
    return KM_TONE_PLAIN;
}

bool km_column_shown(const struct km_column *column, bool wide, bool all_namespaces)
{
    switch (column->show) {
    case KM_SHOW_ALWAYS:
        return true;
    case KM_SHOW_WIDE:
        return wide;
    case KM_SHOW_ALL:
        return all_namespaces;
    default:
        return false;
    }
}

void km_rows_table(const struct km_rows *rows, bool wide, bool all_namespaces,
                   struct km_table *table)
{
    char text[TEXT_MAX];

    for (size_t c = 0; c < rows->n_columns; c++) {
        if (km_column_shown(&rows->columns[c], wide, all_namespaces))
            km_table_column(table, rows->columns[c].title,
                            km_unit_is_number(rows->columns[c].unit));
    }
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->order ? rows->order[i] : i;

        for (size_t c = 0; c < rows->n_columns; c++) {
            const struct km_column *column = &rows->columns[c];
            const union km_value *value = km_rows_value(rows, row, c);

            if (!km_column_shown(column, wide, all_namespaces))
                continue;
            km_value_format(column, value, text, sizeof(text));
            km_table_cell(table, text, km_value_tone(column, value));
        }
    }
}

void km_rows_done(struct km_rows *rows)
{
    for (size_t i = 0; i < rows->count * rows->n_columns; i++) {
        if (!km_unit_is_number(rows->columns[i % rows->n_columns].unit))
            free(rows->values[i].text);
    }
    free(rows->values);
    free(rows->order);
    *rows = (struct km_rows){0};
}
