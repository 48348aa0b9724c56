/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "output_csv.h"

enum km_exit km_exit_of(int r)
{
    if (r >= 0)
        return KM_EXIT_OK;
    if (r == -EINVAL)
        return KM_EXIT_USAGE;
    return r == -ENOTCONN ? KM_EXIT_CONNECTION : KM_EXIT_SERVER;
}

void km_cli_look_at_terminal(struct km_cli *cli)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    /* https://no-color.org: any text in NO_COLOR, whatever it says */
    cli->colours =
        isatty(fileno(cli->out)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
    cli->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

const char *km_cli_namespace(const struct km_cli *cli)
{
    return cli->settings.all_namespaces ? NULL : cli->settings.name_space;
}

bool km_cli_wants_table(const struct km_cli *cli)
{
    return cli->settings.output == KM_OUTPUT_TABLE || cli->settings.output == KM_OUTPUT_WIDE;
}

struct km_object_writer *km_cli_writer(const struct km_cli *cli)
{
    return cli->settings.output == KM_OUTPUT_YAML ? km_output_yaml_new(cli->out)
                                                  : km_output_json_new(cli->out);
}

int km_cli_write_rows(const struct km_cli *cli, const struct km_rows *rows, bool all_namespaces)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    bool titles = !cli->settings.no_headers;
    struct km_table table = {0};

    if (cli->settings.output == KM_OUTPUT_CSV) {
        km_csv_write(&out, rows, titles && !cli->again);
    } else {
        km_rows_table(rows, cli->settings.output == KM_OUTPUT_WIDE, all_namespaces, &table);
        km_table_write(&table, &out, titles, cli->colours);
        out.failed = out.failed || table.failed;
        km_table_done(&table);
    }
    if (out.failed)
        return km_fetch_fail(cli->fetch, -ENOMEM, "memory ran out");
    fwrite(km_buf_str(&out), 1, out.len, cli->out);
    return 0;
}

int km_cli_sort_column(const struct km_cli *cli, const struct km_column *columns)
{
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    int column;

    if (!cli->settings.sort)
        return -1;
    column = km_column_find(columns, cli->settings.sort);
    if (column >= 0)
        return column;
    for (; columns->title; columns++) {
        if (columns->sort)
            km_buf_printf(&words, " %s", columns->sort);
    }
    return km_fetch_fail(cli->fetch, -EINVAL, "--sort: \"%s\" is none of%s", cli->settings.sort,
                         words.failed ? "" : km_buf_str(&words));
}

int km_cli_sort(const struct km_cli *cli, struct km_rows *rows)
{
    int column = km_cli_sort_column(cli, rows->columns);
    bool reverse = cli->settings.reverse;

    if (column == -EINVAL)
        return column;
    if (column < 0 && reverse)
        column = km_column_find(rows->columns, "name");
    else if (column >= 0 && km_unit_is_number(rows->columns[column].unit))
        reverse = !reverse;
    if (km_rows_sort(rows, column, reverse) < 0)
        return km_fetch_fail(cli->fetch, -ENOMEM, "memory ran out");
    return 0;
}

static void pause_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        ;
}

/* Between two tables: a terminal begins anew, a file gets an empty line. */
static void begin_again(const struct km_cli *cli)
{
    if (!km_cli_wants_table(cli))
        return;
    if (cli->colours)
        fputs("\033[H\033[2J", cli->out);
    else if (cli->again)
        fputc('\n', cli->out);
}

int km_cli_repeat(struct km_cli *cli, int (*once)(struct km_cli *cli, const void *arg),
                  const void *arg)
{
    int64_t count = cli->settings.count;
    int r;

    if (!cli->settings.watch)
        return once(cli, arg);
    for (int64_t i = 1;; i++) {
        begin_again(cli);
        r = once(cli, arg);
        if (fflush(cli->out) != 0)
            return km_fetch_fail(cli->fetch, -EIO, "cannot write: %s", strerror(errno));
        /* A server that is away may come back; a wrong word stays wrong. */
        if (r < 0 && r != -ENOTCONN && r != -EREMOTEIO)
            return r;
        if (i == count)
            return r;
        if (r < 0)
            fprintf(stderr, "%s\n", km_fetch_error(cli->fetch));
        cli->again = cli->again || r == 0;
        pause_ms(cli->settings.interval);
    }
}
