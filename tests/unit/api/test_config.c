/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"

/* Reads a command line "a b c" (at most 7 words). */
static enum km_options_result read_words(const char *words, struct km_api_config *config,
                                         struct km_buf *out)
{
    char text[200], *argv[9] = {(char[]){"kubemonitor-api"}};
    int argc = 1;

    strcpy(text, words);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    *config = (struct km_api_config){0};
    km_buf_clear(out);
    return km_options_read(&km_api_program, argc, argv, config, out);
}

static void has_the_documented_defaults(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_api_config config;

    (void)state;
    assert_int_equal(read_words("", &config, &out), KM_OPTIONS_RUN);
    assert_string_equal(config.listen, "0.0.0.0:8080");
    assert_int_equal(config.retention, 3600000);
    assert_int_equal(config.interval, 5000);
    assert_int_equal(config.memory_limit, 0);
    assert_int_equal(config.max_body, 4 << 20);
    assert_int_equal(config.max_connections, 8192);
    assert_null(config.tls_cert);
    assert_true(km_default_memory_limit() >= 1 << 20);
}

static void keeps_options_within_their_limits(void **state)
{
    static const struct {
        const char *words;
        enum km_options_result result;
    } cases[] = {
        {"--retention 10s --interval 100ms", KM_OPTIONS_RUN},
        {"--retention 366d", KM_OPTIONS_ERROR}, /* no such unit */
        {"--retention 8784h", KM_OPTIONS_RUN},
        {"--retention 8785h", KM_OPTIONS_ERROR},
        {"--retention 9s", KM_OPTIONS_ERROR},
        {"--interval 0", KM_OPTIONS_ERROR},
        {"--memory-limit 1Mi", KM_OPTIONS_RUN},
        {"--memory-limit 1Ki", KM_OPTIONS_ERROR},
        {"--max-body 1Ki", KM_OPTIONS_RUN},
        {"--max-body 1023", KM_OPTIONS_ERROR},
        {"--max-body 257Mi", KM_OPTIONS_ERROR},
        {"--max-connections 0", KM_OPTIONS_ERROR},
        {"--threads 1", KM_OPTIONS_ERROR},
        {"--threads 65", KM_OPTIONS_ERROR},
        {"--log-level loud", KM_OPTIONS_ERROR},
        {"--nothing", KM_OPTIONS_ERROR},
        {"--help", KM_OPTIONS_DONE},
    };
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_api_config config;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (read_words(cases[i].words, &config, &out) != cases[i].result)
            fail_msg("%s: %s", cases[i].words, out.data ? km_buf_str(&out) : "taken");
    }
}

static void takes_the_environment_below_the_command_line(void **state)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_api_config config;

    (void)state;
    setenv("KUBEMONITOR_MAX_KEYS", "7", 1);
    setenv("KUBEMONITOR_THREADS", "8", 1);
    assert_int_equal(read_words("--threads 4", &config, &out), KM_OPTIONS_RUN);
    assert_int_equal(config.max_keys, 7);
    assert_int_equal(config.threads, 4);
    setenv("KUBEMONITOR_MAX_KEYS", "many", 1);
    assert_int_equal(read_words("", &config, &out), KM_OPTIONS_ERROR);
    assert_non_null(strstr(km_buf_str(&out), "KUBEMONITOR_MAX_KEYS"));
    unsetenv("KUBEMONITOR_MAX_KEYS");
    unsetenv("KUBEMONITOR_THREADS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_documented_defaults),
        cmocka_unit_test(keeps_options_within_their_limits),
        cmocka_unit_test(takes_the_environment_below_the_command_line),
    };

    clearenv(); /* the defaults are those of a machine where nothing is set */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
