/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "window_store.h"

/* A pod's row: cpu in millicores, bytes received so far (negative: absent). */
static void add(struct km_store *store, const char *pod_name, int64_t second, int64_t cpu,
                int64_t rx)
{
    struct km_pod pod;
    struct km_batch batch = {.pods = &pod, .n_pods = 1};

    km_pod_init(&pod);
    pod.name = pod.uid = pod_name;
    pod.name_space = "ns";
    pod.reading.sample.time_ms = T + second * 1000;
    km_sample_set(&pod.reading.sample, KM_CPU_USAGE, cpu * 1000);
    if (rx >= 0)
        km_sample_set(&pod.reading.sample, KM_NET_RX_BYTES, rx);
    assert_int_equal(km_store_append(store, &batch, T + second * 1000), 0);
}

/* What grid_of() asks for; NULL: all. */
static const uint16_t *metrics_asked;
static unsigned n_asked;

static struct km_grid *grid_of(struct km_store *store, int64_t from, int64_t to, int64_t step)
{
    struct km_grid_query query = {.from_ms = T + from * 1000,
                                  .to_ms = T + to * 1000,
                                  .step_ms = step * 1000,
                                  .base_ms = 5000,
                                  .interval_ms = 5000,
                                  .metrics = metrics_asked,
                                  .n_metrics = n_asked};
    struct km_filter filter = {.kind = KM_ENTITY_POD};
    struct km_grid *grid = NULL;
    struct km_ref *refs = NULL;
    size_t n;

    assert_int_equal(km_store_list(store, &filter, T + 1000000, &refs, &n), 0);
    assert_int_equal(km_grid_sum(store, refs, n, &query, &grid), 0);
    free(refs);
    return grid;
}

static const struct km_grid_column *column(const struct km_grid *grid, unsigned metric)
{
    for (size_t i = 0; i < grid->n_columns; i++) {
        if (grid->columns[i].metric == metric)
            return &grid->columns[i];
    }
    fail_msg("no column of metric %u", metric);
    return NULL;
}

static void near(double got, double want)
{
    if (!(fabs(got - want) < 1e-9 * fmax(1, fabs(want))))
        fail_msg("%.12g is not %.12g", got, want);
}

static void rates_come_before_sums(void **state)
{
    struct km_store *store = make_store();
    const struct km_grid_column *rx;
    struct km_grid *grid;

    (void)state;
    /* a grows by 100 B/s; b restarts at 10 s: that pair says nothing, and never less than nothing.
     */
    add(store, "a", 0, 100, 1000);
    add(store, "a", 5, 100, 1500);
    add(store, "a", 10, 100, 2000);
    add(store, "a", 15, 100, 2500);
    add(store, "b", 0, 50, 90000);
    add(store, "b", 5, 50, 90050);
    add(store, "b", 10, 50, 10);
    add(store, "b", 15, 50, 60);
    grid = grid_of(store, 0, 15, 5);
    assert_int_equal(grid->steps, 3);
    assert_int_equal(grid->first_ms, T + 5000);
    assert_int_equal(grid->entities[0], 2);
    rx = column(grid, KM_NET_RX_BYTES);
    near(rx->average[0], 110);
    near(rx->average[1], 100);
    near(rx->average[2], 110);
    near(column(grid, KM_CPU_USAGE)->average[1], 150);
    km_grid_free(grid);
    km_store_free(store);
}

static void two_halves_of_a_cell_count_as_one(void **state)
{
    struct km_store *store = make_store();
    struct km_grid *grid;

    (void)state;
    add(store, "a", 0, 100, -1);
    add(store, "a", 5, 100, -1);
    add(store, "a", 7, 100, -1); /* ends at 7 s */
    add(store, "b", 7, 100, -1); /* a first row covers the interval before it: 2 s to 7 s */
    add(store, "b", 12, 100, -1);
    grid = grid_of(store, 5, 10, 5);
    assert_int_equal(grid->steps, 1);
    /* a covers 2 s of 5 and b all 5. */
    near(column(grid, KM_CPU_USAGE)->average[0], 100 * 2.0 / 5 + 100);
    km_grid_free(grid);
    km_store_free(store);
}

static void a_gap_is_nan_and_not_zero(void **state)
{
    struct km_store *store = make_store();
    const struct km_grid_column *cpu, *rx;
    struct km_grid *grid;

    (void)state;
    add(store, "a", 0, 100, 0);
    add(store, "a", 40, 300, 4000);
    grid = grid_of(store, 0, 40, 5);
    cpu = column(grid, KM_CPU_USAGE);
    rx = column(grid, KM_NET_RX_BYTES);
    assert_int_equal(grid->steps, 8);
    assert_true(isnan(cpu->average[3]));
    near(cpu->average[7], 300);
    near(rx->average[3], 100); /* the counter did grow meanwhile */
    assert_int_equal(grid->entities[3], 0);
    km_grid_free(grid);
    km_store_free(store);
}

static void a_step_has_average_and_max_of_its_cells(void **state)
{
    struct km_store *store = make_store();
    const struct km_grid_column *cpu;
    struct km_grid *grid;

    (void)state;
    for (int i = 0; i <= 20; i += 5)
        add(store, "a", i, i * 10, -1);
    grid = grid_of(store, 0, 20, 10);
    cpu = column(grid, KM_CPU_USAGE);
    assert_int_equal(grid->steps, 2);
    near(cpu->average[0], 75);
    near(cpu->max[0], 100);
    near(cpu->average[1], 175);
    near(cpu->max[1], 200);
    km_grid_free(grid);
    km_store_free(store);
}

static void only_what_is_asked_for_is_answered(void **state)
{
    static const uint16_t asked[] = {KM_CPU_USAGE_USEC, KM_NET_RX_BYTES};
    struct km_store *store = make_store();
    struct km_grid *grid;

    (void)state;
    add(store, "a", 0, 100, 0);
    add(store, "a", 5, 100, 500);
    metrics_asked = asked;
    n_asked = 2;
    grid = grid_of(store, 0, 5, 5);
    metrics_asked = NULL;
    assert_int_equal(grid->n_columns, 1); /* nobody said anything of the other */
    near(column(grid, KM_NET_RX_BYTES)->average[0], 100);
    km_grid_free(grid);
    km_store_free(store);
}

/* A row out of block after block, and each sum by its own definition. */
static void long_windows_are_as_if_added_one_by_one(void **state)
{
    struct km_store *store = make_store();
    int64_t rx[3] = {0, 0, 0}, seconds[3] = {0, 1, 3}, cpu[3][401], grown[3][401];
    struct km_grid *grid;
    unsigned seed = 7;

    (void)state;
    for (int tick = 0; tick <= 400; tick++) {
        for (int p = 0; p < 3; p++) {
            char name[2] = {(char)('a' + p), '\0'};

            cpu[p][tick] = rand_r(&seed) % 1000;
            grown[p][tick] = rand_r(&seed) % 100000;
            rx[p] += grown[p][tick];
            add(store, name, tick * 5 + seconds[p], cpu[p][tick], rx[p]);
        }
    }
    grid = grid_of(store, 5, 1990, 5);
    assert_int_equal(grid->steps, 397);
    for (size_t s = 0; s < grid->steps; s++) {
        double sum = 0, rate = 0;

        /* Step s is (5 + 5 s, 10 + 5 s]; the row of tick t covers (5 t - 5, 5 t] + seconds. */
        for (int p = 0; p < 3; p++) {
            double late = (double)seconds[p] / 5;

            sum += (double)cpu[p][s + 2] * (1 - late) + (double)cpu[p][s + 1] * late;
            rate += (double)grown[p][s + 2] / 5 * (1 - late) + (double)grown[p][s + 1] / 5 * late;
        }
        near(column(grid, KM_CPU_USAGE)->average[s], sum);
        near(column(grid, KM_NET_RX_BYTES)->average[s], rate);
        assert_int_equal(grid->entities[s], 3);
    }
    km_grid_free(grid);
    km_store_free(store);
}

/* A node's reading of itself and of pods, all at one time, received at another. */
static void add_node(struct km_store *store, const char *name, int64_t second, int64_t received,
                     int64_t rx, const char *pod_name)
{
    struct km_pod pod;
    struct km_batch batch = {.has_node = true, .pods = &pod, .n_pods = pod_name ? 1 : 0};

    km_pod_init(&pod);
    pod.name = pod.uid = pod_name;
    pod.node = batch.node = name;
    pod.name_space = "ns";
    pod.reading.sample.time_ms = batch.reading.sample.time_ms = T + second * 1000;
    km_sample_set(&pod.reading.sample, KM_CPU_USAGE, 70 * 1000);
    km_sample_set(&batch.reading.sample, KM_NET_RX_BYTES, rx);
    assert_int_equal(km_store_append(store, &batch, T + received * 1000), 0);
}

static struct km_grid *grid_of_kind(struct km_store *store, enum km_entity_kind kind, int64_t from,
                                    int64_t to, int64_t now)
{
    struct km_grid_query query = {.from_ms = T + from * 1000,
                                  .to_ms = T + to * 1000,
                                  .step_ms = 5000,
                                  .base_ms = 5000,
                                  .interval_ms = 5000,
                                  .now_ms = T + now * 1000};
    struct km_filter filter = {.kind = kind, .since_ms = T + from * 1000};
    struct km_grid *grid = NULL;
    struct km_ref *refs = NULL;
    size_t n;

    assert_int_equal(km_store_list(store, &filter, T + now * 1000, &refs, &n), 0);
    assert_int_equal(km_grid_sum(store, refs, n, &query, &grid), 0);
    free(refs);
    return grid;
}

static void who_has_not_reported_yet_is_as_in_its_newest_reading(void **state)
{
    struct km_store *store = make_store();
    const struct km_grid_column *rx;
    struct km_grid *grid;

    (void)state;
    /* Both grow by 20 B/s; the clock of `slow` is 62 s behind. */
    for (int64_t i = 0; i <= 200; i += 5) {
        add_node(store, "good", i, i, 20 * i, NULL);
        add_node(store, "slow", i - 62, i + 1, 20 * i, i < 190 ? "gone" : NULL);
    }
    grid = grid_of_kind(store, KM_ENTITY_NODE, 160, 195, 202);
    rx = column(grid, KM_NET_RX_BYTES);
    assert_int_equal(grid->steps, 7);
    for (size_t s = 0; s < grid->steps; s++) {
        near(rx->average[s], 40);
        assert_int_equal(grid->entities[s], 2);
    }
    km_grid_free(grid);
    /* A pod that its node no longer speaks of is not held. */
    grid = grid_of_kind(store, KM_ENTITY_POD, 160, 195, 202);
    assert_int_equal(grid->entities[grid->steps - 1], 0);
    km_grid_free(grid);
    /* Nor is a node that nothing was heard of for 3 intervals. */
    grid = grid_of_kind(store, KM_ENTITY_NODE, 160, 195, 217);
    assert_int_equal(grid->entities[6], 1);
    near(column(grid, KM_NET_RX_BYTES)->average[6], 20);
    km_grid_free(grid);
    km_store_free(store);
}

static void a_pod_is_held_with_its_node(void **state)
{
    struct km_store *store = make_store();
    struct km_grid *grid;

    (void)state;
    for (int64_t i = 0; i <= 200; i += 5)
        add_node(store, "slow", i - 11, i, i, "pod");
    grid = grid_of_kind(store, KM_ENTITY_POD, 170, 195, 202);
    for (size_t s = 0; s < grid->steps; s++)
        near(column(grid, KM_CPU_USAGE)->average[s], 70);
    km_grid_free(grid);
    km_store_free(store);
}

static void refuses_what_is_no_grid(void **state)
{
    struct km_store *store = make_store();
    struct km_grid_query bad[] = {
        {0, 10, 0, 5, 5, NULL, 0, 0}, {0, 10, 7, 5, 5, NULL, 0, 0}, {10, 0, 5, 5, 5, NULL, 0, 0}};
    struct km_grid_query big = {0, INT64_C(1) << 40, 1, 1, 1, NULL, 0, 0};
    struct km_grid *grid = NULL;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(km_grid_sum(store, NULL, 0, &bad[i], &grid), -EINVAL);
    assert_int_equal(km_grid_sum(store, NULL, 0, &big, &grid), -E2BIG);
    assert_null(grid);
    km_store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_come_before_sums),
        cmocka_unit_test(two_halves_of_a_cell_count_as_one),
        cmocka_unit_test(a_gap_is_nan_and_not_zero),
        cmocka_unit_test(a_step_has_average_and_max_of_its_cells),
        cmocka_unit_test(only_what_is_asked_for_is_answered),
        cmocka_unit_test(long_windows_are_as_if_added_one_by_one),
        cmocka_unit_test(who_has_not_reported_yet_is_as_in_its_newest_reading),
        cmocka_unit_test(a_pod_is_held_with_its_node),
        cmocka_unit_test(refuses_what_is_no_grid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
