/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "listing.h"
#include "selection.h"
#include "window_query.h"

#define WINDOW_ITEMS 1000 /* each costs a request */
#define WINDOW_ROWS  12   /* of which the average is made */

struct list {
    struct km_cli *cli;
    const struct km_subject *subject;
    struct km_selection *selection; /* NULL: all */
    struct km_rows rows;
    struct km_object_writer *writer; /* writes items as they come, where nothing sorts them */
    bool begun;
    bool keep;   /* the items are to be written in another order: */
    char **kept; /* as JSON text, by row */
    size_t n_kept;
    int64_t step_ms;
};

/* What the item used over --window: its name with the server's answer. */
static yyjson_mut_doc *window_object(const struct km_subject *subject, yyjson_val *item,
                                     yyjson_val *answer)
{
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = doc ? yyjson_mut_obj(doc) : NULL;
    yyjson_val *key, *value;
    size_t i, n;

    if (!root)
        return doc;
    yyjson_mut_doc_set_root(doc, root);
    if (subject->in_namespace)
        yyjson_mut_obj_add_val(doc, root, "namespace",
                               yyjson_val_mut_copy(doc, yyjson_obj_get(item, "namespace")));
    yyjson_mut_obj_add_val(doc, root, subject->name,
                           yyjson_val_mut_copy(doc, yyjson_obj_get(item, subject->name)));
    yyjson_obj_foreach(answer, i, n, key, value)
    {
        yyjson_mut_obj_add(root, yyjson_val_mut_copy(doc, key), yyjson_val_mut_copy(doc, value));
    }
    return doc;
}

static int write_item(struct list *l, yyjson_val *item)
{
    int r = l->begun ? 0 : l->writer->begin(l->writer);

    l->begun = true;
    if (r == 0)
        r = l->writer->item(l->writer, item);
    return r < 0 ? km_fetch_fail(l->cli->fetch, r, "cannot write the list") : 0;
}

/* Keeps an item and, with --window, its answer: written now, or as text for later. */
static int take_object(struct list *l, yyjson_val *item, yyjson_val *answer)
{
    yyjson_doc *made = NULL;
    char *text = NULL;
    int r = 0;

    if (answer) {
        yyjson_mut_doc *merged = window_object(l->subject, item, answer);

        made = yyjson_mut_doc_imut_copy(merged, NULL);
        yyjson_mut_doc_free(merged);
        if (!made)
            return km_fetch_fail(l->cli->fetch, -ENOMEM, "memory ran out");
        item = yyjson_doc_get_root(made);
    }
    if (l->writer) {
        r = write_item(l, item);
    } else {
        text = yyjson_val_write(item, 0, NULL);
        l->kept[l->n_kept++] = text;
        r = text ? 0 : km_fetch_fail(l->cli->fetch, -ENOMEM, "memory ran out");
    }
    yyjson_doc_free(made);
    return r;
}

/* Room for one more kept text, grown as the rows are. */
static int grow_kept(struct list *l)
{
    size_t count = l->rows.count;
    char **kept;

    if (count & (count - 1)) /* grows at 1, 2, 4, 8, … */
        return 0;
    kept = reallocarray(l->kept, count * 2, sizeof(*kept));
    if (!kept)
        return -ENOMEM;
    l->kept = kept;
    return 0;
}

static int take_item(void *arg, yyjson_val *item)
{
    struct list *l = arg;
    const struct km_cli_settings *s = &l->cli->settings;
    yyjson_val *answer = NULL;
    yyjson_doc *window = NULL;
    int r = 0;

    if (l->selection && !km_selection_has(l->selection,
                                          l->subject->in_namespace
                                              ? yyjson_get_str(yyjson_obj_get(item, "namespace"))
                                              : NULL,
                                          yyjson_get_str(yyjson_obj_get(item, l->subject->name))))
        return 0;
    if (s->window) {
        if (l->rows.count == WINDOW_ITEMS)
            return km_fetch_fail(l->cli->fetch, -EINVAL,
                                 "--window of more than %d %s would take a request each: narrow "
                                 "the list with -n NAMESPACE, or ask for one by name",
                                 WINDOW_ITEMS, l->subject->plural);
        r = km_window_get(
            l->cli->fetch, l->subject, yyjson_get_str(yyjson_obj_get(item, "namespace")),
            yyjson_get_str(yyjson_obj_get(item, l->subject->name)), s->window, l->step_ms, &window);
        if (r == -ENOENT) /* gone since the list was made */
            return 0;
        if (r < 0)
            return r;
        answer = yyjson_doc_get_root(window);
    }
    if (!l->writer || s->window) {
        r = km_rows_add_average(&l->rows, item, yyjson_obj_get(answer, "items"));
        if (r == 0 && l->keep)
            r = grow_kept(l);
        if (r < 0)
            r = km_fetch_fail(l->cli->fetch, r, "memory ran out");
    }
    if (r == 0 && (l->writer || l->keep))
        r = take_object(l, item, answer);
    yyjson_doc_free(window);
    return r;
}

/* The end of the list, and its beginning if nothing was in it. */
static int end_list(struct list *l)
{
    int r = l->begun ? 0 : l->writer->begin(l->writer);

    if (r == 0)
        r = l->writer->end(l->writer);
    return r < 0 ? km_fetch_fail(l->cli->fetch, r, "cannot write the list") : 0;
}

/* Writes what was kept, in the order of the rows. */
static int write_kept(struct list *l)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < l->rows.count; i++) {
        const char *text = l->kept[l->rows.order[i]];
        yyjson_doc *doc = yyjson_read(text, strlen(text), 0);

        r = doc ? write_item(l, yyjson_doc_get_root(doc)) : -ENOMEM;
        yyjson_doc_free(doc);
    }
    return r < 0 ? r : end_list(l);
}

/* An empty table says so, beside the output, so that scripts see nothing. */
static int write_rows(struct list *l)
{
    const char *space = l->subject->in_namespace ? km_cli_namespace(l->cli) : NULL;
    const char *selector = l->cli->settings.selector;

    if (l->rows.count > 0 || !km_cli_wants_table(l->cli))
        return km_cli_write_rows(l->cli, &l->rows, !space);
    fprintf(stderr, "No %s%s%s%s%s: none has reported in the last three intervals.\n",
            l->subject->plural, selector ? " with labels " : "", selector ? selector : "",
            space ? " in namespace " : "", space ? space : "");
    return 0;
}

static int write_list(struct list *l)
{
    int r;

    if (l->writer)
        return end_list(l);
    r = km_cli_sort(l->cli, &l->rows);
    if (r < 0)
        return r;
    if (!l->keep)
        return write_rows(l);
    l->writer = km_cli_writer(l->cli);
    return l->writer ? write_kept(l) : km_fetch_fail(l->cli->fetch, -ENOMEM, "memory ran out");
}

static int read_list(struct list *l)
{
    const struct km_cli_settings *s = &l->cli->settings;
    struct km_list_query query = {.subject = l->subject, .name_space = km_cli_namespace(l->cli)};
    bool objects = s->output == KM_OUTPUT_JSON || s->output == KM_OUTPUT_YAML;
    int r = km_cli_sort_column(l->cli, l->subject->columns);

    if (r == -EINVAL)
        return r;
    l->keep = objects && (s->sort || s->reverse);
    if (s->window) {
        r = s->step ? 0 : km_window_step(l->cli->fetch, s->window, WINDOW_ROWS, &l->step_ms);
        if (s->step)
            l->step_ms = s->step;
        if (r < 0)
            return r;
    }
    if (objects && !l->keep) {
        l->writer = km_cli_writer(l->cli);
        if (!l->writer)
            return km_fetch_fail(l->cli->fetch, -ENOMEM, "memory ran out");
    }
    return km_list_each(l->cli->fetch, &query, take_item, l, NULL);
}

static int list_once(struct km_cli *cli, const void *arg)
{
    struct list l = {.cli = cli, .subject = arg};
    int r;

    km_rows_init(&l.rows, l.subject->columns);
    r = cli->settings.selector ? km_selection_read(cli, l.subject, &l.selection) : 0;
    if (r == 0)
        r = read_list(&l);
    if (r == 0)
        r = write_list(&l);
    km_selection_free(l.selection);
    for (size_t i = 0; i < l.n_kept; i++)
        free(l.kept[i]);
    free(l.kept);
    km_rows_done(&l.rows);
    if (l.writer)
        l.writer->free(l.writer);
    return r;
}

int km_command_list(struct km_cli *cli, const struct km_subject *subject)
{
    return km_cli_repeat(cli, list_once, subject);
}
