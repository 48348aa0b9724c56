/* SPDX-License-Identifier: Apache-2.0 */
#include "window_query.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "clean.h"
#include "listing.h"
#include "sparkline.h"

#define TREND_WIDTH 40

int km_window_get(struct km_fetch *f, const struct km_subject *subject, const char *name_space,
                  const char *name, int64_t window_ms, int64_t step_ms, yyjson_doc **ret_doc)
{
    km_auto_buf struct km_buf path = KM_BUF_INIT;

    km_object_path(&path, subject, name_space, name);
    km_buf_printf(&path, "?window=%lld", (long long)((window_ms + 999) / 1000));
    if (step_ms)
        km_buf_printf(&path, "&step=%lld", (long long)((step_ms + 999) / 1000));
    if (!km_buf_str(&path))
        return km_fetch_fail(f, -ENOMEM, "memory ran out");
    return km_fetch_get(f, path.data, ret_doc);
}

int km_window_step(struct km_fetch *f, int64_t window_ms, int64_t rows, int64_t *ret_step_ms)
{
    int64_t interval = 0;
    yyjson_doc *doc;
    int r = km_fetch_get(f, "/api/status", &doc);

    if (r < 0)
        return r;
    interval = yyjson_get_sint(yyjson_obj_get(yyjson_doc_get_root(doc), "interval_ms"));
    yyjson_doc_free(doc);
    /* Steps are whole seconds: an interval of 1500 ms is taken twice. */
    if (interval < 1)
        interval = 5000;
    while (interval % 1000 && interval < 1000000)
        interval *= interval % 500 == 0 ? 2 : 10;
    *ret_step_ms = window_ms / rows / interval * interval;
    if (*ret_step_ms < interval)
        *ret_step_ms = interval;
    return 0;
}

struct course {
    double *values; /* in time order, NaN for gaps */
    double least, sum, most, last;
    size_t known;
};

/* Reads a column over all rows. values has room for them. */
static void read_course(const struct km_rows *rows, size_t column, struct course *c)
{
    c->last = c->least = c->most = NAN;
    c->sum = 0;
    c->known = 0;
    for (size_t i = 0; i < rows->count; i++) {
        double value = km_rows_value(rows, i, column)->number;

        c->values[i] = value;
        if (isnan(value))
            continue;
        c->least = c->known && c->least < value ? c->least : value;
        c->most = c->known && c->most > value ? c->most : value;
        c->last = value;
        c->sum += value;
        c->known++;
    }
}

/*
 * Where the picture of a course begins and ends: a percentage from 0 to 100, the rest from least to
 * most. What stays within a tenth is flat: the picture does not make mountains of noise.
 */
static void scale_of(const struct km_column *column, const struct course *c, double *ret_low,
                     double *ret_high)
{
    double flat = c->most / 10, middle = (c->least + c->most) / 2;

    if (column->unit == KM_UNIT_PERCENT) {
        *ret_low = 0;
        *ret_high = 100;
    } else if (c->most - c->least < flat) {
        *ret_low = middle - flat / 2;
        *ret_high = middle + flat / 2;
    } else {
        *ret_low = c->least;
        *ret_high = c->most;
    }
}

void km_trend_table(const struct km_rows *rows, size_t width, bool utf8, struct km_table *table)
{
    km_auto_free double *values = calloc(rows->count + 1, sizeof(*values));
    struct course c = {.values = values};

    if (!values) {
        table->failed = true;
        return;
    }
    km_table_column(table, "", false);
    km_table_column(table, "LAST", true);
    km_table_column(table, "MIN", true);
    km_table_column(table, "AVG", true);
    km_table_column(table, "MAX", true);
    km_table_column(table, "TREND", false);
    for (size_t i = 0; i < rows->n_columns; i++) {
        const struct km_column *column = &rows->columns[i];
        km_auto_buf struct km_buf line = KM_BUF_INIT;
        char text[KM_UNIT_TEXT];
        double low, high;

        if (!km_unit_is_number(column->unit) || column->show != KM_SHOW_ALWAYS)
            continue;
        read_course(rows, i, &c);
        if (c.known == 0)
            continue;
        km_table_cell(table, column->title, KM_TONE_HEAD);
        const double figures[] = {c.last, c.least, c.sum / (double)c.known, c.most};
        for (size_t k = 0; k < 4; k++) {
            km_unit_format(column->unit, figures[k], text);
            km_table_cell(table, text, KM_TONE_PLAIN);
        }
        scale_of(column, &c, &low, &high);
        km_sparkline(&line, values, rows->count, rows->count < width ? rows->count : width, low,
                     high, utf8);
        km_table_cell(table, line.failed ? "" : km_buf_str(&line), KM_TONE_PLAIN);
    }
}

static int write_trends(const struct km_cli *cli, const struct km_rows *rows)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_table table = {0};
    bool failed;

    km_trend_table(rows, TREND_WIDTH, cli->utf8, &table);
    km_buf_putc(&out, '\n');
    km_table_write(&table, &out, true, cli->colours);
    failed = table.failed || out.failed;
    km_table_done(&table);
    if (failed)
        return km_fetch_fail(cli->fetch, -ENOMEM, "memory ran out");
    fwrite(out.data, 1, out.len, cli->out);
    return 0;
}

int km_window_write(const struct km_cli *cli, const struct km_subject *subject, yyjson_val *answer)
{
    struct km_rows rows;
    yyjson_val *row;
    size_t i, n;
    int r = 0;

    if (cli->settings.output == KM_OUTPUT_JSON || cli->settings.output == KM_OUTPUT_YAML) {
        struct km_object_writer *writer = km_cli_writer(cli);

        r = writer ? writer->item(writer, answer) : -ENOMEM;
        if (writer)
            writer->free(writer);
        return r < 0 ? km_fetch_fail(cli->fetch, r, "cannot write the answer") : 0;
    }
    km_rows_init(&rows,
                 subject == &km_subject_node ? km_columns_node_window : km_columns_pod_window);
    yyjson_arr_foreach(yyjson_obj_get(answer, "items"), i, n, row)
    {
        if (r == 0)
            r = km_rows_add(&rows, row);
    }
    if (r == 0)
        r = km_cli_sort(cli, &rows);
    if (r == 0)
        r = km_cli_write_rows(cli, &rows, false);
    if (r == 0 && km_cli_wants_table(cli) && rows.count > 0)
        r = write_trends(cli, &rows);
    km_rows_done(&rows);
    return r;
}
