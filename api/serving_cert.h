/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_SERVING_CERT_H
#define KM_API_SERVING_CERT_H

#include <gnutls/abstract.h>
#include <stdint.h>

/*
 * The certificate that a TLS server shows, which may change while it runs: two PEM files that
 * somebody replaces, or one that is made here, signed by itself, and made anew before it ends.
 * km_serving_cert_get() may be called from any thread.
 */
struct km_serving_cert;

/* A self-made certificate is good for a year, and a new one is made when a third is left. */
#define KM_SERVING_CERT_DAYS 365
#define KM_SERVING_CERT_LEFT 122
/* How often files are looked at: the kubelet changes a mounted secret within about a minute. */
#define KM_SERVING_CERT_LOOK_MS 10000

/*
 * files: both set, or both NULL for a self-made one (ECDSA P-256) that names `name`, "localhost"
 * and "127.0.0.1". Strings must outlive it. Returns 0; -ENOENT where a file cannot be read, -EINVAL
 * where the files hold no certificate and key that belong together, -ENOMEM.
 */
int km_serving_cert_new(const char *cert_file, const char *key_file, const char *name,
                        struct km_serving_cert **ret_cert);
void km_serving_cert_free(struct km_serving_cert *cert); /* NULL is fine */

/*
 * Looks whether it has to change, now_ms being Unix time; one thread at a time. Returns 1 if it
 * did, 0 if not; negative as above where it should have: the old one stays, and the next call tries
 * again.
 */
int km_serving_cert_update(struct km_serving_cert *cert, int64_t now_ms);

/*
 * The chain and key for a handshake, as gnutls_certificate_retrieve_function2 wants them. They live
 * until the certificate has changed twice more, which takes longer than any handshake may. Returns
 * 0, or -1.
 */
int km_serving_cert_get(struct km_serving_cert *cert, gnutls_pcert_st **ret_chain,
                        unsigned *ret_count, gnutls_privkey_t *ret_key);

#endif
