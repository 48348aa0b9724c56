/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_SERVER_ADDRESS_H
#define KM_COLLECTOR_SERVER_ADDRESS_H

#include <netinet/in.h>

/* From a server's URL to the addresses that it may be reached by. */

typedef char km_address[INET6_ADDRSTRLEN];

/*
 * The host of a URL: "::1" of "http://[::1]:8080/x"; for free(). Returns 0, -EINVAL where it is no
 * http or https URL, or -ENOMEM.
 */
int km_address_host(const char *url, char **ret_host);

/*
 * By the system's resolver: the IPv4 addresses, or where there are none the IPv6 ones, since a
 * server of both families would get everything twice. Returns how many, at most max, or negative
 * errno.
 */
int km_address_resolve(const char *host, km_address *ret_addresses, int max);

#endif
