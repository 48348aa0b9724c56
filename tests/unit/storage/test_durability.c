/* SPDX-License-Identifier: Apache-2.0 */
/* A store, its data directory, and what comes back; tests/api/test_durability.py kills processes.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "clean.h"
#include "durability.h"
#include "time_format.h"

#define TICKS 300
#define STEP  5000

static int64_t base_ms; /* of tick 0: within the last hour */
static int64_t retention_ms;
static char folder[64];
static char said[8192];

static void remember(enum km_log_level level, const char *text)
{
    size_t len = strlen(said);

    (void)level;
    snprintf(said + len, sizeof(said) - len, "%s\n", text);
}

static int set_up(void **state)
{
    (void)state;
    base_ms = km_time_now_ms() - TICKS * STEP;
    strcpy(folder, "/tmp/kubemonitor-test-XXXXXX");
    said[0] = '\0';
    retention_ms = 3600000;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

static struct km_store *make_store(void)
{
    const struct km_store_config config = {.retention_ms = retention_ms,
                                           .memory_limit = 256 << 20,
                                           .interval_ms = STEP,
                                           .max_entities = 1000,
                                           .max_keys = 8};
    struct km_store *store = NULL;

    assert_int_equal(km_store_new(&config, &store), 0);
    return store;
}

static int start(struct km_store *store, size_t checkpoint_size, struct km_durability **ret)
{
    const struct km_durability_config config = {.dir = folder,
                                                .always = true,
                                                .interval_ms = STEP,
                                                .checkpoint_size = checkpoint_size,
                                                .say = remember};
    struct km_buf error = KM_BUF_INIT;
    int r = km_durability_start(&config, store, ret, &error);

    if (r < 0)
        remember(KM_LOG_ERROR, km_buf_str(&error));
    km_buf_done(&error);
    return r;
}

/* A node and three pods; a key of a client's own, a gauge that comes and goes. */
static int add_tick(struct km_store *store, unsigned node, int tick)
{
    char name[16], pod_name[3][16];
    struct km_extra extra = {KM_GROUP_MEMORY, "ours", 4, tick * 7};
    struct km_pod pods[3];
    struct km_batch batch = {.node = name, .has_node = true, .pods = pods, .n_pods = 3};
    int64_t time_ms = base_ms + (int64_t)tick * STEP;

    snprintf(name, sizeof(name), "n%u", node);
    batch.reading.sample.time_ms = time_ms;
    km_sample_set(&batch.reading.sample, KM_MEM_TOTAL, 1 << 30);
    for (int i = 0; i < 3; i++) {
        snprintf(pod_name[i], sizeof(pod_name[i]), "p%u-%d", node, i);
        km_pod_init(&pods[i]);
        pods[i].name = pods[i].uid = pod_name[i];
        pods[i].name_space = "ns";
        pods[i].node = name;
        pods[i].phase = tick > TICKS / 2 ? "Running" : "Pending";
        pods[i].reading.sample.time_ms = time_ms;
        pods[i].reading.extra = &extra;
        pods[i].reading.n_extra = 1;
        km_sample_set(&pods[i].reading.sample, KM_DISK_READ_BYTES, tick * 4096 + i);
        if (tick % 3)
            km_sample_set(&pods[i].reading.sample, KM_CPU_USAGE, tick % 17);
    }
    return km_store_append(store, &batch, time_ms);
}

static int hash_row(void *arg, const struct km_row *row)
{
    uint64_t *hash = arg;

    *hash = *hash * 31 + (uint64_t)row->time_ms;
    for (unsigned i = 0; i < row->count; i++)
        *hash = (*hash * 31 + row->metric[i]) * 31 + (uint64_t)row->value[i];
    return 0;
}

/* Of every row of every entity, in the order of names. */
static uint64_t hash_store(struct km_store *store)
{
    uint64_t hash = 1;

    for (int kind = KM_ENTITY_NODE; kind <= KM_ENTITY_POD; kind++) {
        const struct km_filter filter = {.kind = (enum km_entity_kind)kind};
        struct km_ref *refs = NULL;
        struct km_view view;
        size_t count = 0;

        assert_int_equal(km_store_list(store, &filter, km_time_now_ms(), &refs, &count), 0);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(km_store_view(store, refs[i], &view), 0);
            for (const char *c = view.phase ? view.phase : "-"; *c; c++)
                hash = hash * 31 + (uint64_t)*c;
            hash = hash * 31 + (uint64_t)view.received_ms;
            assert_int_equal(km_store_scan(store, refs[i], 0, INT64_MAX, hash_row, &hash), 0);
        }
        free(refs);
    }
    return hash;
}

static uint64_t rows_of(struct km_store *store)
{
    struct km_store_status status;

    km_store_get_status(store, &status);
    return status.rows;
}

/* The directory as it would be after kill -9: copied while the process still has it. */
static void crash_copy(void)
{
    char command[256];

    snprintf(command, sizeof(command), "cp -r %s %s.copy && rm %s.copy/LOCK", folder, folder,
             folder);
    assert_int_equal(system(command), 0);
}

static void use_copy(void)
{
    char command[256];

    snprintf(command, sizeof(command), "rm -r %s && mv %s.copy %s", folder, folder, folder);
    assert_int_equal(system(command), 0);
}

/* Fills a store, "crashes", and leaves the folder. Returns the hash of what was in it. */
static uint64_t fill(size_t checkpoint_size, bool late, uint64_t *ret_rows)
{
    struct km_store *store = make_store();
    struct km_durability *d;
    struct km_durability_status status;
    uint64_t hash;

    assert_int_equal(start(store, checkpoint_size, &d), 0);
    for (int tick = 0; tick < TICKS; tick++) {
        if (late && tick % 50 == 20)
            continue;
        for (unsigned node = 0; node < 5; node++)
            assert_int_equal(add_tick(store, node, tick), 0);
        /* Between checkpoints, which a thread writes when the journal has grown. */
        km_durability_get_status(d, &status);
        for (int i = 0; checkpoint_size && i < 1000 && status.journal_bytes > checkpoint_size;
             i++) {
            usleep(10000);
            km_durability_get_status(d, &status);
        }
    }
    for (int tick = 20; late && tick < TICKS; tick += 50)
        assert_int_equal(add_tick(store, 1, tick), 0);
    if (checkpoint_size)
        assert_true(status.checkpoints > 1);
    hash = hash_store(store);
    *ret_rows = rows_of(store);
    crash_copy();
    km_durability_stop(d);
    km_store_free(store);
    use_copy();
    return hash;
}

static void check_back(uint64_t hash, uint64_t rows)
{
    struct km_store *store = make_store();
    struct km_durability *d;

    assert_int_equal(start(store, 0, &d), 0);
    assert_int_equal(rows_of(store), rows);
    assert_true(hash_store(store) == hash);
    km_durability_stop(d);
    km_store_free(store);
}

static void all_comes_back_from_the_journal(void **state)
{
    uint64_t rows, hash = fill(0, false, &rows);

    (void)state;
    assert_int_equal(rows, TICKS * 5 * 4);
    check_back(hash, rows);
    check_back(hash, rows); /* now from the checkpoint of the end */
    assert_null(strstr(said, "left out"));
}

static void all_comes_back_from_checkpoints(void **state)
{
    uint64_t rows, hash = fill(30000, false, &rows);

    (void)state;
    check_back(hash, rows);
    assert_null(strstr(said, "left out"));
    assert_null(strstr(said, "missing"));
}

static void late_rows_come_back(void **state)
{
    uint64_t rows, hash = fill(30000, true, &rows);

    (void)state;
    check_back(hash, rows);
    check_back(hash, rows);
}

/* The first file of a kind in the folder. */
static void find(const char *prefix, char path[128])
{
    char command[256];
    FILE *list;

    snprintf(command, sizeof(command), "ls %s/%s-*", folder, prefix);
    list = popen(command, "re");
    assert_non_null(list);
    assert_non_null(fgets(path, 128, list));
    pclose(list);
    path[strcspn(path, "\n")] = '\0';
}

static void flip(const char *path, off_t offset)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, offset), 1);
    byte ^= 4;
    assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
    close(fd);
}

static uint64_t rows_after_start(void)
{
    struct km_store *store = make_store();
    struct km_durability *d;
    uint64_t rows;

    assert_int_equal(start(store, 0, &d), 0);
    rows = rows_of(store);
    km_durability_stop(d);
    km_store_free(store);
    return rows;
}

static void a_flipped_bit_costs_a_batch(void **state)
{
    uint64_t rows;
    char path[128];
    struct stat st;

    (void)state;
    fill(0, false, &rows);
    find("journal", path);
    assert_int_equal(stat(path, &st), 0);
    flip(path, st.st_size - 20);
    flip(path, st.st_size / 2);
    assert_int_equal(rows_after_start(), rows - 8);
    assert_non_null(strstr(said, "damaged and left out"));
}

static void a_torn_tail_is_cut_off(void **state)
{
    uint64_t rows;
    char path[128];
    struct stat st;

    (void)state;
    fill(0, false, &rows);
    find("journal", path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 3), 0);
    assert_int_equal(rows_after_start(), rows - 4);
    assert_non_null(strstr(said, "ends in the middle of a write"));
}

static void a_damaged_history_costs_a_piece(void **state)
{
    uint64_t rows, left;
    char path[128];
    struct stat st;

    (void)state;
    fill(30000, false, &rows);
    find("history", path);
    assert_int_equal(stat(path, &st), 0);
    flip(path, 0); /* the head */
    flip(path, st.st_size - 30);
    left = rows_after_start();
    assert_true(left < rows && left > rows / 2);
    assert_non_null(strstr(said, "the head is damaged"));
}

static void a_missing_history_is_missed(void **state)
{
    uint64_t rows, left;
    char path[128];

    (void)state;
    fill(30000, false, &rows);
    find("history", path);
    assert_int_equal(unlink(path), 0);
    left = rows_after_start();
    assert_true(left < rows && left > 0);
    assert_non_null(strstr(said, "is missing"));
}

static void a_missing_open_file_costs_what_was_in_it(void **state)
{
    uint64_t rows, left;
    char path[128];

    (void)state;
    fill(30000, false, &rows);
    find("open", path);
    assert_int_equal(unlink(path), 0);
    left = rows_after_start();
    assert_true(left < rows && left > 0);
    assert_non_null(strstr(said, "no file open"));
}

static void history_goes_with_retention(void **state)
{
    struct km_durability_status status;
    struct km_durability *d;
    struct km_store *store;
    uint64_t rows;
    char path[128];

    (void)state;
    fill(30000, false, &rows);
    find("history", path);
    retention_ms = 100000;
    store = make_store();
    assert_int_equal(start(store, 0, &d), 0);
    for (int i = 0; i < 1000 && access(path, F_OK) == 0; i++)
        usleep(10000);
    assert_int_equal(access(path, F_OK), -1);
    km_durability_get_status(d, &status);
    assert_true(rows_of(store) < rows / 5);
    assert_true(rows_of(store) > 0);
    assert_true(status.history_files < 3);
    km_durability_stop(d);
    km_store_free(store);
}

static void strangers_are_left_alone(void **state)
{
    char path[128];
    int fd;

    (void)state;
    snprintf(path, sizeof(path), "%s/notes.txt", folder);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(rows_after_start(), 0);
    assert_non_null(strstr(said, "notes.txt is not a file of this server"));
    assert_int_equal(access(path, F_OK), 0);
}

static void a_newer_version_is_not_touched(void **state)
{
    struct km_store *store = make_store();
    struct km_durability *d;
    uint64_t rows;
    char path[128];

    (void)state;
    fill(0, false, &rows);
    find("journal", path);
    flip(path, 8); /* version 1 becomes 5 */
    assert_int_equal(start(store, 0, &d), -EPROTO);
    assert_non_null(strstr(said, "has format version 5"));
    assert_int_equal(access(path, F_OK), 0);
    km_store_free(store);
    flip(path, 8);
    assert_int_equal(rows_after_start(), rows);
}

static void a_directory_has_one_owner(void **state)
{
    struct km_store *store = make_store(), *other = make_store();
    struct km_durability *d, *e;

    (void)state;
    assert_int_equal(start(store, 0, &d), 0);
    assert_int_equal(start(other, 0, &e), -EBUSY);
    assert_non_null(strstr(said, "in use by another process"));
    km_durability_stop(d);
    km_store_free(store);
    km_store_free(other);
}

static void a_file_is_no_directory(void **state)
{
    struct km_store *store = make_store();
    struct km_durability_config config = {.dir = "/dev/null", .say = remember};
    struct km_durability *d;
    struct km_buf error = KM_BUF_INIT;

    (void)state;
    assert_int_equal(km_durability_start(&config, store, &d, &error), -ENOTDIR);
    assert_non_null(strstr(km_buf_str(&error), "--data-dir /dev/null"));
    km_buf_done(&error);
    km_store_free(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_comes_back_from_the_journal),
        TEST(all_comes_back_from_checkpoints),
        TEST(late_rows_come_back),
        TEST(a_flipped_bit_costs_a_batch),
        TEST(a_torn_tail_is_cut_off),
        TEST(a_damaged_history_costs_a_piece),
        TEST(a_missing_history_is_missed),
        TEST(a_missing_open_file_costs_what_was_in_it),
        TEST(history_goes_with_retention),
        TEST(strangers_are_left_alone),
        TEST(a_newer_version_is_not_touched),
        TEST(a_directory_has_one_owner),
        TEST(a_file_is_no_directory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
