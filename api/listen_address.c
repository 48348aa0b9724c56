/* SPDX-License-Identifier: Apache-2.0 */
#include "listen_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int km_listen_address(const char *text, struct sockaddr_storage *ret_address)
{
    const char *colon = strrchr(text, ':');
    char host[64], *end;
    unsigned long port;
    size_t len;

    if (!colon || colon == text || colon[1] < '0' || colon[1] > '9')
        return -EINVAL;
    port = strtoul(colon + 1, &end, 10);
    len = (size_t)(colon - text);
    if (*end || port > 65535)
        return -EINVAL;
    if (*text == '[' && colon[-1] == ']') {
        text++;
        len -= 2;
    }
    if (len >= sizeof(host))
        return -EINVAL;
    memcpy(host, text, len);
    host[len] = '\0';
    memset(ret_address, 0, sizeof(*ret_address));
    if (inet_pton(AF_INET, host, &((struct sockaddr_in *)ret_address)->sin_addr) == 1) {
        ret_address->ss_family = AF_INET;
        ((struct sockaddr_in *)ret_address)->sin_port = htons((uint16_t)port);
        return 0;
    }
    if (inet_pton(AF_INET6, host, &((struct sockaddr_in6 *)ret_address)->sin6_addr) == 1) {
        ret_address->ss_family = AF_INET6;
        ((struct sockaddr_in6 *)ret_address)->sin6_port = htons((uint16_t)port);
        return 0;
    }
    return -EINVAL;
}
