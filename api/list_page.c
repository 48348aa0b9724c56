/* SPDX-License-Identifier: Apache-2.0 */
#include "list_page.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

#define PIECE 16384 /* bytes of JSON made before the client is asked to take them */

struct entry {
    double value;
    size_t item; /* also its rank by name */
};

struct page {
    struct km_list list;
    struct entry *entries;
    size_t next, end;
    bool begun, more, descending;
    struct km_json w;
};

static void page_free(void *arg)
{
    struct page *p = arg;

    p->list.done(p->list.arg);
    free(p->list.value);
    free(p->entries);
    free(p);
}

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

/* How many items have names before `name`, or where `with` is 1 the same name too. */
static size_t rank_of(const struct km_list *list, const char *name, int with)
{
    size_t low = 0, high = list->count;
    char other[KM_LIST_NAME];

    while (low < high) {
        size_t middle = (low + high) / 2, named = middle;

        /* One that is gone since it was listed has no name: the next one that has one speaks. */
        while (named < high && !list->name(list->arg, named, other))
            named++;
        if (named < high && strcmp(other, name) < with)
            low = named + 1;
        else
            high = middle;
    }
    return low;
}

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

/* Goes on where the page before ended. Returns 0 or -EINVAL. */
static int skip_to(struct page *p, const char *token)
{
    const char *name;
    double value;
    size_t rank;

    if (km_list_read_token(token, &value, &name) < 0)
        return -EINVAL;
    rank = rank_of(&p->list, name, p->descending ? 0 : 1);
    for (; p->next < p->end; p->next++) {
        const struct entry *e = &p->entries[p->next];
        bool behind = e->value == value ? (p->descending ? e->item < rank : e->item >= rank)
                                        : (p->descending ? e->value < value : e->value > value);

        if (behind)
            break;
    }
    return 0;
}

/* The token is of the last item that is still there: those behind it are gone and listed by nobody.
 */
static void write_token(struct page *p)
{
    char name[KM_LIST_NAME];
    size_t last = p->end;

    while (last > 0 && !p->list.name(p->list.arg, p->entries[last - 1].item, name))
        last--;
    if (last == 0)
        return;
    km_list_write_token(&p->w, p->entries[last - 1].value, name);
}

static void write_end(struct page *p)
{
    km_json_array_end(&p->w);
    if (p->more)
        write_token(p);
    km_json_object_end(&p->w);
}

static int page_next(void *arg, struct km_buf *out)
{
    struct page *p = arg;
    size_t begin = out->len;

    p->w.out = out;
    if (!p->begun) {
        km_json_object(&p->w);
        km_json_member_array(&p->w, "items");
        p->begun = true;
    }
    while (p->next < p->end && out->len - begin < PIECE)
        p->list.write(p->list.arg, p->entries[p->next++].item, &p->w);
    if (p->next < p->end)
        return 1;
    write_end(p);
    return 0;
}

/* Takes the list, also where memory runs out: then NULL is returned. */
static struct page *page_new(struct km_list *list, bool by_value)
{
    struct page *p = calloc(1, sizeof(*p));
    struct entry *entries = calloc(list->count + 1, sizeof(*entries));

    if (p && entries && (list->value || !by_value)) {
        *p = (struct page){.list = *list, .entries = entries, .end = list->count};
        return p;
    }
    list->done(list->arg);
    free(list->value);
    free(entries);
    free(p);
    return NULL;
}

void km_answer_list(struct km_call *call, struct km_list *list)
{
    const char *token = km_call_text(call, "continue");
    int64_t limit = km_call_int(call, "limit", INT64_MAX);
    int sort = km_call_choice(call, "sort", KM_SORT_NAME);
    struct page *p = page_new(list, sort != KM_SORT_NAME);

    if (!p) {
        km_answer_no_memory(call);
        return;
    }
    /* By name the first comes first, by use the greatest. */
    p->descending = km_call_choice(call, "order", sort != KM_SORT_NAME) == 1;
    for (size_t i = 0; i < list->count; i++)
        p->entries[i] = (struct entry){list->value ? list->value[i] : 0, i};
    if (list->value)
        qsort(p->entries, list->count, sizeof(*p->entries), compare);
    for (size_t i = 0; p->descending && i < list->count / 2; i++) {
        struct entry other = p->entries[list->count - 1 - i];

        p->entries[list->count - 1 - i] = p->entries[i];
        p->entries[i] = other;
    }
    if (token && skip_to(p, token) < 0) {
        page_free(p);
        km_list_refuse_token(call);
        return;
    }
    if ((uint64_t)limit < p->end - p->next) {
        p->end = p->next + (size_t)limit;
        p->more = true;
    }
    km_answer_stream(call, page_next, page_free, p);
}
