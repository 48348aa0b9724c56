/* SPDX-License-Identifier: Apache-2.0 */
#include "window_csv.h"

#include <math.h>
#include <stdio.h>

#include "json_write.h"
#include "time_format.h"

bool km_window_column_name(const struct km_grid_column *column, char *text, size_t size)
{
    const struct km_metric_info *info;

    if (column->metric >= KM_METRIC_COUNT)
        return false;
    info = &km_metrics[column->metric];
    snprintf(text, size, "%s%s%s", km_groups[info->group].name,
             info->group == KM_GROUP_TOP ? "" : ".",
             column->kind == KM_COLUMN_RATE ? info->rate_key : info->key);
    return true;
}

static void header(struct km_buf *out, const struct km_grid *grid, const char *prefix)
{
    char name[128];

    for (size_t i = 0; i < grid->n_columns; i++) {
        if (km_window_column_name(&grid->columns[i], name, sizeof(name)))
            km_buf_printf(out, ",%s%s", prefix, name);
    }
}

static void values(struct km_buf *out, const struct km_grid *grid, size_t step, bool max)
{
    char name[128];

    for (size_t i = 0; i < grid->n_columns; i++) {
        const struct km_grid_column *c = &grid->columns[i];
        double value = max ? c->max[step] : c->average[step];
        struct km_json w = {.out = out};

        if (!km_window_column_name(c, name, sizeof(name)))
            continue;
        km_buf_putc(out, ',');
        if (!isnan(value))
            km_json_decimal(&w, value);
    }
}

void km_window_csv(struct km_buf *out, const struct km_grid *grid, const char *count, bool max)
{
    km_buf_puts(out, "timestamp");
    if (count)
        km_buf_printf(out, ",%s", count);
    header(out, grid, "");
    if (max)
        header(out, grid, "max.");
    km_buf_puts(out, "\r\n");
    for (size_t s = 0; s < grid->steps; s++) {
        char time[KM_TIME_TEXT];

        if (grid->entities[s] == 0)
            continue;
        km_time_format(grid->first_ms + (int64_t)s * grid->step_ms, time);
        km_buf_puts(out, time);
        if (count)
            km_buf_printf(out, ",%u", grid->entities[s]);
        values(out, grid, s, false);
        if (max)
            values(out, grid, s, true);
        km_buf_puts(out, "\r\n");
    }
}
