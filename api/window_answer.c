/* SPDX-License-Identifier: Apache-2.0 */
#include "window_answer.h"

#include <math.h>
#include <stdlib.h>

#include "answers.h"
#include "api.h"
#include "clean.h"
#include "metric_choice.h"
#include "time_format.h"
#include "total.h"
#include "window.h"
#include "window_csv.h"

/* Places of the words of `format` (routes.c). */
enum { FORMAT_ROWS, FORMAT_COLUMNS, FORMAT_CSV };

/* Rows as they are, in time order; several identities of one name follow each other. */
struct raw_rows {
    struct km_json w;
    const struct km_store *store;
    const struct km_metric_choice *choice;
    int64_t from_ms;
    bool has_before;
    struct km_row before, chosen;
};

static int raw_row(void *arg, const struct km_row *row)
{
    struct raw_rows *r = arg;
    const struct km_row *shown = row;

    if (!r->choice->all) {
        r->chosen = *row;
        km_metric_choice_apply(r->choice, &r->chosen);
        shown = &r->chosen;
    }
    if (row->time_ms >= r->from_ms) {
        km_json_object(&r->w);
        km_json_member_time(&r->w, "timestamp", row->time_ms);
        km_answer_row(&r->w, r->store, shown, r->has_before ? &r->before : NULL);
        km_json_object_end(&r->w);
    }
    r->before = *row;
    r->has_before = true;
    return 0;
}

static void begin(struct km_json *w, int64_t window, int64_t step_ms)
{
    km_json_object(w);
    km_json_member_int(w, "window", window);
    km_json_key(w, "step");
    km_json_decimal(w, (double)step_ms / 1000);
}

static void answer_raw(struct km_call *call, const struct km_ref *refs, size_t n, int64_t window,
                       const struct km_metric_choice *choice, int64_t now_ms)
{
    const struct km_api *api = km_call_api(call);
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    struct raw_rows rows = {.w = {.out = &body},
                            .store = api->store,
                            .choice = choice,
                            .from_ms = now_ms - window * 1000};

    begin(&rows.w, window, api->interval_ms);
    km_json_key(&rows.w, "items");
    km_json_array(&rows.w);
    for (size_t i = 0; i < n; i++) {
        rows.has_before = false;
        km_store_scan(api->store, refs[i], rows.from_ms, now_ms + KM_STORE_FUTURE_MS, raw_row,
                      &rows);
    }
    km_json_array_end(&rows.w);
    km_json_object_end(&rows.w);
    km_answer_json(call, &body);
}

/* One step's values spread by metric, as km_total_groups() wants them. */
static void grid_groups(struct km_json *w, const struct km_grid *grid, size_t step, bool max)
{
    double values[KM_METRIC_COUNT];
    bool has[KM_METRIC_COUNT] = {false};

    for (size_t i = 0; i < grid->n_columns; i++) {
        const struct km_grid_column *c = &grid->columns[i];
        double value = max ? c->max[step] : c->average[step];

        if (c->metric >= KM_METRIC_COUNT || isnan(value))
            continue;
        values[c->metric] = value;
        has[c->metric] = true;
    }
    km_total_groups(w, values, has);
}

static void write_rows(struct km_json *w, const struct km_grid *grid, const char *count, bool max)
{
    km_json_member_array(w, "items");
    for (size_t s = 0; s < grid->steps; s++) {
        if (grid->entities[s] == 0)
            continue;
        km_json_object(w);
        km_json_member_time(w, "timestamp", grid->first_ms + (int64_t)s * grid->step_ms);
        if (count) {
            km_json_member_int(w, count, grid->entities[s]);
        }
        grid_groups(w, grid, s, false);
        if (max) {
            km_json_member_object(w, "max");
            grid_groups(w, grid, s, true);
            km_json_object_end(w);
        }
        km_json_object_end(w);
    }
    km_json_array_end(w);
}

static void write_columns(struct km_json *w, const struct km_grid *grid)
{
    km_json_member_array(w, "timestamps");
    for (size_t s = 0; s < grid->steps; s++) {
        char text[KM_TIME_TEXT];

        km_time_format(grid->first_ms + (int64_t)s * grid->step_ms, text);
        km_json_string(w, text);
    }
    km_json_array_end(w);
    km_json_member_object(w, "columns");
    for (size_t i = 0; i < grid->n_columns; i++) {
        const struct km_grid_column *c = &grid->columns[i];
        char key[128];

        if (!km_window_column_name(c, key, sizeof(key)))
            continue;
        km_json_member_array(w, key);
        for (size_t s = 0; s < grid->steps; s++)
            km_json_decimal(w, c->average[s]); /* NaN is null: a gap */
        km_json_array_end(w);
    }
    km_json_object_end(w);
}

static void answer_grid(struct km_call *call, const struct km_ref *refs, size_t n, int64_t window,
                        int64_t step_ms, const struct km_metric_choice *choice, const char *count,
                        int64_t now_ms)
{
    const struct km_api *api = km_call_api(call);
    int64_t interval = api->interval_ms;
    /* The last step is one for which every node has had its turn to report; of a sum, who is late
     * or has a slow clock counts as in its newest reading. */
    struct km_grid_query query = {.from_ms = now_ms - interval - window * 1000,
                                  .to_ms = now_ms - interval,
                                  .step_ms = step_ms,
                                  .base_ms = step_ms % interval ? step_ms : interval,
                                  .interval_ms = interval,
                                  .metrics = choice->all ? NULL : choice->metric,
                                  .n_metrics = choice->in_catalogue,
                                  .now_ms = count ? now_ms : 0};
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_grid *grid;
    int r = km_grid_sum(api->store, refs, n, &query, &grid);

    if (r < 0) {
        km_answer_no_memory(call);
        return;
    }
    if (km_call_choice(call, "format", FORMAT_ROWS) == FORMAT_CSV) {
        km_window_csv(&body, grid, count, step_ms > query.base_ms);
        km_answer_text(call, 200, "text/csv; charset=utf-8; header=present", &body);
    } else {
        begin(&w, window, step_ms);
        if (km_call_choice(call, "format", FORMAT_ROWS) == FORMAT_COLUMNS)
            write_columns(&w, grid);
        else
            write_rows(&w, grid, count, step_ms > query.base_ms);
        km_json_object_end(&w);
        km_answer_json(call, &body);
    }
    km_grid_free(grid);
}

bool km_window_is_asked(const struct km_call *call)
{
    return km_call_int(call, "window", 0) > 0 ||
           km_call_choice(call, "format", FORMAT_ROWS) == FORMAT_CSV;
}

void km_answer_window(struct km_call *call, const struct km_filter *filter, const char *count,
                      const char *missing)
{
    const struct km_api *api = km_call_api(call);
    int64_t window = km_call_int(call, "window", 0), now = km_time_now_ms();
    int64_t step_ms = km_call_int(call, "step", 0) * 1000;
    struct km_filter history = *filter;
    struct km_metric_choice choice;
    bool good = false;
    km_auto_free struct km_ref *refs = NULL;
    size_t n;

    if (window == 0)
        km_problem_fault(call, NULL, "format", "csv is for a window: add one");
    else if (window * 1000 > api->retention_ms)
        km_problem_fault(call, NULL, "window", "must be at most %lld, the seconds of history kept",
                         (long long)(api->retention_ms / 1000));
    else if (step_ms > window * 1000)
        km_problem_fault(call, NULL, "step", "must be at most the window");
    else if (count && step_ms % api->interval_ms)
        km_problem_fault(call, NULL, "step", "must be a multiple of %g s, the interval",
                         (double)api->interval_ms / 1000);
    else
        good = km_metric_choice_read(call, api->store, &choice);
    if (!good) {
        km_answer_problem(call, 422, 0, "window, step or metrics cannot be answered; see errors");
        return;
    }
    history.current = false;
    history.since_ms = now - window * 1000;
    if (km_store_list(api->store, &history, now, &refs, &n) < 0)
        km_answer_no_memory(call);
    else if (n == 0)
        km_answer_problem(call, 404, 0, "%s in the last %lld s", missing, (long long)window);
    else if (!count && !step_ms && km_call_choice(call, "format", FORMAT_ROWS) == FORMAT_ROWS)
        answer_raw(call, refs, n, window, &choice, now);
    else
        answer_grid(call, refs, n, window, step_ms ? step_ms : api->interval_ms, &choice, count,
                    now);
}
