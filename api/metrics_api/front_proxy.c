/* SPDX-License-Identifier: Apache-2.0 */
#include "front_proxy.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "front_proxy_headers.h"

#define CHAIN_MAX 8

struct km_front_proxy {
    pthread_rwlock_t lock;
    gnutls_x509_trust_list_t authorities; /* NULL: nobody is believed */
    yyjson_doc *allowed;                  /* array of names */
    struct km_front_names names;
};

struct km_front_proxy *km_front_proxy_new(void)
{
    struct km_front_proxy *p = calloc(1, sizeof(*p));

    if (p)
        pthread_rwlock_init(&p->lock, NULL);
    return p;
}

/* The lock is held, or nobody else is there. */
static void forget(struct km_front_proxy *p)
{
    if (p->authorities)
        gnutls_x509_trust_list_deinit(p->authorities, 1);
    p->authorities = NULL;
    yyjson_doc_free(p->allowed);
    p->allowed = NULL;
    km_front_names_done(&p->names);
}

void km_front_proxy_free(struct km_front_proxy *proxy)
{
    if (!proxy)
        return;
    forget(proxy);
    pthread_rwlock_destroy(&proxy->lock);
    free(proxy);
}

void km_front_proxy_forget(struct km_front_proxy *proxy)
{
    pthread_rwlock_wrlock(&proxy->lock);
    forget(proxy);
    pthread_rwlock_unlock(&proxy->lock);
}

bool km_front_proxy_is_set(struct km_front_proxy *proxy)
{
    bool set;

    pthread_rwlock_rdlock(&proxy->lock);
    set = proxy->authorities;
    pthread_rwlock_unlock(&proxy->lock);
    return set;
}

/* --- the configmap -----------------------------------------------------------------------------
 */

static int read_authorities(yyjson_val *pem, gnutls_x509_trust_list_t *ret_list)
{
    gnutls_datum_t text = {(unsigned char *)(uintptr_t)yyjson_get_str(pem),
                           (unsigned)yyjson_get_len(pem)};

    if (!text.data || gnutls_x509_trust_list_init(ret_list, 0) < 0)
        return -EINVAL;
    if (gnutls_x509_trust_list_add_trust_mem(*ret_list, &text, NULL, GNUTLS_X509_FMT_PEM, 0, 0) > 0)
        return 0;
    gnutls_x509_trust_list_deinit(*ret_list, 1);
    *ret_list = NULL;
    return -EINVAL;
}

int km_front_proxy_set(struct km_front_proxy *proxy, yyjson_val *data, struct km_buf *words)
{
    struct km_front_proxy fresh = {0};
    int r =
        read_authorities(yyjson_obj_get(data, "requestheader-client-ca-file"), &fresh.authorities);

    if (r < 0)
        km_buf_puts(words, "requestheader-client-ca-file: is missing or no PEM certificate");
    if (r == 0)
        r = km_front_list(data, "requestheader-allowed-names", &fresh.allowed, words);
    if (r == 0)
        r = km_front_names_read(data, &fresh.names, words);
    if (r < 0)
        forget(&fresh);
    pthread_rwlock_wrlock(&proxy->lock);
    forget(proxy);
    proxy->authorities = fresh.authorities;
    proxy->allowed = fresh.allowed;
    proxy->names = fresh.names;
    pthread_rwlock_unlock(&proxy->lock);
    return r;
}

/* --- a request ---------------------------------------------------------------------------------
 */

static bool is_allowed(const struct km_front_proxy *p, gnutls_x509_crt_t cert)
{
    yyjson_val *allowed = yyjson_doc_get_root(p->allowed), *name;
    char common_name[256];
    size_t i, n, len = sizeof(common_name);

    if (yyjson_arr_size(allowed) == 0)
        return true;
    if (gnutls_x509_crt_get_dn_by_oid(cert, GNUTLS_OID_X520_COMMON_NAME, 0, 0, common_name, &len) <
        0)
        return false;
    yyjson_arr_foreach(allowed, i, n, name)
    {
        if (yyjson_equals_strn(name, common_name, len))
            return true;
    }
    return false;
}

/* The chain is signed by the authorities, now, for a TLS client, and its first has an allowed name.
 */
static int check_chain(struct km_front_proxy *p, gnutls_x509_crt_t *chain, unsigned n,
                       struct km_buf *words)
{
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
    unsigned status = 0;

    if (gnutls_x509_trust_list_verify_crt2(p->authorities, chain, n, &purpose, 1, 0, &status,
                                           NULL) < 0 ||
        status != 0) {
        km_buf_puts(words, "the client certificate is not signed by the request-header CA");
        return -EACCES;
    }
    if (!is_allowed(p, chain[0])) {
        km_buf_puts(words, "the client certificate bears none of the allowed names");
        return -EACCES;
    }
    return 0;
}

static int check_certificates(struct km_front_proxy *p, const struct km_door_visitor *visitor,
                              struct km_buf *words)
{
    gnutls_x509_crt_t chain[CHAIN_MAX];
    unsigned n = 0;
    int r = 0;

    if (!p->authorities) {
        km_buf_puts(words, "the request-header CA is not known yet");
        return -EACCES;
    }
    if (visitor->n_certs == 0) {
        km_buf_puts(words, "a client certificate of the API server's aggregation layer is wanted");
        return -EACCES;
    }
    for (; r == 0 && n < visitor->n_certs && n < CHAIN_MAX; n++) {
        gnutls_datum_t der = {(unsigned char *)(uintptr_t)visitor->certs[n].der,
                              (unsigned)visitor->certs[n].len};

        if (gnutls_x509_crt_init(&chain[n]) < 0)
            break;
        if (gnutls_x509_crt_import(chain[n], &der, GNUTLS_X509_FMT_DER) < 0) {
            km_buf_puts(words, "the client certificate is broken");
            r = -EACCES;
        }
    }
    if (r == 0)
        r = n > 0 ? check_chain(p, chain, n, words) : -ENOMEM;
    while (n > 0)
        gnutls_x509_crt_deinit(chain[--n]);
    return r;
}

int km_front_proxy_user(struct km_front_proxy *proxy, const struct km_door_visitor *visitor,
                        struct km_kube_user *ret_user, struct km_buf *words)
{
    int r;

    pthread_rwlock_rdlock(&proxy->lock);
    r = check_certificates(proxy, visitor, words);
    if (r == 0)
        r = km_front_user(&proxy->names, visitor, ret_user, words);
    pthread_rwlock_unlock(&proxy->lock);
    return r;
}
