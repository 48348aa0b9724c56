/* SPDX-License-Identifier: Apache-2.0 */
#include "list_page.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 16384 /* bytes of JSON made before the client is asked to take them */
#define SPARE 64    /* items kept beyond twice the page, so that a short one is seldom sorted */

struct entry {
    double value;
    char *name;
    uint64_t id;
};

struct km_page {
    bool descending;
    size_t limit;
    const char *after; /* the name behind which the page begins; NULL: from the first on */
    double after_value;

    struct entry *entries; /* once there were many, the first `limit` of all so far are in front */
    size_t count, room;
    bool cut;             /* entries[limit - 1] is in its place: what is behind it is not wanted */
    size_t total, behind; /* offered; of those, behind the page before */

    size_t next; /* to be written */
    bool sorted;
    struct km_json w;
};

/* --- tokens and names --------------------------------------------------------------------------
 */

int km_list_read_token(const char *token, double *ret_value, const char **ret_name)
{
    char *end;
    double value = strtod(token, &end);

    if (end == token || *end != '/' || !isfinite(value))
        return -EINVAL;
    *ret_value = value;
    *ret_name = end + 1;
    return 0;
}

void km_list_write_token(struct km_json *w, double value, const char *name)
{
    char token[KM_LIST_NAME + 40];

    snprintf(token, sizeof(token), "%a/%s", value, name);
    km_json_member(w, "continue", token);
}

void km_list_refuse_token(struct km_call *call)
{
    km_problem_fault(call, NULL, "continue", "is not a token of this server");
    km_answer_problem(call, 422, 0, "continue is not a token of this server");
}

void km_list_name(const char *const part[KM_NAME_PARTS], char ret_name[KM_LIST_NAME])
{
    snprintf(ret_name, KM_LIST_NAME, "%s\x01%s\x01%s", part[0], part[1], part[2]);
}

/* --- choosing ----------------------------------------------------------------------------------
 */

static int compare(double value, const char *name, double other_value, const char *other_name)
{
    if (value != other_value)
        return value < other_value ? -1 : 1;
    return strcmp(name, other_name);
}

static int compare_entries(const void *left, const void *right, void *descending)
{
    const struct entry *a = left, *b = right;
    int r = compare(a->value, a->name, b->value, b->name);

    return *(bool *)descending ? -r : r;
}

/* Puts the entries in order and drops those that are not on the page. */
static void cut(struct km_page *p)
{
    if (p->count > 0)
        qsort_r(p->entries, p->count, sizeof(*p->entries), compare_entries, &p->descending);
    while (p->count > p->limit)
        free(p->entries[--p->count].name);
    p->cut = p->count == p->limit;
}

/* True if value and name are behind a place in the page's order; name is made when it is needed. */
static bool is_behind(const struct km_page *p, double value, const char *const part[KM_NAME_PARTS],
                      char name[KM_LIST_NAME], double place, const char *place_name)
{
    int r;

    if (value != place)
        return (value > place) != p->descending;
    if (!*name)
        km_list_name(part, name);
    r = strcmp(name, place_name);
    return p->descending ? r < 0 : r > 0;
}

int km_page_offer(struct km_page *p, double value, const char *const part[KM_NAME_PARTS],
                  uint64_t id)
{
    char name[KM_LIST_NAME];
    const struct entry *last = p->cut ? &p->entries[p->limit - 1] : NULL;
    struct entry *e;

    name[0] = '\0';
    p->total++;
    if (p->after && !is_behind(p, value, part, name, p->after_value, p->after))
        return 0;
    p->behind++;
    if (last && is_behind(p, value, part, name, last->value, last->name))
        return 0;
    if (p->count == p->room) {
        size_t room = p->room * 2 + SPARE;
        struct entry *entries = realloc(p->entries, room * sizeof(*entries));

        if (!entries)
            return -ENOMEM;
        p->entries = entries;
        p->room = room;
    }
    if (!*name)
        km_list_name(part, name);
    e = &p->entries[p->count];
    *e = (struct entry){value, strdup(name), id};
    if (!e->name)
        return -ENOMEM;
    p->count++;
    if (p->count == 2 * p->limit + SPARE)
        cut(p);
    return 0;
}

/* --- a page ------------------------------------------------------------------------------------
 */

struct km_page *km_page_new(struct km_call *call)
{
    const char *token = km_call_text(call, "continue");
    int sort = km_call_choice(call, "sort", KM_SORT_NAME);
    struct km_page *p = calloc(1, sizeof(*p));

    if (!p) {
        km_answer_no_memory(call);
        return NULL;
    }
    if (token && km_list_read_token(token, &p->after_value, &p->after) < 0) {
        free(p);
        km_list_refuse_token(call);
        return NULL;
    }
    p->limit = (size_t)km_call_int(call, "limit", INT32_MAX);
    /* By name the first comes first, by use the greatest. */
    p->descending = km_call_choice(call, "order", sort != KM_SORT_NAME) == 1;
    return p;
}

void km_page_free(struct km_page *page)
{
    if (!page)
        return;
    while (page->count > 0)
        free(page->entries[--page->count].name);
    free(page->entries);
    free(page);
}

static void write_end(struct km_page *p)
{
    const struct entry *last = p->count > 0 ? &p->entries[p->count - 1] : NULL;

    km_json_array_end(&p->w);
    if (last && p->behind > p->count)
        km_list_write_token(&p->w, last->value, last->name);
    km_json_member_int(&p->w, "total", (int64_t)p->total);
    km_json_object_end(&p->w);
}

int km_page_write(struct km_page *p, km_page_item *write, void *arg, struct km_buf *out)
{
    size_t begin = out->len;

    p->w.out = out;
    if (!p->sorted) {
        cut(p);
        p->sorted = true;
        km_json_object(&p->w);
        km_json_member_array(&p->w, "items");
    }
    while (p->next < p->count && out->len - begin < PIECE)
        write(arg, p->entries[p->next++].id, &p->w);
    if (p->next < p->count)
        return 1;
    write_end(p);
    return 0;
}
