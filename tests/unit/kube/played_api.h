/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_TEST_PLAYED_API_H
#define KM_TEST_PLAYED_API_H

/* A Kubernetes API of one answer: takes one request on a loopback port, keeps it, answers. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kube_client.h"

struct played_api {
    int listening;
    pthread_t thread;
    const char *status, *answer; /* "201 Created", the body */
    char request[16384];
    struct km_kube_config config;
    struct km_kube_client *client;
};

/* Reads until the body that Content-Length announces is there. */
static void played_read(struct played_api *api, int fd)
{
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, api->request + len, sizeof(api->request) - 1 - len)) > 0) {
        const char *body, *length;

        len += (size_t)n;
        api->request[len] = '\0';
        body = strstr(api->request, "\r\n\r\n");
        length = strcasestr(api->request, "Content-Length:");
        if (body && (!length || strlen(body + 4) >= strtoul(length + 15, NULL, 10)))
            return;
    }
}

static void *played_answer(void *arg)
{
    struct played_api *api = arg;
    int fd = accept(api->listening, NULL, NULL);

    if (fd >= 0) {
        played_read(api, fd);
        dprintf(fd, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                api->status, strlen(api->answer), api->answer);
        close(fd);
    }
    return NULL;
}

static void played_start(struct played_api *api, const char *status, const char *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    struct km_kube_config none = KM_KUBE_CONFIG_INIT;

    *api = (struct played_api){.status = status, .answer = answer, .config = none};
    api->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(api->listening, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(api->listening, 1), 0);
    assert_int_equal(getsockname(api->listening, (struct sockaddr *)&address, &len), 0);
    assert_true(asprintf(&api->config.server, "http://127.0.0.1:%u", ntohs(address.sin_port)) > 0);
    assert_int_equal(km_kube_client_new(&api->config, &api->client), 0);
    assert_int_equal(pthread_create(&api->thread, NULL, played_answer, api), 0);
}

static void played_stop(struct played_api *api)
{
    shutdown(api->listening, SHUT_RDWR);
    pthread_join(api->thread, NULL);
    close(api->listening);
    km_kube_client_free(api->client);
    km_kube_config_done(&api->config);
}

/* The body of the request that came. */
static inline const char *played_body(const struct played_api *api)
{
    const char *body = strstr(api->request, "\r\n\r\n");

    return body ? body + 4 : "";
}

#endif
