/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crc32c.h"

/* RFC 3720, B.4. */
static void knows_the_examples_of_the_rfc(void **state)
{
    uint8_t zeros[32] = {0}, ones[32], rising[32];

    (void)state;
    memset(ones, 0xff, sizeof(ones));
    for (unsigned i = 0; i < sizeof(rising); i++)
        rising[i] = (uint8_t)i;
    assert_int_equal(km_crc32c(0, zeros, 32), 0x8a9136aa);
    assert_int_equal(km_crc32c(0, ones, 32), 0x62a8ab43);
    assert_int_equal(km_crc32c(0, rising, 32), 0x46dd794e);
    assert_int_equal(km_crc32c(0, "123456789", 9), 0xe3069283);
}

static void both_ways_agree_at_every_length_and_place(void **state)
{
    uint8_t bytes[80];

    (void)state;
    srand(1);
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)rand();
    for (unsigned from = 0; from < 8; from++) {
        for (unsigned size = 0; from + size <= sizeof(bytes); size++)
            assert_int_equal(km_crc32c(7, bytes + from, size),
                             km_crc32c_table(7, bytes + from, size));
    }
}

static void goes_on_where_it_stopped(void **state)
{
    const char text[] = "one after the other";

    (void)state;
    for (size_t cut = 0; cut < sizeof(text); cut++)
        assert_int_equal(km_crc32c(km_crc32c(0, text, cut), text + cut, sizeof(text) - cut),
                         km_crc32c(0, text, sizeof(text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_examples_of_the_rfc),
        cmocka_unit_test(both_ways_agree_at_every_length_and_place),
        cmocka_unit_test(goes_on_where_it_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
