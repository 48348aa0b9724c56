/* SPDX-License-Identifier: Apache-2.0 */
#include "serving_cert.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clean.h"
#include "pem_file.h"
#include "time_format.h"

#define CHAIN_MAX 16
#define DAY       86400

struct pair {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned count;
    gnutls_privkey_t key;
    char *cert_text, *key_text; /* of the files, to see whether they have changed */
    time_t anew;                /* self-made: when the next one is to be made */
};

struct km_serving_cert {
    const char *cert_file, *key_file, *name;
    pthread_mutex_t lock;
    /* The newest first. The ones before may still be in a handshake. */
    struct pair *pairs[3];
    int64_t looked_ms;
};

static void pair_free(struct pair *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->count; i++)
        gnutls_pcert_deinit(&p->chain[i]);
    if (p->key)
        gnutls_privkey_deinit(p->key);
    free(p->cert_text);
    free(p->key_text);
    free(p);
}

/* --- from files --------------------------------------------------------------------------------
 */

/* True if the key is the first certificate's. */
static bool belong_together(struct pair *p)
{
    gnutls_pubkey_t public;
    unsigned char own[64], its[64];
    size_t own_len = sizeof(own), its_len = sizeof(its);
    bool same;

    if (gnutls_pubkey_init(&public) < 0)
        return false;
    same = gnutls_pubkey_import_privkey(public, p->key, 0, 0) == 0 &&
           gnutls_pubkey_get_key_id(public, 0, own, &own_len) == 0 &&
           gnutls_pubkey_get_key_id(p->chain[0].pubkey, 0, its, &its_len) == 0 &&
           own_len == its_len && memcmp(own, its, own_len) == 0;
    gnutls_pubkey_deinit(public);
    return same;
}

static int pair_from_text(struct pair *p)
{
    gnutls_datum_t cert = {(unsigned char *)p->cert_text, (unsigned)strlen(p->cert_text)};
    gnutls_datum_t key = {(unsigned char *)p->key_text, (unsigned)strlen(p->key_text)};
    unsigned count = CHAIN_MAX;

    if (gnutls_privkey_init(&p->key) < 0)
        return -ENOMEM;
    if (gnutls_privkey_import_x509_raw(p->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0) < 0)
        return -EINVAL;
    if (gnutls_pcert_list_import_x509_raw(p->chain, &count, &cert, GNUTLS_X509_FMT_PEM, 0) < 0)
        return -EINVAL;
    p->count = count;
    return count > 0 && belong_together(p) ? 0 : -EINVAL;
}

/* 0 and NULL where the files are as they were. */
static int pair_from_files(const struct km_serving_cert *c, struct pair **ret_pair)
{
    const struct pair *now = c->pairs[0];
    struct pair *p = calloc(1, sizeof(*p));
    int r;

    *ret_pair = NULL;
    if (!p)
        return -ENOMEM;
    p->cert_text = km_pem_read(c->cert_file);
    p->key_text = km_pem_read(c->key_file);
    if (!p->cert_text || !p->key_text)
        r = -ENOENT;
    else if (now && strcmp(now->cert_text, p->cert_text) == 0 &&
             strcmp(now->key_text, p->key_text) == 0)
        r = 1;
    else
        r = pair_from_text(p);
    if (r != 0) {
        pair_free(p);
        return r < 0 ? r : 0;
    }
    *ret_pair = p;
    return 0;
}

/* --- self-made ---------------------------------------------------------------------------------
 */

static int fill(gnutls_x509_crt_t cert, gnutls_x509_privkey_t key, const char *name, time_t now)
{
    static const unsigned char localhost[] = {127, 0, 0, 1};
    unsigned char serial[16];
    int r = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

    serial[0] &= 0x7f; /* positive: RFC 5280, 4.1.2.2 */
    if (r == 0)
        r = gnutls_x509_crt_set_version(cert, 3);
    if (r == 0)
        r = gnutls_x509_crt_set_serial(cert, serial, sizeof(serial));
    if (r == 0)
        r = gnutls_x509_crt_set_activation_time(cert, now - 3600); /* clocks differ */
    if (r == 0)
        r = gnutls_x509_crt_set_expiration_time(cert, now + KM_SERVING_CERT_DAYS * DAY);
    if (r == 0)
        r = gnutls_x509_crt_set_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                          (unsigned)strnlen(name, 64));
    if (r == 0)
        r = gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, name,
                                                 (unsigned)strlen(name), GNUTLS_FSAN_SET);
    if (r == 0)
        r = gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_DNSNAME, "localhost", 9,
                                                 GNUTLS_FSAN_APPEND);
    if (r == 0)
        r = gnutls_x509_crt_set_subject_alt_name(cert, GNUTLS_SAN_IPADDRESS, localhost,
                                                 sizeof(localhost), GNUTLS_FSAN_APPEND);
    if (r == 0)
        r = gnutls_x509_crt_set_basic_constraints(cert, 0, -1);
    if (r == 0)
        r = gnutls_x509_crt_set_key_usage(cert, GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (r == 0)
        r = gnutls_x509_crt_set_key_purpose_oid(cert, GNUTLS_KP_TLS_WWW_SERVER, 0);
    if (r == 0)
        r = gnutls_x509_crt_set_key(cert, key);
    if (r == 0)
        r = gnutls_x509_crt_sign2(cert, cert, key, GNUTLS_DIG_SHA256, 0);
    return r;
}

/* The certificate is copied into the pair, the key becomes its own. */
static int pair_make(const struct km_serving_cert *c, time_t now, struct pair **ret_pair)
{
    struct pair *p = calloc(1, sizeof(*p));
    gnutls_x509_crt_t cert = NULL;
    gnutls_x509_privkey_t key = NULL;
    int r = p ? gnutls_x509_privkey_init(&key) : GNUTLS_E_MEMORY_ERROR;

    if (r == 0)
        r = gnutls_x509_crt_init(&cert);
    if (r == 0)
        r = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (r == 0)
        r = fill(cert, key, c->name, now);
    if (r == 0)
        r = gnutls_pcert_import_x509(&p->chain[0], cert, 0);
    if (r == 0) {
        p->count = 1;
        r = gnutls_privkey_init(&p->key);
    }
    if (r == 0) {
        r = gnutls_privkey_import_x509(p->key, key, GNUTLS_PRIVKEY_IMPORT_COPY);
        p->anew = now + (KM_SERVING_CERT_DAYS - KM_SERVING_CERT_LEFT) * DAY;
    }
    if (cert)
        gnutls_x509_crt_deinit(cert);
    if (key)
        gnutls_x509_privkey_deinit(key);
    if (r != 0) {
        pair_free(p);
        return -ENOMEM;
    }
    *ret_pair = p;
    return 0;
}

/* --- which one is shown ------------------------------------------------------------------------
 */

static int update(struct km_serving_cert *c, int64_t now_ms)
{
    struct pair *fresh = NULL;
    time_t now = (time_t)(now_ms / 1000);
    int r = 0;

    if (c->cert_file)
        r = pair_from_files(c, &fresh);
    else if (!c->pairs[0] || now >= c->pairs[0]->anew)
        r = pair_make(c, now, &fresh);
    if (r < 0 || !fresh)
        return r;
    pthread_mutex_lock(&c->lock);
    pair_free(c->pairs[2]);
    c->pairs[2] = c->pairs[1];
    c->pairs[1] = c->pairs[0];
    c->pairs[0] = fresh;
    pthread_mutex_unlock(&c->lock);
    return 1;
}

int km_serving_cert_new(const char *cert_file, const char *key_file, const char *name,
                        struct km_serving_cert **ret_cert)
{
    struct km_serving_cert *c;
    int r;

    if (!cert_file != !key_file)
        return -EINVAL;
    c = calloc(1, sizeof(*c));
    if (!c)
        return -ENOMEM;
    c->cert_file = cert_file;
    c->key_file = key_file;
    c->name = name;
    pthread_mutex_init(&c->lock, NULL);
    r = update(c, km_time_now_ms());
    if (r < 0) {
        km_serving_cert_free(c);
        return r;
    }
    *ret_cert = c;
    return 0;
}

void km_serving_cert_free(struct km_serving_cert *cert)
{
    if (!cert)
        return;
    for (unsigned i = 0; i < 3; i++)
        pair_free(cert->pairs[i]);
    pthread_mutex_destroy(&cert->lock);
    free(cert);
}

int km_serving_cert_update(struct km_serving_cert *cert, int64_t now_ms)
{
    if (now_ms >= cert->looked_ms && now_ms - cert->looked_ms < KM_SERVING_CERT_LOOK_MS)
        return 0;
    cert->looked_ms = now_ms;
    return update(cert, now_ms);
}

int km_serving_cert_get(struct km_serving_cert *cert, gnutls_pcert_st **ret_chain,
                        unsigned *ret_count, gnutls_privkey_t *ret_key)
{
    pthread_mutex_lock(&cert->lock);
    *ret_chain = cert->pairs[0]->chain;
    *ret_count = cert->pairs[0]->count;
    *ret_key = cert->pairs[0]->key;
    pthread_mutex_unlock(&cert->lock);
    return 0;
}
