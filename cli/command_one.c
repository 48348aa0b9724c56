/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "listing.h"
#include "window_query.h"

/* Looks for the namespaces that have a deployment of a name. */
struct search {
    const char *name;
    char found[256];
    size_t count;
};

static int compare_deployment(void *arg, yyjson_val *item)
{
    struct search *s = arg;
    const char *name = yyjson_get_str(yyjson_obj_get(item, "deployment"));
    const char *space = yyjson_get_str(yyjson_obj_get(item, "namespace"));

    if (name && space && strcmp(name, s->name) == 0 && s->count++ == 0)
        snprintf(s->found, sizeof(s->found), "%s", space);
    return 0;
}

/*
 * The namespace that the name is looked up in: the one asked for; of a deployment without one, the
 * only one that has it. *ret_space is NULL where the server finds it itself.
 */
static int find_namespace(struct km_cli *cli, const struct km_subject *subject,
                          struct search *search, const char **ret_space)
{
    struct km_list_query query = {.subject = subject};
    int r;

    *ret_space = km_cli_namespace(cli);
    if (*ret_space || subject != &km_subject_deployment)
        return 0;
    r = km_list_each(cli->fetch, &query, compare_deployment, search, NULL);
    if (r < 0)
        return r;
    if (search->count == 0)
        return km_fetch_fail(cli->fetch, -ENOENT,
                             "no pod of a deployment \"%s\" runs in any namespace; -n NAMESPACE "
                             "with --window shows what was",
                             cli->name);
    if (search->count > 1)
        return km_fetch_fail(cli->fetch, -EREMOTEIO,
                             "%zu namespaces have a deployment \"%s\": say which with -n NAMESPACE",
                             search->count, cli->name);
    *ret_space = search->found;
    return 0;
}

/* "CPU(cores)  250m", a line for each value that is known. */
static int describe(const struct km_cli *cli, const struct km_subject *subject, yyjson_val *object)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_table table = {0};
    struct km_rows rows;
    int r;

    km_rows_init(&rows, subject->columns);
    r = km_rows_add(&rows, object);
    km_table_column(&table, "", false);
    km_table_column(&table, "", false);
    for (size_t c = 0; r == 0 && c < rows.n_columns; c++) {
        const struct km_column *column = &rows.columns[c];
        const union km_value *value = km_rows_value(&rows, 0, c);
        char text[1024];

        km_value_format(column, value, text, sizeof(text));
        if (column->show == KM_SHOW_NEVER || strcmp(text, "-") == 0)
            continue;
        km_table_cell(&table, column->title, KM_TONE_HEAD);
        km_table_cell(&table, text, km_value_tone(column, value));
    }
    km_table_write(&table, &out, false, cli->colours);
    if (table.failed || out.failed)
        r = -ENOMEM;
    km_table_done(&table);
    km_rows_done(&rows);
    if (r < 0)
        return km_fetch_fail(cli->fetch, r, "memory ran out");
    fwrite(out.data, 1, out.len, cli->out);
    return 0;
}

static int add_part(void *arg, yyjson_val *item)
{
    return km_rows_add(arg, item);
}

/* What the object is made of: pods, or of a pod its containers. */
static int write_parts(const struct km_cli *cli, const struct km_subject *subject,
                       const char *space)
{
    struct km_list_query query = {.subject = &km_subject_pod};
    struct km_rows rows;
    int r;

    if (subject == &km_subject_node) {
        query.node = cli->name;
    } else if (subject == &km_subject_namespace) {
        query.name_space = cli->name;
    } else {
        query.name_space = space;
        query.deployment = subject == &km_subject_deployment ? cli->name : NULL;
    }
    if (subject == &km_subject_pod) {
        query.subject = &km_subject_container;
        query.pod = cli->name;
    }
    km_rows_init(&rows, query.subject->columns);
    r = km_list_each(cli->fetch, &query, add_part, &rows, NULL);
    if (r == 0)
        r = km_cli_sort(cli, &rows);
    if (r == 0 && rows.count > 0) {
        fputc('\n', cli->out);
        r = km_cli_write_rows(cli, &rows, subject == &km_subject_node);
    }
    km_rows_done(&rows);
    return r;
}

static int write_csv(const struct km_cli *cli, const struct km_subject *subject, yyjson_val *object)
{
    struct km_rows rows;
    int r;

    km_rows_init(&rows, subject->columns);
    r = km_rows_add(&rows, object);
    if (r == 0)
        r = km_cli_write_rows(cli, &rows, true);
    km_rows_done(&rows);
    return r;
}

static int write_object(const struct km_cli *cli, yyjson_val *object)
{
    struct km_object_writer *writer = km_cli_writer(cli);
    int r = writer ? writer->item(writer, object) : -ENOMEM;

    if (writer)
        writer->free(writer);
    return r < 0 ? km_fetch_fail(cli->fetch, r, "cannot write the answer") : 0;
}

static int write_now(struct km_cli *cli, const struct km_subject *subject, const char *space)
{
    km_auto_buf struct km_buf path = KM_BUF_INIT;
    yyjson_doc *doc;
    yyjson_val *root;
    int r;

    km_object_path(&path, subject, space, cli->name);
    if (!km_buf_str(&path))
        return km_fetch_fail(cli->fetch, -ENOMEM, "memory ran out");
    r = km_fetch_get(cli->fetch, path.data, &doc);
    if (r < 0)
        return r;
    root = yyjson_doc_get_root(doc);
    if (cli->settings.output == KM_OUTPUT_CSV) {
        r = write_csv(cli, subject, root);
    } else if (!km_cli_wants_table(cli)) {
        r = write_object(cli, root);
    } else {
        r = describe(cli, subject, root);
        if (!space)
            space = yyjson_get_str(yyjson_obj_get(root, "namespace"));
        if (r == 0)
            r = write_parts(cli, subject, space);
    }
    yyjson_doc_free(doc);
    return r;
}

static int one_once(struct km_cli *cli, const void *arg)
{
    const struct km_subject *subject = arg;
    struct search search = {.name = cli->name};
    const char *space;
    yyjson_doc *doc;
    int r = find_namespace(cli, subject, &search, &space);

    if (r < 0)
        return r;
    if (!cli->settings.window)
        return write_now(cli, subject, space);
    r = km_window_get(cli->fetch, subject, space, cli->name, cli->settings.window,
                      cli->settings.step, &doc);
    if (r < 0)
        return r;
    r = km_window_write(cli, subject, yyjson_doc_get_root(doc));
    yyjson_doc_free(doc);
    return r;
}

int km_command_one(struct km_cli *cli, const struct km_subject *subject)
{
    return km_cli_repeat(cli, one_once, subject);
}
