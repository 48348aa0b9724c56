/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store beside a naive model of it: both are driven by the same random batches (late, twice,
 * restarted, renamed and replaced pods, retention, the memory limit) and asked the same questions.
 * A failure stands behind the seed that led to it; KM_MODEL_SEED runs one seed alone.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pass.h"
#include "rate.h"
#include "store.h"
#include "window.h"

#define START     INT64_C(1800000000000)
#define RETENTION 900000
#define INTERVAL  5000
#define NODES     5
#define LIVING    40  /* pods at one time */
#define PODS      300 /* that ever are */
#define ROWS      1200
#define METRICS   3

static const uint16_t metrics[METRICS] = {KM_MEM_USAGE, KM_NET_RX_BYTES, KM_DISK_READ_BYTES};

struct model_row {
    int64_t time, value[METRICS]; /* a negative one is absent */
};

struct model_pod {
    int node, name, space, restarts;
    int64_t counter, received;
    size_t count;
    struct model_row row[ROWS]; /* in time order */
};

struct model {
    struct km_store *store;
    unsigned seed;
    int64_t now, node_newest[NODES], node_received[NODES];
    uint64_t rows;
    int count, living[LIVING];
    struct model_pod pod[PODS];
};

static int below(struct model *m, int end)
{
    return rand_r(&m->seed) % end;
}

static void replace(struct model *m, int place)
{
    struct model_pod *p = &m->pod[m->count];
    /* Mostly the same pod made again, sometimes on another node. */
    const struct model_pod *old = m->count >= LIVING ? &m->pod[m->living[place]] : NULL;

    *p = (struct model_pod){.node = old && below(m, 3) ? old->node : below(m, NODES),
                            .name = old && below(m, 3) ? old->name : below(m, LIVING),
                            .space = old ? old->space : below(m, 3)};
    m->living[place] = m->count++;
}

/* Adds a row in its place; false if its time is there. */
static bool model_add(struct model_pod *p, const struct model_row *row)
{
    size_t place = p->count;

    while (place > 0 && p->row[place - 1].time >= row->time) {
        if (p->row[place - 1].time == row->time)
            return false;
        place--;
    }
    memmove(p->row + place + 1, p->row + place, (p->count - place) * sizeof(*row));
    p->row[place] = *row;
    p->count++;
    return true;
}

struct names {
    char node[16], name[LIVING][16], space[LIVING][8], uid[LIVING][16];
};

static void name_pod(const struct model *m, int id, char *name, char *space, char *uid)
{
    snprintf(name, 16, "pod-%02d", m->pod[id].name);
    snprintf(space, 8, "ns-%d", m->pod[id].space);
    snprintf(uid, 16, "uid-%d", id);
}

static void make_row(struct model *m, struct model_pod *p, int64_t time, struct model_row *row)
{
    row->time = time;
    row->value[0] = below(m, 50) ? below(m, 1000000) * INT64_C(4096) : -1;
    if (below(m, 100) == 0)
        p->counter = 0; /* restarted without another identity */
    p->counter += below(m, 4) ? 0 : below(m, 100000);
    row->value[1] = p->counter;
    row->value[2] = below(m, 20) ? p->counter * 3 : -1;
}

/* A tick of a node: now, or late, or one that was sent already. */
static void append(struct model *m, bool in_order)
{
    int node = below(m, NODES);
    int64_t late = in_order || below(m, 4) ? 0 : below(m, RETENTION / 2);
    struct km_pod pods[LIVING];
    struct names n;
    struct km_batch batch = {.node = n.node, .has_node = true, .pods = pods};

    snprintf(n.node, sizeof(n.node), "node-%d", node);
    batch.reading.sample.time_ms = m->now - late;
    for (int i = 0; i < LIVING; i++) {
        struct model_pod *p = &m->pod[m->living[i]];
        struct km_pod *pod = &pods[batch.n_pods];
        struct model_row row;

        if (p->node != node || p->count == ROWS || below(m, 10) == 0)
            continue;
        km_pod_init(pod);
        name_pod(m, m->living[i], n.name[i], n.space[i], n.uid[i]);
        pod->name = n.name[i];
        pod->name_space = n.space[i];
        pod->uid = n.uid[i];
        pod->restarts = below(m, 5);
        /* Never two of one name at the same time: which of them is the newest is then known. */
        make_row(m, p, (m->now - late) / 1000 * 1000 + m->living[i], &row);
        pod->reading.sample.time_ms = row.time;
        for (int k = 0; k < METRICS; k++) {
            if (row.value[k] >= 0)
                km_sample_set(&pod->reading.sample, metrics[k], row.value[k]);
        }
        if (p->count == 0 || row.time > p->row[p->count - 1].time)
            p->restarts = pod->restarts;
        p->received = m->now;
        m->rows += model_add(p, &row);
        batch.n_pods++;
    }
    if (batch.reading.sample.time_ms > m->node_newest[node])
        m->node_newest[node] = batch.reading.sample.time_ms;
    m->node_received[node] = m->now;
    for (int times = below(m, 10) == 0 ? 2 : 1; times > 0; times--)
        assert_int_equal(km_store_append(m->store, &batch, m->now), 0);
}

static int64_t newest(const struct model_pod *p)
{
    return p->count ? p->row[p->count - 1].time : INT64_MIN;
}

static bool is_current(const struct model *m, const struct model_pod *p)
{
    return p->count && m->now - m->node_received[p->node] <= 3 * INTERVAL &&
           m->node_newest[p->node] - newest(p) <= 3 * INTERVAL;
}

/* It has a row since then, or said one that is still kept. */
static bool is_since(const struct model *m, const struct model_pod *p, int64_t since_ms)
{
    return p->count && newest(p) > m->now - RETENTION &&
           (newest(p) >= since_ms || p->received >= since_ms);
}

static int compare_names(const struct model_pod *a, const struct model_pod *b)
{
    return a->space != b->space ? a->space - b->space : a->name - b->name;
}

static const struct model *sorted_model;

static int by_name(const void *left, const void *right)
{
    const struct model_pod *a = &sorted_model->pod[*(const int *)left];
    const struct model_pod *b = &sorted_model->pod[*(const int *)right];
    int r = compare_names(a, b);

    return r ? r : (newest(a) > newest(b)) - (newest(a) < newest(b));
}

/* What a filter should find, in order. */
static size_t expected(const struct model *m, const struct km_filter *f, int node, int space,
                       int name, int *ret_id)
{
    size_t n = 0, kept = 0;

    for (int id = 0; id < m->count; id++) {
        const struct model_pod *p = &m->pod[id];

        if ((node < 0 || p->node == node) && (space < 0 || p->space == space) &&
            (name < 0 || p->name == name) &&
            (f->current ? is_current(m, p) : is_since(m, p, f->since_ms)))
            ret_id[n++] = id;
    }
    sorted_model = m;
    qsort(ret_id, n, sizeof(*ret_id), by_name);
    for (size_t i = 0; f->current && i < n; i++) {
        if (i + 1 == n || compare_names(&m->pod[ret_id[i]], &m->pod[ret_id[i + 1]]) != 0)
            ret_id[kept++] = ret_id[i];
    }
    return f->current ? kept : n;
}

/* The same list asked for as a whole and piece by piece. */
static void check_pieces(struct model *m, const struct km_filter *f, const struct km_ref *refs,
                         size_t n)
{
    struct km_cursor cursor = KM_CURSOR_START;
    struct km_ref piece[KM_STORE_PIECE];
    size_t count, done = 0;
    bool going_on;

    do {
        going_on = km_store_next(m->store, f, m->now, &cursor, piece, &count);
        assert_true(done + count <= n);
        if (count > 0)
            assert_memory_equal(piece, refs + done, count * sizeof(*piece));
        done += count;
    } while (going_on);
    assert_int_equal(count, 0);
    assert_int_equal(done, n);
}

static int id_of(const struct km_view *view)
{
    return atoi(view->uid + strlen("uid-"));
}

static void check_row(const struct km_row *row, const struct model_row *want)
{
    assert_int_equal(row->time_ms, want->time);
    for (int k = 0; k < METRICS; k++) {
        int64_t value;

        assert_int_equal(km_row_get(row, metrics[k], &value), want->value[k] >= 0);
        if (want->value[k] >= 0)
            assert_int_equal(value, want->value[k]);
    }
}

/* Newest row, the one before, and facts. */
static void check_view(struct model *m, struct km_ref ref, int id)
{
    const struct model_pod *p = &m->pod[id];
    struct km_view view;

    assert_int_equal(km_store_view(m->store, ref, &view), 0);
    assert_int_equal(id_of(&view), id);
    assert_int_equal(view.restarts, p->restarts);
    check_row(&view.last, &p->row[p->count - 1]);
    if (view.has_previous)
        check_row(&view.previous, &p->row[p->count - 2]);
    else
        assert_true(p->count == 1 || p->row[p->count - 2].time <= m->now - RETENTION);
}

/* What a pass should meet: the entities of a list, each once. */
struct meeting {
    const struct model *m;
    const struct km_ref *refs;
    const int *id;
    size_t n, met;
    bool seen[PODS];
};

static int meet(void *arg, const struct km_met *met)
{
    struct meeting *want = arg;
    size_t i = 0;

    while (i < want->n && memcmp(&want->refs[i], &met->ref, sizeof(met->ref)) != 0)
        i++;
    assert_true(i < want->n);
    assert_false(want->seen[i]);
    want->seen[i] = true;
    want->met++;
    check_row(met->last, &want->m->pod[want->id[i]].row[want->m->pod[want->id[i]].count - 1]);
    if (met->previous)
        check_row(met->previous,
                  &want->m->pod[want->id[i]].row[want->m->pod[want->id[i]].count - 2]);
    return 0;
}

static void check_pass(struct model *m, const struct km_filter *f, const struct km_ref *refs,
                       const int *id, size_t n)
{
    struct meeting want = {.m = m, .refs = refs, .id = id, .n = n};

    assert_int_equal(km_pass_all(m->store, f, m->now, KM_PASS_BOTH, meet, &want), 0);
    assert_int_equal(want.met, n);
}

static void check_list(struct model *m)
{
    int node = below(m, 3) ? -1 : below(m, NODES), space = below(m, 3) ? -1 : below(m, 3);
    int name = below(m, 4) ? -1 : below(m, LIVING), id[PODS];
    struct km_filter f = {.kind = KM_ENTITY_POD,
                          .current = below(m, 2),
                          .since_ms = m->now - below(m, RETENTION - INTERVAL)};
    char node_text[16], space_text[8], name_text[16];
    struct km_ref *refs;
    size_t n, want;

    snprintf(node_text, sizeof(node_text), "node-%d", node);
    snprintf(space_text, sizeof(space_text), "ns-%d", space);
    snprintf(name_text, sizeof(name_text), "pod-%02d", name);
    f.node = node < 0 ? NULL : node_text;
    f.name_space = space < 0 ? NULL : space_text;
    f.pod = name < 0 ? NULL : name_text;
    want = expected(m, &f, node, space, name, id);
    assert_int_equal(km_store_list(m->store, &f, m->now, &refs, &n), 0);
    assert_int_equal(n, want);
    for (size_t i = 0; i < n; i++)
        check_view(m, refs[i], id[i]);
    check_pieces(m, &f, refs, n);
    check_pass(m, &f, refs, id, n);
    free(refs);
}

struct scanned {
    size_t count;
    struct km_row row[ROWS];
};

static int collect(void *arg, const struct km_row *row)
{
    struct scanned *s = arg;

    s->row[s->count++] = *row;
    return 0;
}

/* All entities with history, the reference and the number of each. */
static size_t all_pods(struct model *m, struct km_ref **ret_refs, int *ret_id)
{
    struct km_filter f = {.kind = KM_ENTITY_POD, .since_ms = START - RETENTION};
    struct km_view view;
    size_t n;

    assert_int_equal(km_store_list(m->store, &f, m->now, ret_refs, &n), 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(km_store_view(m->store, (*ret_refs)[i], &view), 0);
        ret_id[i] = id_of(&view);
    }
    return n;
}

/* Rows of a span, and the one before it, where retention has not taken that. */
static void check_scan(struct model *m, struct km_ref ref, const struct model_pod *p)
{
    static struct scanned s;
    int64_t from = m->now - below(m, RETENTION), to = from + below(m, RETENTION);
    size_t first = 0, place = 0;

    s.count = 0;
    assert_int_equal(km_store_scan(m->store, ref, from, to, collect, &s), 0);
    while (first < p->count && p->row[first].time < from)
        first++;
    if (s.count > 0 && s.row[0].time_ms < from)
        check_row(&s.row[place++], &p->row[first - 1]);
    else
        assert_true(first == 0 || p->row[first - 1].time <= m->now - RETENTION);
    for (; first < p->count && p->row[first].time <= to; first++) {
        assert_true(place < s.count);
        check_row(&s.row[place++], &p->row[first]);
    }
    assert_int_equal(place, s.count);
}

/* What of (a, b] lies in (c, d]. */
static double overlap(int64_t a, int64_t b, int64_t c, int64_t d)
{
    int64_t begin = a > c ? a : c, end = b < d ? b : d;

    return end > begin ? (double)(end - begin) : 0;
}

/* One cell of one metric by the definition in window.h, by rows up to `last`; NaN where nothing is
 * known. */
static double naive_cell(const struct model *m, const int *id, size_t n, int k, int64_t begin,
                         int64_t last)
{
    int64_t end = begin + INTERVAL;
    bool known = false;
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        const struct model_pod *p = &m->pod[id[i]];

        for (size_t r = 0; r < p->count && p->row[r].time <= last; r++) {
            const struct model_row *row = &p->row[r], *before = r ? row - 1 : NULL;
            int64_t since = before ? before->time : 0;
            double ms, value = (double)row->value[k];

            if (row->value[k] < 0)
                continue;
            if (k == 0 && (!before || row->time - since > 3 * INTERVAL))
                since = row->time - INTERVAL;
            if (k > 0 && (!before || before->value[k] < 0 || row->value[k] < before->value[k]))
                continue;
            if (k > 0)
                value = (value - (double)before->value[k]) * 1000 / (double)(row->time - since);
            ms = overlap(since, row->time, begin, end);
            sum += value * ms / INTERVAL;
            known = known || ms > 0;
        }
    }
    return known ? sum : NAN;
}

static double grid_value(const struct km_grid *grid, unsigned metric, size_t step)
{
    for (size_t i = 0; i < grid->n_columns; i++) {
        if (grid->columns[i].metric == metric)
            return grid->columns[i].average[step];
    }
    return NAN;
}

static void check_window(struct model *m, const struct km_ref *refs, const int *id, size_t n)
{
    /* Well within retention: what a first row is preceded by must still be there. */
    int64_t to = m->now - below(m, RETENTION / 4), from = to - below(m, RETENTION / 4);
    struct km_grid_query query = {from, to, INTERVAL, INTERVAL, INTERVAL, metrics, METRICS, 0};
    struct km_grid *grid;
    int64_t last;

    if (n < 2 || from < START)
        return;
    assert_int_equal(km_grid_sum(m->store, refs, n, &query, &grid), 0);
    /* Rows of up to one gap after the end are looked at. */
    last = grid->first_ms + ((int64_t)grid->steps - 1) * INTERVAL + 3 * INTERVAL;
    for (size_t s = 0; s < grid->steps; s++) {
        int64_t begin = grid->first_ms + ((int64_t)s - 1) * INTERVAL;

        for (int k = 0; k < METRICS; k++) {
            double want = naive_cell(m, id, n, k, begin, last);
            double got = grid_value(grid, metrics[k], s);

            if (isnan(want) ? !isnan(got) : !(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
                fail_msg("metric %u of step %zu is %.12g, not %.12g", metrics[k], s, got, want);
        }
    }
    km_grid_free(grid);
}

static void check_history(struct model *m)
{
    struct km_ref *refs;
    int id[PODS];
    size_t n = all_pods(m, &refs, id);

    if (n > 0) {
        size_t i = (size_t)below(m, (int)n);

        check_scan(m, refs[i], &m->pod[id[i]]);
        check_window(m, refs, id, n < 12 ? n : 12);
    }
    free(refs);
}

static struct model *model_new(unsigned seed, size_t memory_limit)
{
    struct km_store_config config = {.retention_ms = RETENTION,
                                     .memory_limit = memory_limit,
                                     .interval_ms = INTERVAL,
                                     .max_entities = PODS + NODES,
                                     .max_keys = 2};
    struct model *m = calloc(1, sizeof(*m));

    assert_non_null(m);
    m->seed = seed;
    m->now = START;
    assert_int_equal(km_store_new(&config, &m->store), 0);
    for (int i = 0; i < LIVING; i++)
        replace(m, i);
    return m;
}

static void run(unsigned seed)
{
    struct model *m = model_new(seed, 1 << 26);
    struct km_store_status status;

    print_message("seed %u\n", seed);
    for (int step = 0; step < 2500; step++) {
        m->now += below(m, 200) ? below(m, 2 * INTERVAL / NODES) : below(m, 60000);
        append(m, false);
        if (below(m, 12) == 0 && m->count < PODS)
            replace(m, below(m, LIVING));
        if (below(m, 50) == 0)
            km_store_expire(m->store, m->now);
        if (below(m, 10) == 0)
            check_list(m);
        if (below(m, 40) == 0)
            check_history(m);
    }
    km_store_expire(m->store, m->now += 2 * RETENTION);
    km_store_get_status(m->store, &status);
    assert_int_equal(status.rows, 0);
    assert_int_equal(status.pods, 0);
    assert_int_equal(status.rows_evicted, 0);
    assert_true(status.rows_appended >= m->rows); /* and the nodes' */
    assert_int_equal(status.rows_expired, status.rows_appended);
    km_store_free(m->store);
    free(m);
}

static void answers_are_the_models(void **state)
{
    const char *only = getenv("KM_MODEL_SEED");

    (void)state;
    for (unsigned seed = 1; seed <= 6 && !only; seed++)
        run(seed);
    if (only)
        run((unsigned)strtoul(only, NULL, 10));
}

/* What the limit leaves is the newest of each, without holes, about as far back for all. */
static void the_limit_takes_the_oldest_of_all(void **state)
{
    struct model *m = model_new(99, 240 << 10);
    struct km_store_status status;
    static struct scanned s;
    struct km_ref *refs;
    int id[PODS];
    size_t n;

    (void)state;
    for (int step = 0; step < 3500; step++) {
        m->now += INTERVAL / NODES;
        append(m, true);
        if (below(m, 20) == 0 && m->count < PODS)
            replace(m, below(m, LIVING));
        km_store_get_status(m->store, &status);
        assert_true(status.memory_used <= status.memory_limit);
    }
    if (status.rows_evicted == 0)
        fail_msg("nothing was evicted, %zu bytes are used", status.memory_used);
    assert_int_equal(status.rows + status.rows_evicted + status.rows_expired, status.rows_appended);
    n = all_pods(m, &refs, id);
    assert_true(n > LIVING / 2);
    for (size_t i = 0; i < n; i++) {
        const struct model_pod *p = &m->pod[id[i]];

        s.count = 0;
        assert_int_equal(km_store_scan(m->store, refs[i], 0, m->now + 1000, collect, &s), 0);
        assert_true(s.count <= p->count);
        for (size_t r = 0; r < s.count; r++)
            check_row(&s.row[r], &p->row[p->count - s.count + r]);
        /* A block is the least that goes: its rows reach at most so far beyond the others'. */
        assert_true(s.row[0].time_ms >= status.oldest_ms);
    }
    free(refs);
    km_store_free(m->store);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_the_models),
        cmocka_unit_test(the_limit_takes_the_oldest_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
