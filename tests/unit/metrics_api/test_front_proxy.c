/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gnutls/x509.h>

#include "front_proxy.h"

/* A certificate of a name, signed by another or by itself. */
struct made {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t cert;
    gnutls_datum_t der;
};

static void make(struct made *m, const char *name, struct made *by, const char *purpose)
{
    unsigned char serial[] = {7};
    time_t now = time(NULL);

    gnutls_x509_privkey_init(&m->key);
    gnutls_x509_crt_init(&m->cert);
    assert_int_equal(gnutls_x509_privkey_generate(m->key, GNUTLS_PK_ECDSA,
                                                  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                                  0),
                     0);
    gnutls_x509_crt_set_version(m->cert, 3);
    gnutls_x509_crt_set_serial(m->cert, serial, 1);
    gnutls_x509_crt_set_activation_time(m->cert, now - 100);
    gnutls_x509_crt_set_expiration_time(m->cert, now + 1000);
    gnutls_x509_crt_set_dn_by_oid(m->cert, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    gnutls_x509_crt_set_basic_constraints(m->cert, by == m, -1);
    if (purpose)
        gnutls_x509_crt_set_key_purpose_oid(m->cert, purpose, 0);
    gnutls_x509_crt_set_key(m->cert, m->key);
    assert_int_equal(gnutls_x509_crt_sign2(m->cert, by->cert, by->key, GNUTLS_DIG_SHA256, 0), 0);
    assert_int_equal(gnutls_x509_crt_export2(m->cert, GNUTLS_X509_FMT_DER, &m->der), 0);
}

static void done(struct made *m)
{
    gnutls_free(m->der.data);
    gnutls_x509_crt_deinit(m->cert);
    gnutls_x509_privkey_deinit(m->key);
}

/* Sets the proxy to the authority's certificate (NULL: to none) and a list of names. */
static int set(struct km_front_proxy *proxy, const struct made *authority, const char *names)
{
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *data = yyjson_mut_obj(doc);
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    gnutls_datum_t pem = {NULL, 0};
    yyjson_doc *read;
    int r;

    if (authority)
        gnutls_x509_crt_export2(authority->cert, GNUTLS_X509_FMT_PEM, &pem);
    yyjson_mut_doc_set_root(doc, data);
    yyjson_mut_obj_add_strn(doc, data, "requestheader-client-ca-file",
                            pem.data ? (const char *)pem.data : "none", pem.data ? pem.size : 4);
    yyjson_mut_obj_add_str(doc, data, "requestheader-allowed-names", names);
    yyjson_mut_obj_add_str(doc, data, "requestheader-username-headers", "[\"X-Remote-User\"]");
    read = yyjson_mut_doc_imut_copy(doc, NULL);
    r = km_front_proxy_set(proxy, yyjson_doc_get_root(read), &words);
    assert_int_equal(r<0, words.len> 0);
    yyjson_doc_free(read);
    yyjson_mut_doc_free(doc);
    gnutls_free(pem.data);
    return r;
}

static void headers(void *source, void (*each)(void *arg, const char *name, const char *value),
                    void *arg)
{
    (void)source;
    each(arg, "X-Remote-User", "jane");
}

static int ask(struct km_front_proxy *proxy, const struct made *shown)
{
    struct km_door_cert cert = {shown ? shown->der.data : NULL, shown ? shown->der.size : 0};
    struct km_door_visitor visitor = {.certs = &cert, .n_certs = shown ? 1 : 0, .headers = headers};
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_kube_user user;
    int r = km_front_proxy_user(proxy, &visitor, &user, &words);

    if (r == 0)
        km_kube_user_done(&user);
    else
        assert_true(words.len > 0);
    return r;
}

static void believes_by_certificate_and_name(void **state)
{
    struct km_front_proxy *proxy = km_front_proxy_new();
    struct made authority, other, good, server, foreign;
    struct made broken = {.der = {(unsigned char[]){"0"}, 1}};

    (void)state;
    make(&authority, "ca", &authority, NULL);
    make(&other, "ca", &other, NULL);
    make(&good, "front-proxy-client", &authority, GNUTLS_KP_TLS_WWW_CLIENT);
    make(&server, "front-proxy-client", &authority, GNUTLS_KP_TLS_WWW_SERVER);
    make(&foreign, "front-proxy-client", &other, GNUTLS_KP_TLS_WWW_CLIENT);
    assert_false(km_front_proxy_is_set(proxy));
    assert_int_equal(ask(proxy, &good), -EACCES);
    assert_int_equal(set(proxy, &authority, "[\"front-proxy-client\"]"), 0);
    assert_true(km_front_proxy_is_set(proxy));
    assert_int_equal(ask(proxy, &good), 0);
    assert_int_equal(ask(proxy, NULL), -EACCES);
    assert_int_equal(ask(proxy, &server), -EACCES);
    assert_int_equal(ask(proxy, &foreign), -EACCES);
    assert_int_equal(ask(proxy, &broken), -EACCES);
    assert_int_equal(set(proxy, &authority, "[\"front-proxy\"]"), 0);
    assert_int_equal(ask(proxy, &good), -EACCES);
    assert_int_equal(set(proxy, &authority, "[]"), 0);
    assert_int_equal(ask(proxy, &good), 0);
    assert_int_equal(set(proxy, &other, "[]"), 0);
    assert_int_equal(ask(proxy, &good), -EACCES);
    assert_int_equal(ask(proxy, &foreign), 0);
    /* What is not understood is believed by nobody, and what was before is known to be old. */
    assert_int_equal(set(proxy, NULL, "[]"), -EINVAL);
    assert_false(km_front_proxy_is_set(proxy));
    assert_int_equal(set(proxy, &other, "nonsense"), -EINVAL);
    assert_int_equal(ask(proxy, &foreign), -EACCES);
    assert_int_equal(set(proxy, &other, "[]"), 0);
    km_front_proxy_forget(proxy);
    assert_int_equal(ask(proxy, &foreign), -EACCES);
    done(&authority);
    done(&other);
    done(&good);
    done(&server);
    done(&foreign);
    km_front_proxy_free(proxy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(believes_by_certificate_and_name)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
