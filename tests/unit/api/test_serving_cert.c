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

#include <gnutls/x509.h>

#include "serving_cert.h"
#include "time_format.h"

#define DAY_MS INT64_C(86400000)

/* The serial number of what is shown, and when it ends. */
static void look(struct km_serving_cert *cert, unsigned char ret_serial[32], time_t *ret_ends)
{
    gnutls_x509_crt_t shown;
    gnutls_pcert_st *chain;
    gnutls_privkey_t key;
    unsigned count;
    size_t len = 32;

    memset(ret_serial, 0, 32);
    assert_int_equal(km_serving_cert_get(cert, &chain, &count, &key), 0);
    assert_int_equal(count, 1);
    assert_int_equal(gnutls_x509_crt_init(&shown), 0);
    assert_int_equal(gnutls_x509_crt_import(shown, &chain[0].cert, GNUTLS_X509_FMT_DER), 0);
    assert_int_equal(gnutls_x509_crt_get_serial(shown, ret_serial, &len), 0);
    *ret_ends = gnutls_x509_crt_get_expiration_time(shown);
    assert_true(gnutls_x509_crt_check_hostname(shown, "localhost"));
    gnutls_x509_crt_deinit(shown);
}

static void makes_a_new_one_in_time(void **state)
{
    int64_t now = km_time_now_ms();
    struct km_serving_cert *cert;
    unsigned char first[32], second[32];
    time_t ends;

    (void)state;
    assert_int_equal(km_serving_cert_new(NULL, NULL, "kubemonitor-api", &cert), 0);
    look(cert, first, &ends);
    assert_true(ends > (now + 360 * DAY_MS) / 1000);
    assert_int_equal(km_serving_cert_update(cert, now + 240 * DAY_MS), 0);
    look(cert, second, &ends);
    assert_memory_equal(first, second, 32);
    assert_int_equal(km_serving_cert_update(cert, now + 245 * DAY_MS), 1);
    look(cert, second, &ends);
    assert_memory_not_equal(first, second, 32);
    assert_true(ends > (now + 600 * DAY_MS) / 1000);
    assert_int_equal(km_serving_cert_update(cert, now + 245 * DAY_MS + 1), 0);
    assert_int_equal(km_serving_cert_update(cert, now + 600 * DAY_MS), 1);
    assert_int_equal(km_serving_cert_update(cert, now + 900 * DAY_MS), 1);
    assert_int_equal(km_serving_cert_update(cert, now + 1200 * DAY_MS), 1);
    km_serving_cert_free(cert);
}

static void refuses_half_a_pair(void **state)
{
    struct km_serving_cert *cert;

    (void)state;
    assert_int_equal(km_serving_cert_new("/nonexistent", NULL, "n", &cert), -EINVAL);
    assert_int_equal(km_serving_cert_new("/nonexistent", "/nonexistent", "n", &cert), -ENOENT);
    assert_int_equal(km_serving_cert_new("/proc/self/comm", "/proc/self/comm", "n", &cert),
                     -EINVAL);
    km_serving_cert_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(makes_a_new_one_in_time),
                                       cmocka_unit_test(refuses_half_a_pair)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
