/* SPDX-License-Identifier: Apache-2.0 */
#include "server_address.h"

#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

int km_address_host(const char *url, char **ret_host)
{
    CURLU *parts = curl_url();
    char *host = NULL;
    size_t len;

    if (!parts)
        return -ENOMEM;
    if ((strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) ||
        curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        curl_url_cleanup(parts);
        return -EINVAL;
    }
    curl_url_cleanup(parts);
    len = strlen(host);
    *ret_host = *host == '[' ? strndup(host + 1, len - 2) : strdup(host);
    curl_free(host);
    return *ret_host ? 0 : -ENOMEM;
}

int km_address_resolve(const char *host, km_address *ret_addresses, int max)
{
    static const int families[] = {AF_INET, AF_INET6};
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int count = 0;

    if (getaddrinfo(host, NULL, &hints, &list) != 0)
        return -ENOENT;
    for (int f = 0; f < 2 && count == 0; f++) {
        for (const struct addrinfo *a = list; a && count < max; a = a->ai_next) {
            if (a->ai_family == families[f] &&
                getnameinfo(a->ai_addr, a->ai_addrlen, ret_addresses[count], sizeof(km_address),
                            NULL, 0, NI_NUMERICHOST) == 0)
                count++;
        }
    }
    freeaddrinfo(list);
    return count;
}
