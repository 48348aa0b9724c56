/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "process_io.h"
#include "temp_root.h"

static const char io_file[] =
    "rchar: 9\nwchar: 9\nsyscr: 9\nsyscw: 9\nread_bytes: %d\nwrite_bytes: %d\n"
    "cancelled_write_bytes: 5\n";

static void put(struct temp_root *t, int pid, int reads, int writes)
{
    char path[64], text[256];

    snprintf(path, sizeof(path), "/proc/%d/io", pid);
    snprintf(text, sizeof(text), io_file, reads, writes);
    temp_root_put(t, path, text);
}

/* Reads these processes, up to a 0. */
static void read_io(struct temp_root *t, struct km_process_io *io, const int64_t *pids)
{
    struct km_process list[8] = {0};
    struct km_processes processes = {.list = list};

    for (; pids[processes.listed]; processes.listed++)
        list[processes.listed].pid = pids[processes.listed];
    km_process_io_read(io, &t->root, &t->buf, &processes);
    for (size_t i = 0; i < processes.listed; i++)
        km_kept_close(&t->root, &list[i].io);
    assert_int_equal(t->root.kept, 0);
}

static void adds_up_processes(void **state)
{
    struct temp_root *t = *state;
    struct km_process_io io = {0};

    put(t, 7, 4096, 8192);
    put(t, 8, 1, 2);
    read_io(t, &io, (int64_t[]){7, 8, 9, 0});
    assert_true(io.known);
    assert_int_equal(io.read_bytes, 4097);
    assert_int_equal(io.write_bytes, 8194);
    assert_int_equal(io.read_growth, 4097);
}

/* What an ended process wrote stays counted, and only what the others write comes on top. */
static void never_goes_down(void **state)
{
    struct temp_root *t = *state;
    struct km_process_io io = {0};

    put(t, 7, 100, 1000);
    put(t, 8, 10, 20);
    read_io(t, &io, (int64_t[]){7, 8, 0});
    read_io(t, &io, (int64_t[]){8, 0});
    assert_int_equal(io.write_bytes, 1020);
    assert_int_equal(io.write_growth, 0);
    put(t, 8, 10, 25);
    read_io(t, &io, (int64_t[]){8, 0});
    assert_int_equal(io.read_bytes, 110);
    assert_int_equal(io.write_bytes, 1025);
    assert_int_equal(io.write_growth, 5);
}

/* Once in its own numbers, then in its parent's; never in none, never in both. */
static void an_ended_process_counts_once(void **state)
{
    struct temp_root *t = *state;
    struct km_process list[2] = {{.pid = 7}, {.pid = 8}};
    struct km_processes processes = {.list = list, .listed = 2};
    struct km_process_io io = {0};

    put(t, 7, 0, 0);
    put(t, 8, 10, 20);
    km_process_io_read(&io, &t->root, &t->buf, &processes);
    processes.listed = 1; /* the child has ended, its parent does not know yet */
    processes.ended = 1;
    for (int i = 0; i < 3; i++) {
        km_process_io_read(&io, &t->root, &t->buf, &processes);
        assert_int_equal(processes.ended, 1);
        assert_int_equal(io.write_growth, 0);
    }
    put(t, 7, 10, 25);
    temp_root_put(t, "/proc/8/io", ""); /* stands for ESRCH */
    km_process_io_read(&io, &t->root, &t->buf, &processes);
    assert_int_equal(processes.ended, 0);
    assert_int_equal(io.write_bytes, 25);
    assert_int_equal(io.read_bytes, 10);
    km_kept_close(&t->root, &list[0].io);
    assert_int_equal(t->root.kept, 0);
}

static void knows_nothing_without_a_readable_process(void **state)
{
    struct temp_root *t = *state;
    struct km_process_io io = {0};

    temp_root_put(t, "/proc/7/io", "");
    temp_root_put(t, "/proc/8/io", "read_bytes: -1\nwrite_bytes: 5\n");
    temp_root_put(t, "/proc/9/io", "read_bytes: 5\nwrite_bytes: many\n");
    temp_root_put(t, "/proc/10/io", NULL);
    read_io(t, &io, (int64_t[]){7, 8, 9, 10, 11, 0});
    assert_false(io.known);
    assert_int_equal(io.read_bytes, 0);
}

static void a_sum_never_overflows(void **state)
{
    struct temp_root *t = *state;
    struct km_process_io io = {0};

    temp_root_put(t, "/proc/7/io", "read_bytes: 9223372036854775807\nwrite_bytes: 1\n");
    put(t, 8, 3, 4);
    read_io(t, &io, (int64_t[]){7, 8, 0});
    assert_int_equal(io.read_bytes, INT64_MAX);
    assert_int_equal(io.write_bytes, 1);
}

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(adds_up_processes),
        with_root(never_goes_down),
        with_root(an_ended_process_counts_once),
        with_root(knows_nothing_without_a_readable_process),
        with_root(a_sum_never_overflows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
