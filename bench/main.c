/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "load_body.h"
#include "load_print.h"
#include "load_send.h"
#include "load_settings.h"
#include "log.h"
#include "time_format.h"

static volatile sig_atomic_t stop;

static void tell_to_stop(int number)
{
    (void)number;
    stop = 1;
}

/* Plays the cluster and prints the report; also after Ctrl-C, of what was sent until then. */
static int play(const struct km_load_settings *settings)
{
    int64_t now = km_time_now_ms(), ticks = settings->duration / settings->interval;
    struct km_load_config config = {
        .cluster = {.seed = (uint64_t)settings->seed,
                    .nodes = (uint32_t)settings->nodes,
                    .pods_per_node = (uint32_t)settings->pods_per_node},
        .interval_ms = settings->interval,
        .churn_percent = settings->churn,
        .containers = (uint32_t)settings->containers,
        .metrics = (enum km_load_metrics)settings->metrics,
        .start_ms = now - (settings->fast ? settings->duration : 0),
    };
    struct km_load_plan plan = {
        .server = settings->server,
        .schedule = {.nodes = (uint32_t)settings->nodes,
                     .ticks = ticks ? ticks : 1,
                     .interval_ms = settings->interval,
                     .fast = settings->fast},
        .connections = (uint32_t)settings->connections,
        .stop = &stop,
    };
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_load_report report = {0};
    struct km_load *load = NULL;
    int r = km_load_new(&config, &load);

    plan.start_ms = km_time_now_ms();
    if (r == 0 && settings->print) {
        r = km_load_print(&plan.schedule, plan.start_ms, load, stdout);
        km_load_free(load);
        if (r < 0)
            km_error("standard output: %s", strerror(-r));
        return r < 0 ? 1 : 0;
    }
    if (r == 0)
        r = km_load_send(&plan, load, &report);
    km_load_free(load);
    if (report.errors)
        km_error("%llu requests failed, the first with: %s", (unsigned long long)report.errors,
                 report.first_error);
    if (r < 0)
        km_error("--server %s: %s", settings->server,
                 r == -EINVAL ? "must begin with http:// or https://" : strerror(-r));
    if (r < 0 && r != -EHOSTDOWN)
        return 2;
    km_load_report_write(&report, &out);
    fputs(km_buf_str(&out), stdout);
    return r < 0 || report.errors ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct km_load_settings settings = {0};
    int status;

    if (!km_options_start(&km_load_program, argc, argv, &settings, &status))
        return status;
    signal(SIGINT, tell_to_stop);
    signal(SIGTERM, tell_to_stop);
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    status = play(&settings);
    curl_global_cleanup();
    return status;
}
