/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "token_file.h"

static char path[] = "/tmp/token-file-XXXXXX";

/* As the kubelet does it: a new file under the old name. */
static void replace(const char *text, size_t len)
{
    char next[64];
    FILE *file;

    snprintf(next, sizeof(next), "%s.new", path);
    file = fopen(next, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    fclose(file);
    assert_int_equal(rename(next, path), 0);
}

static int setup(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

static void takes_tokens_and_their_successors(void **state)
{
    struct km_token_file file = {.path = path};

    (void)state;
    replace("first\r\n\n  ", 10);
    assert_int_equal(km_token_file_update(&file), 0);
    assert_string_equal(km_token_file_first(&file), "first");
    assert_int_equal(km_token_file_update(&file), 0);
    replace("second\nthird", 12);
    assert_int_equal(km_token_file_update(&file), 0);
    assert_string_equal(km_token_file_first(&file), "second");
    assert_true(km_token_file_has(&file, "second"));
    assert_true(km_token_file_has(&file, "third"));
    assert_false(km_token_file_has(&file, "first"));
    assert_false(km_token_file_has(&file, "thir"));
    assert_false(km_token_file_has(&file, "third2"));
    assert_false(km_token_file_has(&file, ""));
    km_token_file_done(&file);
}

static void keeps_what_it_had_where_the_file_is_no_good(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } bad[] = {{"", 0}, {"\n \n", 3}, {"two words", 9}, {"a\0b", 3}, {"\xc3\xa9", 2}};
    struct km_token_file file = {.path = path};

    (void)state;
    replace("good", 4);
    assert_int_equal(km_token_file_update(&file), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        replace(bad[i].text, bad[i].len);
        assert_int_equal(km_token_file_update(&file), -EINVAL);
        assert_string_equal(km_token_file_first(&file), "good");
    }
    replace("better", 6);
    assert_int_equal(km_token_file_update(&file), 0);
    assert_string_equal(km_token_file_first(&file), "better");
    km_token_file_done(&file);
}

static void refuses_a_long_file_and_one_that_is_not_there(void **state)
{
    struct km_token_file file = {.path = path}, none = {.path = "/is/not/there"};
    char *text = malloc(KM_TOKEN_FILE_MAX + 1);

    (void)state;
    assert_non_null(text);
    memset(text, 'a', KM_TOKEN_FILE_MAX + 1);
    replace(text, KM_TOKEN_FILE_MAX + 1);
    assert_int_equal(km_token_file_update(&file), -EFBIG);
    replace(text, KM_TOKEN_FILE_MAX);
    assert_int_equal(km_token_file_update(&file), 0);
    assert_int_equal(km_token_file_update(&none), -ENOENT);
    assert_null(km_token_file_first(&none));
    assert_false(km_token_file_has(&none, "a"));
    km_token_file_done(&file);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_tokens_and_their_successors),
        cmocka_unit_test(keeps_what_it_had_where_the_file_is_no_good),
        cmocka_unit_test(refuses_a_long_file_and_one_that_is_not_there),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
