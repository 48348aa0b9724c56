/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "completion.h"

/* The answer to words, the last of which is being typed. The caller frees it. */
static char *answer(const char *const *words)
{
    char *argv[8], *text = NULL;
    int count = 0;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    for (; words[count]; count++)
        argv[count] = (char *)words[count];
    assert_int_equal(km_completion_answer(count, argv, out), 0);
    fclose(out);
    return text;
}

static void check(const char *const *words, const char *wanted)
{
    char *text = answer(words);

    assert_string_equal(text, wanted);
    free(text);
}

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static void offers_commands(void **state)
{
    (void)state;
    check(WORDS("nodes"), "nodes\tList the nodes\n:4\n");
    check(WORDS("-n", "shop", "po"),
          "pods\tList the pods\npod\tShow one pod and its containers\n:4\n");
    check(WORDS("frobnicate"), ":4\n");
}

static void offers_values_of_options(void **state)
{
    (void)state;
    check(WORDS("pods", "-o", "w"), "wide\n:4\n");
    check(WORDS("pods", "--output", "y"), "yaml\n:4\n");
    check(WORDS("nodes", "--sort", "lo"), "load\n:4\n");
    check(WORDS("pods", "--sort", "lo"), ":4\n");
    check(WORDS("pods", "--token-file", ""), ":0\n");
    check(WORDS("pods", "-o", "wide", "--sor"),
          "--sort\tOrder by name, cpu, memory, network, disk or another column; numbers "
          "descend\n:4\n");
    check(WORDS("completion", "z"), "zsh\n:4\n");
}

static void a_server_that_is_away_offers_nothing(void **state)
{
    (void)state;
    check(WORDS("--server", "http://127.0.0.1:1", "node", ""), ":4\n");
    check(WORDS("--server=not a url", "node", ""), ":4\n");
}

static void writes_a_script_for_each_shell(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char *text = NULL;
        size_t len;
        FILE *out = open_memstream(&text, &len);

        assert_int_equal(km_completion_script(shells[i], out), 0);
        fclose(out);
        assert_non_null(strstr(text, "kubectl-monitor __complete"));
        free(text);
    }
    assert_int_equal(km_completion_script("csh", stderr), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers_commands),
        cmocka_unit_test(offers_values_of_options),
        cmocka_unit_test(a_server_that_is_away_offers_nothing),
        cmocka_unit_test(writes_a_script_for_each_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
