/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "time_format.h"
#include "top_feed.h"
#include "top_screen.h"

/* All that `top` holds while it runs. */
struct run {
    struct km_top top;
    struct km_top_feed *feed;
    struct km_top_screen *screen;
    struct km_top_snapshot *snapshot;
    struct km_top_history cpu, memory;
    int64_t taken_ms; /* steady clock, of the snapshot */
    char error[KM_TOP_ERROR];
    const char *server;
};

static void draw(struct run *run)
{
    struct km_top_picture picture = {
        .top = &run->top,
        .snapshot = run->snapshot,
        .cpu = &run->cpu,
        .memory = &run->memory,
        .server = run->server,
        .error = run->error,
        .age = (double)(km_time_steady_ms() - run->taken_ms) / 1000,
    };

    km_top_screen_draw(run->screen, &picture);
}

/* Notes the values of this reading for the sparklines. */
static void remember(struct run *run)
{
    const struct km_rows *rows = run->top.rows;
    int cpu = km_column_find(rows->columns, "cpu"),
        memory = km_column_find(rows->columns, "memory");
    char name[KM_TOP_PAST_NAME];

    km_top_history_tick(&run->cpu);
    km_top_history_tick(&run->memory);
    for (size_t i = 0; i < rows->count; i++) {
        km_top_past_name(&run->top, i, name);
        km_top_history_add(&run->cpu, name, km_rows_value(rows, i, (size_t)cpu)->number);
        km_top_history_add(&run->memory, name, km_rows_value(rows, i, (size_t)memory)->number);
    }
}

/* A reading of another place comes too late; of this one it takes the place of the last. */
static void take_snapshot(struct run *run)
{
    struct km_top_snapshot *s = km_top_feed_take(run->feed, run->error);

    if (!s)
        return;
    if (s->generation != run->top.generation) {
        km_top_snapshot_free(s);
        return;
    }
    km_top_set_rows(&run->top, &s->rows);
    if (run->top.rows)
        remember(run);
    km_top_snapshot_free(run->snapshot);
    run->snapshot = s;
    run->taken_ms = km_time_steady_ms();
}

/* All keys that are there. Returns false to end. */
static bool take_keys(struct run *run)
{
    int key;

    while ((key = km_top_screen_key(run->screen)) >= 0) {
        switch (km_top_press(&run->top, key, km_top_screen_page(run->screen))) {
        case KM_TOP_QUIT:
            return false;
        case KM_TOP_FETCH:
            km_top_feed_ask(run->feed, &run->top);
            break;
        default:
            break;
        }
    }
    return true;
}

static void loop(struct run *run)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = km_top_feed_fd(run->feed), .events = POLLIN}};

    do {
        draw(run);
        /* While the server is lost the age of the numbers goes on. A signal is a change of size. */
        if (poll(fds, 2, *run->error ? 1000 : -1) < 0 && errno != EINTR)
            return;
        if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
            return; /* the terminal is gone */
        if (fds[1].revents & POLLIN)
            take_snapshot(run);
    } while (take_keys(run));
}

int km_command_top(struct km_cli *cli)
{
    struct run run = {.server = km_fetch_server(cli->fetch)};
    const struct km_subject *subject = &km_subject_node;
    bool one = false;
    int r;

    if (cli->name) {
        subject = km_subject_find(cli->name, &one);
        if (!subject || one)
            return km_fetch_fail(cli->fetch, -EINVAL,
                                 "top: \"%s\" is none of nodes, pods, namespaces and deployments",
                                 cli->name);
    }
    r = km_cli_sort_column(cli, subject->columns);
    if (r == -EINVAL)
        return r;
    r = km_top_screen_open(cli->colours, cli->utf8, &run.screen);
    if (r < 0)
        return km_fetch_fail(cli->fetch, -EINVAL,
                             "top wants a terminal to draw on; \"pods --watch\" writes to a file");
    km_top_init(&run.top, subject, km_cli_namespace(cli), cli->settings.sort);
    if (cli->settings.reverse)
        run.top.ascending = !run.top.ascending;
    r = km_top_feed_start(cli->fetch, cli->settings.interval, &run.feed);
    if (r == 0) {
        km_top_feed_ask(run.feed, &run.top);
        loop(&run);
        km_top_feed_stop(run.feed);
    }
    km_top_screen_close(run.screen);
    km_top_snapshot_free(run.snapshot);
    km_top_history_done(&run.cpu);
    km_top_history_done(&run.memory);
    km_top_done(&run.top);
    return r < 0 ? km_fetch_fail(cli->fetch, r, "cannot start: %s", strerror(-r)) : 0;
}
