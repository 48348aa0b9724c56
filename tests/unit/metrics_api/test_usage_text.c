/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "usage_text.h"

static void assert_cpu(uint64_t nanocores, const char *text)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    km_write_cpu(&out, nanocores);
    assert_string_equal(km_buf_str(&out), text);
}

static void assert_memory(uint64_t bytes, const char *text)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    km_write_memory(&out, bytes);
    assert_string_equal(km_buf_str(&out), text);
}

static void assert_duration(int64_t ms, const char *text)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    km_write_duration(&out, ms);
    assert_string_equal(km_buf_str(&out), text);
}

static void writes_cpu(void **state)
{
    (void)state;
    assert_cpu(0, "0");
    assert_cpu(1, "1n");
    assert_cpu(1234567, "1234567n");
    assert_cpu(1234000, "1234u");
    assert_cpu(250000000, "250m");
    assert_cpu(1500000000, "1500m");
    assert_cpu(UINT64_C(2000000000), "2");
    assert_cpu(UINT64_C(2000000000000), "2k");
}

static void writes_memory(void **state)
{
    (void)state;
    assert_memory(0, "0");
    assert_memory(1, "1");
    assert_memory(1000, "1k");
    assert_memory(1023, "1023");
    assert_memory(1024, "1Ki");
    assert_memory(1025, "1025");
    assert_memory(20999168, "20507Ki");
    assert_memory(52428800, "50Mi");
    assert_memory(UINT64_C(3) << 30, "3Gi");
    assert_memory((UINT64_C(3) << 30) + 4096, "3145732Ki");
}

static void writes_durations(void **state)
{
    (void)state;
    assert_duration(0, "0s");
    assert_duration(250, "250ms");
    assert_duration(5000, "5s");
    assert_duration(5003, "5.003s");
    assert_duration(15120, "15.12s");
    assert_duration(1500, "1.5s");
    assert_duration(60000, "1m0s");
    assert_duration(3661500, "1h1m1.5s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_cpu),
        cmocka_unit_test(writes_memory),
        cmocka_unit_test(writes_durations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
