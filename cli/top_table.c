/* SPDX-License-Identifier: Apache-2.0 */
#include "top_table.h"

#include <math.h>
#include <string.h>

#include "sparkline.h"

#define NARROW 70 /* no sparkline on a screen of fewer columns */

static bool is_shown(const struct km_top *top, const struct km_column *column)
{
    const struct km_top_place *p = km_top_place(top);

    return km_column_shown(column, true, !*p->name_space || p->of == &km_subject_node);
}

static void name_cell(struct km_table *table, char *text, size_t width)
{
    size_t columns, len = strlen(text);
    size_t most = width / 3 > 12 ? width / 3 : 12, fit = km_text_fit(text, len, most, &columns);

    if (fit < len && fit > 0)
        memcpy(text + fit - 1, "~", 2); /* names are ASCII; a cut letter becomes "?" */
    km_table_cell(table, text, KM_TONE_PLAIN);
}

static void course_cell(struct km_table *table, const struct km_top_history *history,
                        const char *past, bool utf8)
{
    km_auto_buf struct km_buf line = KM_BUF_INIT;
    double values[KM_TOP_COURSE], high = 0;
    size_t count = km_top_history_get(history, past, values);

    for (size_t i = 0; i < count; i++)
        high = values[i] > high ? values[i] : high;
    km_sparkline(&line, values, count, KM_TOP_COURSE, 0, high, utf8);
    km_table_cell(table, line.failed ? "" : km_buf_str(&line), KM_TONE_PLAIN);
}

void km_top_table(const struct km_top *top, const struct km_top_history *cpu,
                  const struct km_top_history *memory, bool utf8, size_t width,
                  struct km_table *table)
{
    const struct km_rows *rows = top->rows;
    bool by_memory = strcmp(top->sort, "memory") == 0, courses = width >= NARROW;
    int name = km_column_find(rows->columns, "name");

    for (size_t c = 0; c < rows->n_columns; c++) {
        const struct km_column *column = &rows->columns[c];

        if (is_shown(top, column))
            km_table_column(table, column->title, km_unit_is_number(column->unit));
        if ((int)c == name && courses)
            km_table_column(table, by_memory ? "MEMORY TREND" : "CPU TREND", false);
    }
    for (size_t i = 0; i < top->n_lines; i++) {
        char past[KM_TOP_PAST_NAME], text[1024];

        km_top_past_name(top, top->lines[i], past);
        for (size_t c = 0; c < rows->n_columns; c++) {
            const struct km_column *column = &rows->columns[c];
            const union km_value *value = km_rows_value(rows, top->lines[i], c);

            km_value_format(column, value, text, sizeof(text));
            if (is_shown(top, column) && km_unit_is_number(column->unit))
                km_table_cell(table, text, km_value_tone(column, value));
            else if (is_shown(top, column))
                name_cell(table, text, width);
            if ((int)c == name && courses)
                course_cell(table, by_memory ? memory : cpu, past, utf8);
        }
    }
}
