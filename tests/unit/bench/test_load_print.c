#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "load_print.h"

#define NOW_MS INT64_C(1800000000000)

static const struct km_load_schedule three_ticks = {
    .nodes = 2, .ticks = 3, .interval_ms = 5000, .fast = true};

static struct km_load *play(void)
{
    const struct km_load_config config = {
        .containers = 1,
        .cluster = {.seed = 7, .nodes = 2, .pods_per_node = 4},
        .interval_ms = 5000,
        .start_ms = NOW_MS - 15000,
    };
    struct km_load *load;

    assert_int_equal(km_load_new(&config, &load), 0);
    return load;
}

/* Each line is the body that would have been sent in its place. */
static void test_lines_are_the_bodies(void **state)
{
    struct km_load *printed = play(), *sent = play();
    char *text = NULL, *line, *save = NULL;
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    assert_int_equal(km_load_print(&three_ticks, NOW_MS, printed, out), 0);
    fclose(out);
    line = strtok_r(text, "\n", &save);
    for (int64_t tick = 0; tick < 3; tick++) {
        for (uint32_t node = 0; node < 2; node++) {
            uint64_t samples;

            assert_int_equal(km_load_body(sent, node,
                                          NOW_MS + km_load_stamp(&three_ticks, node, tick, 0),
                                          &body, &samples),
                             0);
            assert_non_null(line);
            assert_string_equal(line, km_buf_str(&body));
            line = strtok_r(NULL, "\n", &save);
        }
    }
    assert_null(line);
    free(text);
    km_load_free(printed);
    km_load_free(sent);
}

static void test_output_that_takes_nothing(void **state)
{
    struct km_load *load = play();
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(full);
    assert_int_equal(km_load_print(&three_ticks, NOW_MS, load, full), -EIO);
    fclose(full);
    km_load_free(load);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_the_bodies),
        cmocka_unit_test(test_output_that_takes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
