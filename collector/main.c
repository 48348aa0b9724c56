/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clean.h"
#include "collect.h"
#include "file_limit.h"
#include "log.h"
#include "print.h"
#include "replicas.h"
#include "settings.h"
#include "usage.h"

#define SERVERS    8
#define DRAIN_MS   3000
#define RESOLVE_MS 5000  /* as long as cluster DNS lets an answer be kept */
#define API_WAIT   10000 /* ms that a single reading waits for names */
/*
 * Kernel files kept open. The kernel has 5 KB for each and counts them as the container's memory:
 * so many take 40 MB of the 64 that deploy/monitor.yaml allows. They are fewest when all sleeps; a
 * collector that starts reads every file of every container twice.
 */
#define FILES_MAX 8192

struct senders {
    struct km_replicas *of[SERVERS]; /* of each URL */
    size_t count;
};

static void senders_stop(struct senders *s)
{
    for (size_t i = 0; i < s->count; i++)
        km_replicas_stop(s->of[i], DRAIN_MS);
}

/* A sender for each URL of a list with commas, which it cuts up. */
static int senders_start(const struct km_settings *settings, const char *node, char *list,
                         struct senders *s)
{
    struct km_replicas_config config = {.node = node,
                                        .token_file = settings->token_file,
                                        .ca_file = settings->ca_file,
                                        .outbox_limit = (size_t)settings->outbox_limit,
                                        .pack = (enum km_replicas_pack)settings->compress,
                                        .resolve_ms = RESOLVE_MS};
    char *save = NULL;

    for (char *url = strtok_r(list, ",", &save); url; url = strtok_r(NULL, ",", &save)) {
        int r;

        if (s->count == SERVERS) {
            km_error("--server: at most %d servers", SERVERS);
            return -E2BIG;
        }
        config.server = url;
        r = km_replicas_start(&config, &s->of[s->count]);
        if (r < 0) {
            km_error("--server: \"%s\": %s", url,
                     r == -EINVAL ? "must be a URL that begins with http:// or https://"
                                  : strerror(-r));
            return r;
        }
        s->count++;
    }
    return s->count ? 0 : -EINVAL;
}

static int64_t dropped(const struct senders *s)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < s->count; i++)
        sum += km_replicas_dropped(s->of[i]);
    return (int64_t)sum;
}

/*
 * One tick: read, encode once, hand to every sender or to standard output. -EPIPE where that takes
 * no more; another negative errno where this reading is lost.
 */
static int tick(struct km_collector *collector, const struct km_settings *settings,
                struct senders *senders, int signals, struct km_buf *buf,
                struct km_collector_health *health)
{
    struct km_json w = {.out = buf};
    int64_t begin = km_usage_clock();
    struct km_batch batch;
    int r;

    health->batches_dropped = dropped(senders);
    r = km_collector_tick(collector, health, &batch);
    km_buf_clear(buf);
    if (r == 0) {
        km_batch_encode(&w, &batch);
        r = buf->failed ? -ENOMEM : 0;
    }
    if (r < 0) {
        km_error("a reading is lost: %s", strerror(-r));
        return r;
    }
    if (settings->print) {
        km_buf_putc(buf, '\n');
        r = km_print(buf->data, buf->len, signals);
        if (r == -EINTR)
            return 0; /* the signal is still there for run() */
        if (r < 0) {
            km_error("standard output: %s", strerror(-r));
            return -EPIPE;
        }
    }
    for (size_t i = 0; i < senders->count; i++) {
        if (km_replicas_put(senders->of[i], buf->data, buf->len) < 0)
            km_error("a reading is lost: memory ran out");
    }
    health->tick_usec = km_usage_clock() - begin;
    return 0;
}

/* Says once what makes ticks dearer than they have to be. */
static void tell_shortage(const struct km_collector *collector, struct km_collector_shortage *told)
{
    struct km_collector_shortage now = km_collector_shortage(collector);

    if (now.files && !told->files)
        km_warn("the limit of open files is too low to keep all kernel files open (ulimit -n): the "
                "others are opened each time, which costs more CPU");
    if (now.inotify && !told->inotify)
        km_warn("inotify cannot watch the cgroup folders (fs.inotify.max_user_instances, "
                "max_user_watches): all are looked through each time, which costs more CPU");
    *told = (struct km_collector_shortage){now.files || told->files, now.inotify || told->inotify};
}

/*
 * Whether the newest reading is a quarter of the interval old. Then one more, taken when the
 * collector is stopped, keeps the gap short that is left until the next collector's first one.
 */
static bool is_due_for_last(int timer, const struct km_settings *settings)
{
    struct itimerspec next;
    int64_t left;

    if (settings->print || timerfd_gettime(timer, &next) < 0)
        return false;
    left = next.it_value.tv_sec * INT64_C(1000) + next.it_value.tv_nsec / 1000000;
    return left <= settings->interval * 3 / 4;
}

/* Ticks on an absolute schedule, so that it never drifts, until SIGTERM or SIGINT. */
static int run(struct km_collector *collector, const struct km_settings *settings,
               struct senders *senders, int signals)
{
    km_auto_close int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct itimerspec schedule = {
        .it_interval = {(time_t)(settings->interval / 1000),
                        (long)(settings->interval % 1000) * 1000000},
        .it_value = {0, 1}, /* the first one now */
    };
    struct pollfd wait[2] = {{.fd = signals, .events = POLLIN}, {.fd = timer, .events = POLLIN}};
    struct km_collector_health health = {.tick_usec = -1};
    /* That no more than FILES_MAX are kept is nothing to tell. */
    struct km_collector_shortage told = {.files = km_file_limit_raise(FILES_MAX) == FILES_MAX};
    km_auto_buf struct km_buf buf = KM_BUF_INIT;

    if (timer < 0 || timerfd_settime(timer, 0, &schedule, NULL) < 0) {
        km_error("no timer: %s", strerror(errno));
        return 1;
    }
    for (;;) {
        uint64_t due = 0;
        int r;

        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (wait[0].revents) {
            if (is_due_for_last(timer, settings))
                tick(collector, settings, senders, signals, &buf, &health);
            return 0;
        }
        if (!wait[1].revents || read(timer, &due, sizeof(due)) != sizeof(due))
            continue;
        /* More than one is due: the tick before took longer than the interval. */
        health.ticks_skipped += (int64_t)due - 1;
        r = tick(collector, settings, senders, signals, &buf, &health);
        if (r == -EPIPE || (r < 0 && settings->once))
            return 1;
        if (settings->once)
            return 0;
        tell_shortage(collector, &told);
    }
}

static void names_trouble(const char *words)
{
    km_warn("names from the Kubernetes API: %s; trying again", words);
}

/* Starts what finds pod names, as far as it is wanted. */
static int names_start(const struct km_settings *settings, const char *node,
                       struct km_names **ret_names)
{
    km_auto_buf struct km_buf error = KM_BUF_INIT;
    struct km_names_config config = {.source = (enum km_names_source)settings->names,
                                     .kubeconfig = settings->kubeconfig,
                                     .node = node,
                                     .first_pause_ms = settings->once ? 0 : settings->interval,
                                     .trouble = names_trouble};
    int r;

    if (settings->names == KM_NAMES_NONE)
        return 0;
    r = km_names_new(&config, &error, ret_names);
    if (r < 0)
        km_error("--names: %s", error.len ? km_buf_str(&error) : strerror(-r));
    else if (settings->once)
        km_names_wait(*ret_names, API_WAIT);
    return r;
}

static int collect(const struct km_settings *settings)
{
    char host[256] = "";
    struct km_collector_config config = {.node = settings->node,
                                         .root = settings->root,
                                         .proc = settings->proc,
                                         .interval_ms = (int32_t)settings->interval,
                                         .files_max = km_file_limit_raise(FILES_MAX)};
    struct km_collector *collector;
    km_auto_free char *servers = strdup(settings->server);
    struct senders senders = {0};
    sigset_t set;
    km_auto_close int signals = -1;
    int status;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signals = signalfd(-1, &set, SFD_CLOEXEC);
    if (!config.node) {
        gethostname(host, sizeof(host) - 1);
        config.node = host;
    }
    if (names_start(settings, config.node, &config.names) < 0)
        return 2;
    if (!servers || signals < 0 || km_collector_new(&config, &collector) < 0) {
        km_error("cannot start: %s", strerror(errno));
        km_names_free(config.names);
        return 1;
    }
    if (!settings->print && senders_start(settings, config.node, servers, &senders) < 0) {
        status = 2;
    } else {
        status = run(collector, settings, &senders, signals);
    }
    senders_stop(&senders);
    km_collector_free(collector);
    km_names_free(config.names);
    return status;
}

int main(int argc, char **argv)
{
    struct km_settings settings = {0};
    int status;

    if (!km_options_start(&km_collector_program, argc, argv, &settings, &status))
        return status;
    km_log_set_level((enum km_log_level)settings.log_level);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    status = collect(&settings);
    curl_global_cleanup();
    return status;
}
