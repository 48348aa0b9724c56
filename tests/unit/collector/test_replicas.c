/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that are played on loopback addresses of one port, and a name that resolves as told. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "buf.h"
#include "gzip.h"
#include "replicas.h"

#define SINKS 3

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char server[64], token_path[] = "/tmp/replicas-token-XXXXXX";
static const char *names[4]; /* what the name resolves to now */
static int looks;            /* how often it was resolved */

/* Takes one request a connection; answers 401 to one without the token, where there is to be one.
 */
struct sink {
    int listening;
    pthread_t thread;
    const char *bearer;
    char got[256]; /* the bodies, one behind the other */
    int refused;
};

static struct sink sinks[SINKS];

/* Reads a request, whose body ends where its headers say. */
static bool read_request(int fd, char *text, size_t size, const char **ret_body, size_t *ret_len)
{
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, text + len, size - 1 - len)) > 0) {
        const char *body, *length;
        size_t want;

        len += (size_t)n;
        text[len] = '\0';
        body = strstr(text, "\r\n\r\n");
        length = strcasestr(text, "Content-Length:");
        want = length ? strtoul(length + 15, NULL, 10) : 0;
        if (body && len - (size_t)(body + 4 - text) >= want) {
            *ret_body = body + 4;
            *ret_len = want;
            return true;
        }
    }
    return false;
}

static void take(struct sink *sink, int fd)
{
    km_auto_buf struct km_buf plain = KM_BUF_INIT;
    char request[4096];
    const char *body;
    size_t len;
    bool allowed;

    if (!read_request(fd, request, sizeof(request), &body, &len))
        return;
    if (strstr(request, "Content-Encoding: gzip"))
        km_gunzip(body, len, 4096, &plain);
    else
        km_buf_append(&plain, body, len);
    pthread_mutex_lock(&lock);
    allowed = !sink->bearer || strstr(request, sink->bearer);
    if (allowed)
        strncat(sink->got, km_buf_str(&plain), sizeof(sink->got) - strlen(sink->got) - 1);
    else
        sink->refused++;
    pthread_mutex_unlock(&lock);
    dprintf(fd, "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            allowed ? "200 OK" : "401 Unauthorized");
}

static void *sink_thread(void *arg)
{
    struct sink *sink = arg;
    int fd;

    while ((fd = accept(sink->listening, NULL, NULL)) >= 0) {
        take(sink, fd);
        close(fd);
    }
    return NULL;
}

static int setup(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    int fd = mkstemp(token_path);

    (void)state;
    close(fd);
    for (unsigned i = 0; i < SINKS; i++) {
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i);
        sinks[i] = (struct sink){.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        if (bind(sinks[i].listening, (struct sockaddr *)&address, len) < 0 ||
            listen(sinks[i].listening, 16) < 0 ||
            getsockname(sinks[i].listening, (struct sockaddr *)&address, &len) < 0 ||
            pthread_create(&sinks[i].thread, NULL, sink_thread, &sinks[i]) != 0)
            return -1;
    }
    snprintf(server, sizeof(server), "http://monitor.test:%u", ntohs(address.sin_port));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SINKS; i++) {
        shutdown(sinks[i].listening, SHUT_RDWR);
        pthread_join(sinks[i].thread, NULL);
        close(sinks[i].listening);
    }
    return unlink(token_path);
}

static int resolve(const char *host, km_address *ret_addresses, int max)
{
    int count = 0;

    if (strcmp(host, "monitor.test") != 0)
        return -EINVAL;
    pthread_mutex_lock(&lock);
    looks++;
    for (; count < max && names[count]; count++)
        strcpy(ret_addresses[count], names[count]);
    pthread_mutex_unlock(&lock);
    return count ? count : -ENOENT;
}

/* Tells the name what to resolve to, and waits until that has been looked at and acted on. */
static void resolves_to(const char *a, const char *b, const char *c)
{
    int seen;

    pthread_mutex_lock(&lock);
    names[0] = a;
    names[1] = b;
    names[2] = c;
    seen = looks;
    pthread_mutex_unlock(&lock);
    for (int now = seen; now < seen + 2;) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        pthread_mutex_lock(&lock);
        now = looks;
        pthread_mutex_unlock(&lock);
    }
}

static struct km_replicas *start(const char *url, const char *token_file)
{
    struct km_replicas_config config = {.server = url,
                                        .node = "n",
                                        .token_file = token_file,
                                        .outbox_limit = 65536,
                                        .resolve_ms = 5,
                                        .resolve = resolve};
    struct km_replicas *replicas;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < SINKS; i++) {
        sinks[i].got[0] = '\0';
        sinks[i].bearer = NULL;
        sinks[i].refused = 0;
    }
    names[0] = NULL;
    pthread_mutex_unlock(&lock);
    assert_int_equal(km_replicas_start(&config, &replicas), 0);
    return replicas;
}

static void put(struct km_replicas *replicas, const char *body)
{
    assert_int_equal(km_replicas_put(replicas, body, strlen(body)), 0);
}

static bool has(int sink, const char *bodies)
{
    bool equal;

    pthread_mutex_lock(&lock);
    equal = strcmp(sinks[sink].got, bodies) == 0;
    pthread_mutex_unlock(&lock);
    return equal;
}

static void wait_for(int sink, const char *bodies)
{
    for (int i = 0; i < 5000 && !has(sink, bodies); i++)
        nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
    assert_string_equal(sinks[sink].got, bodies);
}

static void every_address_gets_everything(void **state)
{
    struct km_replicas *replicas = start(server, NULL);

    (void)state;
    resolves_to("127.0.0.1", "127.0.0.2", NULL);
    put(replicas, "a");
    put(replicas, "b");
    km_replicas_stop(replicas, 20000);
    wait_for(0, "ab");
    wait_for(1, "ab");
    assert_true(has(2, ""));
}

static void a_new_one_gets_what_is_read_from_then_on(void **state)
{
    struct km_replicas *replicas = start(server, NULL);

    (void)state;
    resolves_to("127.0.0.1", NULL, NULL);
    put(replicas, "a");
    resolves_to("127.0.0.3", "127.0.0.1", NULL);
    put(replicas, "b");
    /* No such name: nothing changes. */
    resolves_to(NULL, NULL, NULL);
    put(replicas, "c");
    km_replicas_stop(replicas, 20000);
    wait_for(0, "abc");
    wait_for(2, "bc");
}

static void what_is_read_before_the_name_resolves_is_for_all(void **state)
{
    struct km_replicas *replicas = start(server, NULL);

    (void)state;
    resolves_to(NULL, NULL, NULL);
    put(replicas, "a");
    put(replicas, "b"); /* packed, as it has to wait */
    resolves_to("127.0.0.2", "127.0.0.1", NULL);
    wait_for(1, "ab");
    wait_for(0, "ab");
    resolves_to("127.0.0.2", "127.0.0.1", "127.0.0.3");
    put(replicas, "c");
    wait_for(1, "abc");
    wait_for(0, "abc");
    wait_for(2, "c");
    km_replicas_stop(replicas, 0);
}

static void a_successor_gets_what_its_predecessor_has_not_taken(void **state)
{
    struct km_replicas *replicas = start(server, NULL);

    (void)state;
    resolves_to("127.0.0.1", "127.0.0.9", NULL); /* nobody listens on the second */
    put(replicas, "a");
    wait_for(0, "a");
    resolves_to("127.0.0.1", NULL, NULL);
    resolves_to("127.0.0.1", "127.0.0.2", NULL);
    wait_for(1, "a");
    put(replicas, "b");
    wait_for(0, "ab");
    wait_for(1, "ab");
    assert_int_equal(km_replicas_dropped(replicas), 0);
    km_replicas_stop(replicas, 0);
}

static void write_token(const char *token)
{
    char next[64];
    FILE *file;

    snprintf(next, sizeof(next), "%s.new", token_path);
    file = fopen(next, "w");
    assert_non_null(file);
    fputs(token, file);
    fclose(file);
    assert_int_equal(rename(next, token_path), 0);
}

static void keeps_a_batch_until_its_token_is_taken(void **state)
{
    struct km_replicas *replicas = start(server, token_path);
    int refused = 0;

    (void)state;
    write_token("old\n");
    pthread_mutex_lock(&lock);
    sinks[0].bearer = "Authorization: Bearer new\r\n";
    pthread_mutex_unlock(&lock);
    resolves_to("127.0.0.1", NULL, NULL);
    put(replicas, "a");
    for (int i = 0; i < 5000 && refused == 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
        pthread_mutex_lock(&lock);
        refused = sinks[0].refused;
        pthread_mutex_unlock(&lock);
    }
    assert_true(refused > 0);
    write_token("new\n");
    wait_for(0, "a");
    assert_int_equal(km_replicas_dropped(replicas), 0);
    km_replicas_stop(replicas, 0);
}

static void refuses_what_is_no_url(void **state)
{
    static const char *const urls[] = {"", "monitor", "ftp://monitor", "http://", "https://a b/"};
    struct km_replicas *replicas;

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct km_replicas_config config = {
            .server = urls[i], .node = "n", .outbox_limit = 65536, .resolve_ms = 5};

        assert_int_equal(km_replicas_start(&config, &replicas), -EINVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_address_gets_everything),
        cmocka_unit_test(a_new_one_gets_what_is_read_from_then_on),
        cmocka_unit_test(what_is_read_before_the_name_resolves_is_for_all),
        cmocka_unit_test(a_successor_gets_what_its_predecessor_has_not_taken),
        cmocka_unit_test(keeps_a_batch_until_its_token_is_taken),
        cmocka_unit_test(refuses_what_is_no_url),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
