/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gzip.h"

/* Text that packs well but is not all one byte. */
static void fill(struct km_buf *out, int lines)
{
    for (int i = 0; i < lines; i++)
        km_buf_printf(out, "{\"node\":\"node-%d\",\"cpu_usage\":%d.125}\n", i, i * 7);
}

static void gives_back_what_was_packed(void **state)
{
    km_auto_buf struct km_buf text = KM_BUF_INIT, packed = KM_BUF_INIT, again = KM_BUF_INIT;

    (void)state;
    fill(&text, 5000);
    assert_int_equal(km_gzip(text.data, text.len, &packed), 0);
    assert_true(packed.len < text.len / 3);
    assert_int_equal(km_gunzip(packed.data, packed.len, text.len, &again), 0);
    assert_int_equal(again.len, text.len);
    assert_memory_equal(again.data, text.data, text.len);
}

static void packs_in_pieces(void **state)
{
    km_auto_buf struct km_buf text = KM_BUF_INIT, packed = KM_BUF_INIT, again = KM_BUF_INIT;
    struct km_gzip_stream *stream = km_gzip_stream_new();

    (void)state;
    assert_non_null(stream);
    fill(&text, 3000);
    for (size_t at = 0; at < text.len; at += 777) {
        size_t len = text.len - at < 777 ? text.len - at : 777;

        assert_int_equal(km_gzip_stream_write(stream, text.data + at, len, false, &packed), 0);
    }
    assert_int_equal(km_gzip_stream_write(stream, NULL, 0, true, &packed), 0);
    km_gzip_stream_free(stream);
    assert_int_equal(km_gunzip(packed.data, packed.len, text.len, &again), 0);
    assert_int_equal(again.len, text.len);
    assert_memory_equal(again.data, text.data, text.len);
}

/* One packer, at both levels in turn: each text stands for itself. */
static void packs_one_text_after_another(void **state)
{
    struct km_gzip_packer *packer = km_gzip_packer_new();
    size_t fast = 0, small = 0;

    (void)state;
    assert_non_null(packer);
    for (int i = 0; i < 6; i++) {
        km_auto_buf struct km_buf text = KM_BUF_INIT, packed = KM_BUF_INIT, again = KM_BUF_INIT;

        fill(&text, i == 5 ? 0 : 5000 + i);
        assert_int_equal(km_gzip_pack(packer, i % 2 ? KM_GZIP_FAST : KM_GZIP_SMALL, text.data,
                                      text.len, &packed),
                         0);
        fast = i == 1 ? packed.len : fast;
        small = i == 2 ? packed.len : small;
        assert_int_equal(km_gunzip(packed.data, packed.len, text.len, &again), 0);
        assert_int_equal(again.len, text.len);
        if (text.len)
            assert_memory_equal(again.data, text.data, text.len);
    }
    assert_true(small < fast);
    km_gzip_packer_free(packer);
    km_gzip_packer_free(NULL);
}

static void packs_nothing(void **state)
{
    km_auto_buf struct km_buf packed = KM_BUF_INIT, again = KM_BUF_INIT;

    (void)state;
    assert_int_equal(km_gzip("", 0, &packed), 0);
    assert_int_equal(km_gunzip(packed.data, packed.len, 0, &again), 0);
    assert_int_equal(again.len, 0);
}

static void reads_several_members(void **state)
{
    km_auto_buf struct km_buf packed = KM_BUF_INIT, again = KM_BUF_INIT;

    (void)state;
    assert_int_equal(km_gzip("one,", 4, &packed), 0);
    assert_int_equal(km_gzip("two", 3, &packed), 0);
    assert_int_equal(km_gunzip(packed.data, packed.len, 7, &again), 0);
    assert_int_equal(again.len, 7);
    assert_memory_equal(again.data, "one,two", 7);
    /* The limit is of both together. */
    km_buf_clear(&again);
    assert_int_equal(km_gunzip(packed.data, packed.len, 6, &again), -EMSGSIZE);
}

static void stops_a_bomb_at_the_limit(void **state)
{
    km_auto_buf struct km_buf packed = KM_BUF_INIT, again = KM_BUF_INIT;
    size_t len = 32 << 20;
    char *zeros = calloc(1, len);

    (void)state;
    assert_non_null(zeros);
    assert_int_equal(km_gzip(zeros, len, &packed), 0);
    free(zeros);
    assert_true(packed.len < 1 << 20);
    assert_int_equal(km_gunzip(packed.data, packed.len, 100000, &again), -EMSGSIZE);
    assert_true(again.cap < 1 << 20);
}

static void refuses_what_is_not_gzip(void **state)
{
    km_auto_buf struct km_buf text = KM_BUF_INIT, packed = KM_BUF_INIT, again = KM_BUF_INIT;

    (void)state;
    assert_int_equal(km_gunzip("", 0, 100, &again), -EINVAL);
    assert_int_equal(km_gunzip("{\"node\":1}", 10, 100, &again), -EINVAL);
    fill(&text, 50);
    assert_int_equal(km_gzip(text.data, text.len, &packed), 0);
    for (size_t len = 0; len < packed.len; len++) {
        km_buf_clear(&again);
        assert_int_equal(km_gunzip(packed.data, len, text.len, &again), -EINVAL);
    }
    packed.data[packed.len - 5] ^= 1; /* the checksum */
    assert_int_equal(km_gunzip(packed.data, packed.len, text.len, &again), -EINVAL);
}

static void knows_who_accepts_gzip(void **state)
{
    static const struct {
        const char *header;
        bool accepted;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"deflate, gzip;q=1.0, *;q=0.5", true},
        {"deflate,br", false},
        {"gzip;q=0", false},
        {"gzip; q=0.000", false},
        {"gzip;q=0.001", true},
        {"gzip;q=0, *", false},
        {"*", true},
        {"*;q=0", false},
        {"identity, *;q=0.1", true},
        {"notgzip", false},
        {"gzipped", false},
        {"x-gzip", true},
        {",,, ,", false},
        {"br;q=0, gzip", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (km_gzip_accepted(cases[i].header) != cases[i].accepted)
            fail_msg("Accept-Encoding: %s", cases[i].header ? cases[i].header : "(none)");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_packed),   cmocka_unit_test(packs_in_pieces),
        cmocka_unit_test(packs_one_text_after_another), cmocka_unit_test(packs_nothing),
        cmocka_unit_test(reads_several_members),        cmocka_unit_test(stops_a_bomb_at_the_limit),
        cmocka_unit_test(refuses_what_is_not_gzip),     cmocka_unit_test(knows_who_accepts_gzip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
