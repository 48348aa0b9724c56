/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_LISTEN_ADDRESS_H
#define KM_API_LISTEN_ADDRESS_H

#include <sys/socket.h>

/*
 * Reads "0.0.0.0:8080" or "[::]:8080": a numeric address and a port. Returns 0 or -EINVAL. Names
 * are not looked up: what a server listens on must not depend on a name service.
 */
int km_listen_address(const char *text, struct sockaddr_storage *ret_address);

#endif
