/* SPDX-License-Identifier: Apache-2.0 */
#include "top_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void km_top_init(struct km_top *top, const struct km_subject *subject, const char *name_space,
                 const char *sort)
{
    *top = (struct km_top){.generation = 1};
    snprintf(top->name_space, sizeof(top->name_space), "%s", name_space ? name_space : "");
    snprintf(top->sort, sizeof(top->sort), "%s", sort ? sort : "cpu");
    top->ascending = strcmp(top->sort, "name") == 0;
    top->stack[0].subject = subject;
    memcpy(top->stack[0].name_space, top->name_space, sizeof(top->name_space));
}

const struct km_top_place *km_top_place(const struct km_top *top)
{
    return &top->stack[top->depth];
}

struct km_list_query km_top_query(const struct km_top *top)
{
    const struct km_top_place *p = km_top_place(top);
    struct km_list_query q = {.subject = p->subject, .max = KM_TOP_ROWS};

    if (*p->name_space)
        q.name_space = p->name_space;
    if (p->of == &km_subject_node)
        q.node = p->name;
    else if (p->of == &km_subject_deployment)
        q.deployment = p->name;
    else if (p->of == &km_subject_pod)
        q.pod = p->name;
    if (km_list_can_sort(top->sort)) {
        q.sort = top->sort;
        q.ascending = top->ascending;
    }
    return q;
}

static const char *text_of(const struct km_rows *rows, size_t row, const char *sort)
{
    int column = km_column_find(rows->columns, sort);
    const char *text = column < 0 ? NULL : km_rows_value(rows, row, (size_t)column)->text;

    return text ? text : "";
}

void km_top_row_key(const struct km_rows *rows, size_t row, char ret_key[2 * KM_TOP_NAME])
{
    snprintf(ret_key, 2 * KM_TOP_NAME, "%s/%s", text_of(rows, row, "namespace"),
             text_of(rows, row, "name"));
}

void km_top_past_name(const struct km_top *top, size_t row, char ret_name[KM_TOP_PAST_NAME])
{
    const struct km_top_place *p = km_top_place(top);
    bool inside = p->subject == &km_subject_container; /* each pod may have a "main" */
    char key[2 * KM_TOP_NAME];

    km_top_row_key(top->rows, row, key);
    snprintf(ret_name, KM_TOP_PAST_NAME, "%s %s/%s %s", p->subject->plural,
             inside ? p->name_space : "", inside ? p->name : "", key);
}

/* Remembers which row the selected line is. */
static void choose(struct km_top *top, size_t line)
{
    top->selected = line;
    top->chosen[0] = '\0';
    if (line < top->n_lines)
        km_top_row_key(top->rows, top->lines[line], top->chosen);
}

/* Makes the lines anew: after other rows, another order, another filter. */
static void make_lines(struct km_top *top)
{
    const struct km_rows *rows = top->rows;
    uint32_t *lines = rows ? reallocarray(top->lines, rows->count + 1, sizeof(*lines)) : NULL;
    char key[2 * KM_TOP_NAME];
    bool found = false;

    top->n_lines = 0;
    if (!lines) {
        top->selected = top->first = 0;
        return;
    }
    top->lines = lines;
    for (size_t i = 0; i < rows->count; i++) {
        km_top_row_key(rows, rows->order[i], key);
        if (*top->filter && !strstr(key, top->filter))
            continue;
        if (strcmp(key, top->chosen) == 0) {
            top->selected = top->n_lines;
            found = true;
        }
        lines[top->n_lines++] = rows->order[i];
    }
    if (!found && top->selected >= top->n_lines)
        top->selected = top->n_lines ? top->n_lines - 1 : 0;
    if (!found)
        choose(top, top->selected);
}

static void sort_rows(struct km_top *top)
{
    int column = top->rows ? km_column_find(top->rows->columns, top->sort) : -1;

    if (top->rows && km_rows_sort(top->rows, column, !top->ascending) < 0)
        top->rows = NULL;
    make_lines(top);
}

void km_top_set_rows(struct km_top *top, struct km_rows *rows)
{
    top->rows = rows;
    sort_rows(top);
}

/* Another place: its rows are not there yet. */
static enum km_top_effect move_to(struct km_top *top)
{
    top->generation++;
    top->filter[0] = '\0';
    top->chosen[0] = '\0';
    top->selected = top->first = 0;
    km_top_set_rows(top, NULL);
    return KM_TOP_FETCH;
}

static enum km_top_effect show_list(struct km_top *top, const struct km_subject *subject)
{
    top->depth = 0;
    top->stack[0] = (struct km_top_place){.subject = subject};
    memcpy(top->stack[0].name_space, top->name_space, sizeof(top->name_space));
    return move_to(top);
}

/* Takes the selected object apart: of a container there are no parts. */
static enum km_top_effect drill(struct km_top *top)
{
    const struct km_top_place *here = km_top_place(top);
    struct km_top_place next = {.subject = &km_subject_pod, .of = here->subject};
    uint32_t row;

    if (top->selected >= top->n_lines || top->depth + 1 == KM_TOP_DEPTH ||
        here->subject == &km_subject_container)
        return KM_TOP_NOTHING;
    row = top->lines[top->selected];
    if (here->subject == &km_subject_pod)
        next.subject = &km_subject_container;
    snprintf(next.name, sizeof(next.name), "%s", text_of(top->rows, row, "name"));
    if (here->subject == &km_subject_namespace)
        memcpy(next.name_space, next.name, sizeof(next.name_space));
    else
        snprintf(next.name_space, sizeof(next.name_space), "%s",
                 text_of(top->rows, row, "namespace"));
    if (!*next.name)
        return KM_TOP_NOTHING;
    top->stack[++top->depth] = next;
    return move_to(top);
}

static enum km_top_effect back(struct km_top *top)
{
    if (*top->filter) {
        top->filter[0] = '\0';
        make_lines(top);
        return KM_TOP_REDRAW;
    }
    if (top->depth == 0)
        return KM_TOP_NOTHING;
    top->depth--;
    return move_to(top);
}

/* The same order again turns it over. */
static enum km_top_effect sort_by(struct km_top *top, const char *sort)
{
    if (strcmp(top->sort, sort) == 0)
        top->ascending = !top->ascending;
    else
        top->ascending = strcmp(sort, "name") == 0;
    snprintf(top->sort, sizeof(top->sort), "%s", sort);
    top->generation++;
    sort_rows(top);
    return KM_TOP_FETCH;
}

static enum km_top_effect type_filter(struct km_top *top, int key)
{
    size_t len = strlen(top->filter);

    if (key == KM_TOP_ENTER) {
        top->typing = false;
    } else if (key == KM_TOP_ESCAPE) {
        top->typing = false;
        top->filter[0] = '\0';
    } else if (key == KM_TOP_BACKSPACE) {
        /* a letter may be several bytes: those behind the first are 10xxxxxx */
        while (len > 0 && ((unsigned char)top->filter[--len] & 0xc0) == 0x80)
            ;
        top->filter[len] = '\0';
    } else if (key >= ' ' && key < 0x100 && key != 0x7f && len + 1 < sizeof(top->filter)) {
        top->filter[len] = (char)key;
        top->filter[len + 1] = '\0';
    } else {
        return KM_TOP_NOTHING;
    }
    make_lines(top);
    return KM_TOP_REDRAW;
}

static enum km_top_effect select_line(struct km_top *top, size_t line)
{
    if (top->n_lines == 0)
        return KM_TOP_NOTHING;
    choose(top, line < top->n_lines ? line : top->n_lines - 1);
    return KM_TOP_REDRAW;
}

enum km_top_effect km_top_press(struct km_top *top, int key, size_t page)
{
    size_t line = top->selected;

    if (top->typing)
        return type_filter(top, key);
    switch (key) {
    case '1':
    case '2':
    case '3':
    case '4':
        return show_list(top, km_subjects[key - '1']);
    case 'c':
        return sort_by(top, "cpu");
    case 'm':
        return sort_by(top, "memory");
    case 'n':
        return sort_by(top, "network");
    case 'd':
        return sort_by(top, "disk");
    case 'a':
        return sort_by(top, "name");
    case '/':
        top->typing = true;
        return KM_TOP_REDRAW;
    case 'k':
    case KM_TOP_UP:
        return select_line(top, line > 0 ? line - 1 : 0);
    case 'j':
    case KM_TOP_DOWN:
        return select_line(top, line + 1);
    case KM_TOP_PAGE_UP:
        return select_line(top, line > page ? line - page : 0);
    case KM_TOP_PAGE_DOWN:
        return select_line(top, line + page);
    case KM_TOP_HOME:
        return select_line(top, 0);
    case KM_TOP_END:
        return select_line(top, SIZE_MAX);
    case KM_TOP_ENTER:
        return drill(top);
    case KM_TOP_ESCAPE:
    case KM_TOP_BACKSPACE:
        return back(top);
    case 'q':
        return KM_TOP_QUIT;
    default:
        return KM_TOP_NOTHING;
    }
}

void km_top_scroll(struct km_top *top, size_t page)
{
    if (page == 0)
        return;
    if (top->selected < top->first)
        top->first = top->selected;
    if (top->selected >= top->first + page)
        top->first = top->selected - page + 1;
    if (top->first + page > top->n_lines)
        top->first = top->n_lines > page ? top->n_lines - page : 0;
}

void km_top_title(const struct km_top *top, struct km_buf *out)
{
    const struct km_top_place *p = km_top_place(top);

    km_buf_puts(out, p->subject->plural);
    if (p->of)
        km_buf_printf(out, " of %s %s", p->of->singular, p->name);
    if (*p->name_space && p->of != &km_subject_namespace && p->of != &km_subject_node &&
        p->subject->in_namespace)
        km_buf_printf(out, " in namespace %s", p->name_space);
}

void km_top_done(struct km_top *top)
{
    free(top->lines);
    top->lines = NULL;
    top->n_lines = 0;
}
