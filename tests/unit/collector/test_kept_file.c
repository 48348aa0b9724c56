/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "kept_file.h"
#include "temp_root.h"

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

static int read_file(struct temp_root *t, struct km_kept_file *file, const char *path)
{
    return km_kept_read(&t->root, file, KM_KEPT_WHOLE, &t->buf, "%s", path);
}

static void reads_what_is_there_now(void **state)
{
    struct temp_root *t = *state;
    struct km_kept_file file = {0};
    int64_t number;

    temp_root_put(t, "/f", "12\n");
    assert_int_equal(read_file(t, &file, "/f"), 0);
    assert_string_equal(t->buf.data, "12\n");
    assert_int_equal(t->root.kept, 1);
    temp_root_put(t, "/f", "7\n");
    /* The path is not needed any more. */
    assert_int_equal(km_kept_read_number(&t->root, &file, &t->buf, &number, "/none"), 0);
    assert_int_equal(number, 7);
    temp_root_put(t, "/f", "x\n");
    assert_int_equal(km_kept_read_number(&t->root, &file, &t->buf, &number, "/f"), -EINVAL);
    assert_int_equal(t->root.files, 3);
    km_kept_close(&t->root, &file);
    assert_int_equal(t->root.kept, 0);
    km_kept_close(&t->root, &file);
    assert_int_equal(t->root.kept, 0);
}

/* A seq_file gives whole records of a page at a time: here one of many pages, and one of one. */
static void reads_kernel_files_to_their_end(void **state)
{
    struct km_root root = {.dir = "/", .proc = "/proc", .kept_max = 10};
    struct km_buf buf = KM_BUF_INIT;
    struct km_kept_file list = {0}, whole = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(km_kept_read(&root, &list, KM_KEPT_LIST, &buf, "/proc/self/smaps"), 0);
        assert_true(buf.len > 4096);
        assert_non_null(strstr(buf.data, "[stack]"));
        assert_int_equal(km_kept_read(&root, &whole, KM_KEPT_WHOLE, &buf, "/proc/self/stat"), 0);
        assert_int_equal(buf.data[buf.len - 1], '\n');
    }
    assert_int_equal(root.kept, 2);
    km_kept_close(&root, &list);
    km_kept_close(&root, &whole);
    km_buf_done(&buf);
}

/* 0, 1, 3, 7 readings are left out, and so on; then it is found. */
static void looks_less_and_less_often_for_what_is_not_there(void **state)
{
    struct temp_root *t = *state;
    struct km_kept_file file = {0};
    int looks = 0;

    for (int i = 0; i < 250; i++) {
        looks += file.rest == 0;
        assert_int_equal(read_file(t, &file, "/f"), -ENOENT);
    }
    assert_int_equal(looks, 9); /* at 0 1 3 7 15 31 63 127 191 */
    temp_root_put(t, "/f", "1\n");
    for (int i = 0; i < 64 && read_file(t, &file, "/f") < 0; i++)
        ;
    assert_int_equal(t->root.kept, 1);
    /* One that is of no use counts as not there, but is looked for as often as at first. */
    km_kept_rest(&t->root, &file);
    assert_int_equal(t->root.kept, 0);
    assert_int_equal(read_file(t, &file, "/f"), 0);
    km_kept_rest(&t->root, &file);
    assert_int_equal(file.rest, 0);
    assert_int_equal(t->root.failures, 0);
}

/* ESRCH: the process has ended, and another one may have its number now. */
static void tells_what_has_gone(void **state)
{
    struct km_root root = {.dir = "/", .proc = "/proc", .kept_max = 10};
    struct km_buf buf = KM_BUF_INIT;
    struct km_kept_file file = {0}, other = {0};
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(km_kept_read(&root, &file, KM_KEPT_WHOLE, &buf, "/proc/%d/stat", (int)child),
                     0);
    assert_int_equal(km_kept_read(&root, &other, KM_KEPT_WHOLE, &buf, "/proc/%d/stat", (int)child),
                     0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(km_kept_read(&root, &file, KM_KEPT_WHOLE, &buf, "/proc/%d/stat", (int)child),
                     -ENOENT);
    assert_int_equal(root.kept, 1);
    assert_int_equal(root.failures, 0);
    /* What stands under the path now is another one. */
    assert_int_equal(
        km_kept_read(&root, &other, KM_KEPT_WHOLE, &buf, "/proc/%d/stat", (int)getpid()),
        KM_KEPT_ANEW);
    assert_int_equal(
        km_kept_read(&root, &other, KM_KEPT_WHOLE, &buf, "/proc/%d/stat", (int)getpid()), 0);
    km_kept_close(&root, &other);
    km_buf_done(&buf);
}

static void reads_without_keeping_where_there_is_no_room(void **state)
{
    struct temp_root *t = *state;
    struct km_kept_file files[3] = {0};
    int before = open("/dev/null", O_RDONLY), after;

    close(before);
    t->root.kept_max = 2;
    temp_root_put(t, "/f", "1\n");
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++) {
            assert_int_equal(read_file(t, &files[i], "/f"), 0);
            assert_string_equal(t->buf.data, "1\n");
        }
    }
    assert_int_equal(t->root.kept, 2);
    assert_int_equal(t->root.not_kept, 3);
    for (int i = 0; i < 3; i++)
        km_kept_close(&t->root, &files[i]);
    after = open("/dev/null", O_RDONLY);
    assert_int_equal(after, before); /* nothing is left open */
    close(after);
}

static void tells_missing_from_unreadable(void **state)
{
    struct temp_root *t = *state;
    struct km_kept_file folder = {0}, below = {0}, big = {0};
    char path[128];

    temp_root_put(t, "/folder", NULL);
    assert_int_equal(read_file(t, &folder, "/folder"), -EISDIR);
    assert_int_equal(t->root.failures, 1);
    temp_root_put(t, "/big", "");
    assert_int_equal(read_file(t, &below, "/big/x"), -ENOENT);
    snprintf(path, sizeof(path), "%s/big", t->dir);
    assert_int_equal(truncate(path, (16 << 20) + 1), 0);
    assert_int_equal(read_file(t, &big, "/big"), -EFBIG);
    assert_int_equal(t->root.failures, 2);
    assert_int_equal(t->root.kept, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_root(reads_what_is_there_now),
        cmocka_unit_test(reads_kernel_files_to_their_end),
        with_root(looks_less_and_less_often_for_what_is_not_there),
        cmocka_unit_test(tells_what_has_gone),
        with_root(reads_without_keeping_where_there_is_no_room),
        with_root(tells_missing_from_unreadable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
