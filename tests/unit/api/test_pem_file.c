/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pem_file.h"

static void assert_reads(size_t len, size_t expected)
{
    char path[] = "/tmp/test_pem_file.XXXXXX";
    int fd = mkstemp(path);
    char *text;

    assert_true(fd >= 0);
    for (size_t i = 0; i < len; i++)
        assert_int_equal(write(fd, i % 64 == 63 ? "\n" : "x", 1), 1);
    close(fd);
    text = km_pem_read(path);
    unlink(path);
    assert_non_null(text);
    assert_int_equal(strlen(text), expected);
    free(text);
}

static void reads_files_of_every_size(void **state)
{
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 8192, 10000};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        assert_reads(sizes[i], sizes[i]);
}

static void says_that_there_is_none(void **state)
{
    (void)state;
    assert_null(km_pem_read("/nowhere/at/all.pem"));
    assert_null(km_pem_read("/")); /* a folder */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_files_of_every_size),
        cmocka_unit_test(says_that_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
