/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "temp_root.h"

#define with_root(f) cmocka_unit_test_setup_teardown(f, temp_root_setup, temp_root_teardown)

static void joins_paths(void **state)
{
    struct km_root top = {.dir = "/"}, other = {.dir = "/some/where"};
    char path[KM_PATH], *long_path = malloc(KM_PATH + 1);

    (void)state;
    km_root_path(&top, path, "/proc/%d", 7);
    assert_string_equal(path, "/proc/7");
    km_root_path(&other, path, "/proc/%d", 7);
    assert_string_equal(path, "/some/where/proc/7");
    assert_non_null(long_path);
    memset(long_path, 'x', KM_PATH);
    long_path[KM_PATH] = '\0';
    km_root_path(&top, path, "%s", long_path);
    assert_string_equal(path, "");
    free(long_path);
}

static void reads_to_the_end(void **state)
{
    struct temp_root *t = *state;
    char *text = malloc(20001);

    assert_non_null(text);
    memset(text, 'a', 20000);
    text[20000] = '\0';
    temp_root_put(t, "/long", text);
    assert_int_equal(km_root_read(&t->root, &t->buf, "/%s", "long"), 0);
    assert_int_equal(t->buf.len, 20000);
    assert_string_equal(t->buf.data, text);
    free(text);
    temp_root_put(t, "/empty", "");
    assert_int_equal(km_root_read(&t->root, &t->buf, "/empty"), 0);
    assert_string_equal(t->buf.data, "");
    assert_int_equal(t->root.files, 2);
}

/* What is not there is no failure; what is there and cannot be read is one. */
static void tells_missing_from_unreadable(void **state)
{
    struct temp_root *t = *state;

    assert_int_equal(km_root_read(&t->root, &t->buf, "/none"), -ENOENT);
    assert_int_equal(t->root.failures, 0);
    temp_root_put(t, "/folder", NULL);
    assert_int_equal(km_root_read(&t->root, &t->buf, "/folder"), -EISDIR);
    assert_int_equal(t->root.failures, 1);
    temp_root_put(t, "/big", "");
    {
        char path[128];

        snprintf(path, sizeof(path), "%s/big", t->dir);
        assert_int_equal(truncate(path, (16 << 20) + 1), 0);
    }
    assert_int_equal(km_root_read(&t->root, &t->buf, "/big"), -EFBIG);
    assert_int_equal(t->root.failures, 2);
}

static void reads_a_number(void **state)
{
    struct temp_root *t = *state;
    int64_t number = 3;

    temp_root_put(t, "/max", "max\n");
    temp_root_put(t, "/word", "12x\n");
    temp_root_put(t, "/number", "12\n");
    assert_int_equal(km_root_read_number(&t->root, &t->buf, &number, "/none"), -ENOENT);
    assert_int_equal(km_root_read_number(&t->root, &t->buf, &number, "/max"), -ERANGE);
    assert_int_equal(km_root_read_number(&t->root, &t->buf, &number, "/word"), -EINVAL);
    assert_int_equal(number, 3);
    assert_int_equal(km_root_read_number(&t->root, &t->buf, &number, "/number"), 0);
    assert_int_equal(number, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_paths),
        with_root(reads_to_the_end),
        with_root(tells_missing_from_unreadable),
        with_root(reads_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
