/* SPDX-License-Identifier: Apache-2.0 */
#include "output_csv.h"

#include <math.h>
#include <string.h>

#include "json_write.h"

void km_csv_field(struct km_buf *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        km_buf_puts(out, text);
        return;
    }
    km_buf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            km_buf_putc(out, '"');
        km_buf_putc(out, *text);
    }
    km_buf_putc(out, '"');
}

static void write_value(struct km_buf *out, const struct km_column *column,
                        const union km_value *value)
{
    struct km_json number = {.out = out};

    if (!km_unit_is_number(column->unit))
        km_csv_field(out, value->text ? value->text : "");
    else if (!isnan(value->number))
        km_json_decimal(&number, value->number);
}

void km_csv_write(struct km_buf *out, const struct km_rows *rows, bool titles)
{
    const char *comma = "";

    for (size_t c = 0; titles && c < rows->n_columns; c++) {
        if (rows->columns[c].show == KM_SHOW_NEVER)
            continue;
        km_buf_printf(out, "%s%s", comma, rows->columns[c].key);
        comma = ",";
    }
    if (titles)
        km_buf_putc(out, '\n');
    for (size_t i = 0; i < rows->count; i++) {
        size_t row = rows->order ? rows->order[i] : i;

        comma = "";
        for (size_t c = 0; c < rows->n_columns; c++) {
            if (rows->columns[c].show == KM_SHOW_NEVER)
                continue;
            km_buf_puts(out, comma);
            write_value(out, &rows->columns[c], km_rows_value(rows, row, c));
            comma = ",";
        }
        km_buf_putc(out, '\n');
    }
}
