/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "option.h"

struct config {
    bool once;
    const char *node;
    int64_t interval;
    int64_t limit;
    int64_t threads;
    int names;
};

static const struct km_option options[] = {
    {"once", NULL, KM_OPTION_FLAG, offsetof(struct config, once), NULL, NULL, 0, 0, "One tick"},
    {"node", "TEST_NODE", KM_OPTION_STRING, offsetof(struct config, node), "NAME", NULL, 0, 0,
     "Name of the node"},
    {"interval", "TEST_INTERVAL", KM_OPTION_DURATION, offsetof(struct config, interval), "DURATION",
     "5s", 100, 3600000, "Time between ticks"},
    {"limit", NULL, KM_OPTION_SIZE, offsetof(struct config, limit), "SIZE", "16Mi", 1, 0,
     "Most bytes"},
    {"threads", NULL, KM_OPTION_INT, offsetof(struct config, threads), "N", "2", 1, 64, "Threads"},
    {"names", NULL, KM_OPTION_CHOICE, offsetof(struct config, names), "auto|api|none", "auto", 0, 0,
     "Source of names"},
    {0},
};

static const struct km_program program = {"test", "1.2.3", "tests options", options};

/* Reads argv (NULL-terminated, without the program's name). */
static enum km_options_result read_options(struct config *config, struct km_buf *out,
                                           const char *const *args)
{
    char *argv[16] = {(char *)"test"};
    int argc = 1;

    memset(config, 0, sizeof(*config));
    while (args[argc - 1]) {
        argv[argc] = (char *)args[argc - 1];
        argc++;
    }
    return km_options_read(&program, argc, argv, config, out);
}

static void takes_defaults(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct config c;

    (void)state;
    unsetenv("TEST_NODE");
    unsetenv("TEST_INTERVAL");
    assert_int_equal(read_options(&c, &out, (const char *const[]){NULL}), KM_OPTIONS_RUN);
    assert_false(c.once);
    assert_null(c.node);
    assert_int_equal(c.interval, 5000);
    assert_int_equal(c.limit, 16 << 20);
    assert_int_equal(c.names, 0);
}

static void command_line_beats_environment(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct config c;

    (void)state;
    setenv("TEST_NODE", "from-env", 1);
    setenv("TEST_INTERVAL", "10s", 1);
    assert_int_equal(read_options(&c, &out,
                                  (const char *const[]){"--interval=500ms", "--once", "--names",
                                                        "none", "--limit", "2Gi", NULL}),
                     KM_OPTIONS_RUN);
    unsetenv("TEST_NODE");
    unsetenv("TEST_INTERVAL");
    assert_true(c.once);
    assert_string_equal(c.node, "from-env");
    assert_int_equal(c.interval, 500);
    assert_int_equal(c.limit, INT64_C(2) << 30);
    assert_int_equal(c.names, 2);
}

static void errors_name_the_option(void **state)
{
    static const struct {
        const char *args[3];
        const char *says;
    } cases[] = {
        {{"--nope"}, "--nope"},
        {{"stray"}, "stray"},
        {{"--node"}, "--node"},
        {{"--interval", "soon"}, "--interval"},
        {{"--interval", "50ms"}, "--interval"},
        {{"--interval", "2h"}, "--interval"},
        {{"--limit", "16MB"}, "--limit"},
        {{"--limit", "0"}, "--limit"},
        {{"--limit", "99999999999Gi"}, "--limit"},
        {{"--threads", "-1"}, "--threads"},
        {{"--threads", "65"}, "--threads"},
        {{"--names", "dns"}, "--names"},
        {{"--"}, "--"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        km_auto_buf struct km_buf out = KM_BUF_INIT;
        struct config c;

        assert_int_equal(read_options(&c, &out, cases[i].args), KM_OPTIONS_ERROR);
        assert_non_null(strstr(km_buf_str(&out), cases[i].says));
    }
}

static void environment_errors_name_the_variable(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct config c;

    (void)state;
    setenv("TEST_INTERVAL", "never", 1);
    assert_int_equal(read_options(&c, &out, (const char *const[]){NULL}), KM_OPTIONS_ERROR);
    unsetenv("TEST_INTERVAL");
    assert_non_null(strstr(km_buf_str(&out), "TEST_INTERVAL"));
}

static void help_version_and_man_come_from_the_table(void **state)
{
    static const char *const flags[] = {"--help", "--man"};
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct config c;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        km_buf_clear(&out);
        assert_int_equal(read_options(&c, &out, (const char *const[]){flags[i], NULL}),
                         KM_OPTIONS_DONE);
        assert_non_null(strstr(km_buf_str(&out), "interval"));
        assert_non_null(strstr(km_buf_str(&out), "TEST_INTERVAL"));
    }
    km_buf_clear(&out);
    assert_int_equal(read_options(&c, &out, (const char *const[]){"--version", NULL}),
                     KM_OPTIONS_DONE);
    assert_string_equal(km_buf_str(&out), "test 1.2.3\n");
}

static const struct km_word commands[] = {{"list", "Lists"}, {NULL, NULL}};
static const struct km_section sections[] = {{"Commands", commands}, {NULL, NULL}};
static const struct km_letter letters[] = {{'n', "node"}, {'1', "once"}, {0, NULL}};
static const struct km_words words = {"COMMAND [OPTION]...", sections, letters, 2};

static enum km_options_result read_words(struct config *config, struct km_buf *out,
                                         const char **ret_words, const char *const *args)
{
    char *argv[16] = {(char *)"test"};
    int argc = 1;

    memset(config, 0, sizeof(*config));
    while (args[argc - 1]) {
        argv[argc] = (char *)args[argc - 1];
        argc++;
    }
    return km_options_read_words(&program, &words, argc, argv, config, out, ret_words);
}

static void takes_words_and_letters_in_any_place(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    const char *got[3];
    struct config c;

    (void)state;
    assert_int_equal(
        read_words(&c, &out, got,
                   (const char *const[]){"list", "-n", "a", "-1", "x", "--threads=3", NULL}),
        KM_OPTIONS_RUN);
    assert_string_equal(got[0], "list");
    assert_string_equal(got[1], "x");
    assert_null(got[2]);
    assert_string_equal(c.node, "a");
    assert_true(c.once);
    assert_int_equal(c.threads, 3);
    assert_int_equal(read_words(&c, &out, got, (const char *const[]){"-nb", NULL}), KM_OPTIONS_RUN);
    assert_string_equal(c.node, "b");
    assert_null(got[0]);
    assert_int_equal(read_words(&c, &out, got, (const char *const[]){"-n=c", NULL}),
                     KM_OPTIONS_RUN);
    assert_string_equal(c.node, "c");
}

static void refuses_unknown_letters_and_a_word_too_many(void **state)
{
    static const char *const wrong[][4] = {
        {"-x", NULL}, {"-", NULL}, {"--", NULL}, {"-n", NULL}, {"a", "b", "c", NULL}};
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    const char *got[3];
    struct config c;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        km_buf_clear(&out);
        assert_int_equal(read_words(&c, &out, got, wrong[i]), KM_OPTIONS_ERROR);
        assert_true(out.len > 0);
    }
    /* a program without words takes none */
    assert_int_equal(read_options(&c, &out, (const char *const[]){"list", NULL}), KM_OPTIONS_ERROR);
}

static void help_and_man_tell_of_words_and_letters(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    const char *got[3];
    struct config c;

    (void)state;
    assert_int_equal(read_words(&c, &out, got, (const char *const[]){"-h", NULL}), KM_OPTIONS_DONE);
    assert_non_null(strstr(km_buf_str(&out), "COMMAND [OPTION]..."));
    assert_non_null(strstr(km_buf_str(&out), "-n, --node NAME"));
    km_buf_clear(&out);
    assert_int_equal(read_words(&c, &out, got, (const char *const[]){"--man", NULL}),
                     KM_OPTIONS_DONE);
    assert_non_null(strstr(km_buf_str(&out), ".SH COMMANDS\n.TP\n.B list\nLists\n"));
    assert_non_null(strstr(km_buf_str(&out), ".B \\-n, \\-\\-node"));
}

static void reads_durations_and_sizes(void **state)
{
    int64_t value;

    (void)state;
    assert_int_equal(km_duration_parse("90", &value), 0);
    assert_int_equal(value, 90000);
    assert_int_equal(km_duration_parse("1h", &value), 0);
    assert_int_equal(value, 3600000);
    assert_int_equal(km_duration_parse("1 h", &value), -EINVAL);
    assert_int_equal(km_duration_parse("-1s", &value), -EINVAL);
    assert_int_equal(km_duration_parse("", &value), -EINVAL);
    assert_int_equal(km_size_parse("64Ki", &value), 0);
    assert_int_equal(value, 65536);
    assert_int_equal(km_size_parse("9223372036854775807", &value), 0);
    assert_int_equal(km_size_parse("9223372036854775808", &value), -ERANGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_defaults),
        cmocka_unit_test(command_line_beats_environment),
        cmocka_unit_test(errors_name_the_option),
        cmocka_unit_test(environment_errors_name_the_variable),
        cmocka_unit_test(help_version_and_man_come_from_the_table),
        cmocka_unit_test(takes_words_and_letters_in_any_place),
        cmocka_unit_test(refuses_unknown_letters_and_a_word_too_many),
        cmocka_unit_test(help_and_man_tell_of_words_and_letters),
        cmocka_unit_test(reads_durations_and_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
