/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of every kind laid on a grid, each cell compared with its definition in window.h. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "window_store.h"

static void near(double got, double want)
{
    if (!(fabs(got - want) < 1e-9 * fmax(1, fabs(want))))
        fail_msg("%.12g is not %.12g", got, want);
}

/* A pod's rows as they were added; of each metric below 0: absent. */
enum { ROWS = 300, PODS = 4, METRICS = 4 };

static const uint16_t metrics[METRICS] = {KM_CPU_USAGE, KM_CPU_USAGE_USEC, KM_MEM_USAGE,
                                          KM_NET_RX_BYTES};

struct row {
    int64_t ms, value[METRICS];
};

/* The time of the next row: every 5 s, some of them late or early, now and then out of step. */
static int64_t next_time(unsigned *seed, int64_t ms, int jitter)
{
    int what = rand_r(seed) % 100;
    int64_t late = jitter ? rand_r(seed) % (2 * jitter + 1) - jitter : 0;

    if (what == 0)
        return ms + 60000;
    if (what == 1)
        return ms + 1 + rand_r(seed) % 4000;
    return ms + 5000 + late;
}

/* The next value: for long stretches the same, then some change, small or large; seldom absent. */
static int64_t next_value(unsigned *seed, int64_t before, bool counter, int stretch)
{
    int64_t some = stretch % 3 == 0 ? 0 : stretch % 3 == 1 ? rand_r(seed) % 3 : rand_r(seed);

    if (rand_r(seed) % 200 == 0)
        return -1;
    if (rand_r(seed) % 200 == 0)
        return counter ? 0 : INT64_C(1) << (rand_r(seed) % 60);
    before = before < 0 ? 0 : before;
    return counter || some == 0 ? before + some : some;
}

static void add_row(struct km_store *store, int number, const struct row *row)
{
    char name[2] = {(char)('a' + number), '\0'};
    struct km_pod pod;
    struct km_batch batch = {.pods = &pod, .n_pods = 1};

    km_pod_init(&pod);
    pod.name = pod.uid = name;
    pod.name_space = "ns";
    pod.reading.sample.time_ms = row->ms;
    for (int k = 0; k < METRICS; k++) {
        if (row->value[k] >= 0)
            km_sample_set(&pod.reading.sample, metrics[k], row->value[k]);
    }
    assert_int_equal(km_store_append(store, &batch, row->ms), 0);
}

/* Adds what a pod's rows up to `last` say of a metric in (begin, end], by the definition in
 * window.h. */
static void naive_cell(const struct row *row, int k, int64_t begin, int64_t end, int64_t last,
                       int64_t interval, double *sum, double *covered)
{
    bool counter = km_metric_is_counter(metrics[k]);

    for (int r = 0; r < ROWS && row[r].ms <= last; r++) {
        int64_t since = r > 0 ? row[r - 1].ms : 0, from, to = row[r].ms < end ? row[r].ms : end;
        double value = (double)row[r].value[k];

        if (row[r].value[k] < 0)
            continue;
        if (!counter && (r == 0 || row[r].ms - since > 3 * interval))
            since = row[r].ms - interval;
        if (counter && (r == 0 || row[r - 1].value[k] < 0 || row[r].value[k] < row[r - 1].value[k]))
            continue;
        if (counter)
            value = (double)(row[r].value[k] - row[r - 1].value[k]) * 1000 /
                    (double)(row[r].ms - since);
        if (metrics[k] == KM_CPU_USAGE)
            value /= 1000;
        from = since > begin ? since : begin;
        if (from < to) {
            *sum += value * (double)(to - from);
            *covered += (double)(to - from);
        }
    }
}

/* True if a row says something of (begin, end]. */
static bool naive_is_there(const struct row *row, int64_t begin, int64_t end, int64_t last,
                           int64_t interval)
{
    for (int r = 0; r < ROWS && row[r].ms <= last; r++) {
        bool follows = r > 0 && row[r].ms - row[r - 1].ms <= 3 * interval;

        if (row[r].ms > begin && (follows ? row[r - 1].ms : row[r].ms - interval) < end)
            return true;
    }
    return false;
}

static void check_window(struct km_store *store, struct row (*row)[ROWS], size_t pods, int64_t from,
                         int64_t to, int64_t interval)
{
    struct km_grid_query query = {.from_ms = from,
                                  .to_ms = to,
                                  .step_ms = 5000,
                                  .base_ms = 5000,
                                  .interval_ms = interval,
                                  .metrics = metrics,
                                  .n_metrics = METRICS};
    struct km_filter filter = {.kind = KM_ENTITY_POD};
    struct km_grid *grid = NULL;
    struct km_ref *refs = NULL;
    int64_t last;
    size_t n;

    assert_int_equal(km_store_list(store, &filter, T + 4000000, &refs, &n), 0);
    assert_int_equal(n, PODS);
    assert_int_equal(km_grid_sum(store, refs, pods, &query, &grid), 0);
    last = grid->first_ms + ((int64_t)grid->steps - 1) * 5000 + 3 * interval;
    for (size_t s = 0; s < grid->steps; s++) {
        int64_t end = grid->first_ms + (int64_t)s * 5000;
        unsigned there = 0;

        for (size_t c = 0; c < grid->n_columns; c++) {
            double sum = 0, covered = 0, got = grid->columns[c].average[s];
            int k = 0;

            while (metrics[k] != grid->columns[c].metric)
                k++;
            for (size_t p = 0; p < pods; p++)
                naive_cell(row[p], k, end - 5000, end, last, interval, &sum, &covered);
            if (covered > 0)
                near(got, sum / (pods == 1 ? covered : 5000));
            else
                assert_true(isnan(got));
        }
        for (size_t p = 0; p < pods; p++)
            there += naive_is_there(row[p], end - 5000, end, last, interval);
        assert_int_equal(grid->entities[s], there);
    }
    km_grid_free(grid);
    free(refs);
}

static void random_rows_are_as_defined(void **state)
{
    static struct row row[PODS][ROWS];

    (void)state;
    for (unsigned round = 0; round < 40; round++) {
        struct km_store *store = make_store();
        unsigned seed = round + 1;

        for (int p = 0; p < PODS; p++) {
            int jitter = (int[]){0, 0, 30, 3000}[rand_r(&seed) % 4];
            int64_t ms = T + rand_r(&seed) % (rand_r(&seed) % 2 ? 5000 : 20);
            int stretch[METRICS] = {0};

            for (int r = 0; r < ROWS; r++) {
                for (int k = 0; k < METRICS; k++) {
                    stretch[k] = rand_r(&seed) % 100 ? stretch[k] : rand_r(&seed);
                    row[p][r].value[k] = next_value(&seed, r ? row[p][r - 1].value[k] : 100000,
                                                    km_metric_is_counter(metrics[k]), stretch[k]);
                }
                row[p][r].ms = ms;
                add_row(store, p, &row[p][r]);
                ms = next_time(&seed, ms, jitter);
            }
        }
        for (int window = 0; window < 10; window++) {
            int64_t from = T + rand_r(&seed) % 1000000, to = from + rand_r(&seed) % 1500000;

            check_window(store, row, window % 4 ? PODS : 1, from, to, window % 3 ? 5000 : 1500);
        }
        km_store_free(store);
    }
}

/* Wherever a counter grows, also where one block ends and the next one begins. */
static void growth_is_seen_wherever_it_is(void **state)
{
    static struct row row[PODS][ROWS];

    (void)state;
    for (int at = 1; at < ROWS; at++) {
        struct km_store *store = make_store();

        for (int p = 0; p < PODS; p++) {
            for (int r = 0; r < ROWS; r++) {
                row[p][r] = (struct row){T + 5000 * r, {0, r < at ? 7 : 1007, 5, -1}};
                add_row(store, p, &row[p][r]);
            }
        }
        check_window(store, row, PODS, T + 5000 * (at - 3), T + 5000 * (at + 3), 5000);
        km_store_free(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_rows_are_as_defined),
        cmocka_unit_test(growth_is_seen_wherever_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
