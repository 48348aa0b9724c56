/* SPDX-License-Identifier: Apache-2.0 */
#include "listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

#define PAGE  5000  /* items of one request, some 5 MB: the server orders its whole list for each */
#define PAGES 10000 /* a server whose pages never end is not followed for ever */

static void part(struct km_buf *out, const char *before, const char *name)
{
    km_buf_puts(out, before);
    km_url_escape(out, name);
}

void km_object_path(struct km_buf *out, const struct km_subject *subject, const char *name_space,
                    const char *name)
{
    if (subject->in_namespace && name_space)
        part(out, "/api/namespaces/", name_space);
    else
        km_buf_puts(out, "/api");
    part(out, "/", subject->plural);
    part(out, "/", name);
}

/* The path of a list, up to its parameters. */
static void list_path(struct km_buf *out, const struct km_list_query *q)
{
    if (!q->subject->in_namespace || !q->name_space) {
        part(out, "/api/", q->subject->plural);
        return;
    }
    part(out, "/api/namespaces/", q->name_space);
    if (q->deployment)
        part(out, "/deployments/", q->deployment);
    if (q->pod)
        part(out, "/pods/", q->pod);
    part(out, "/", q->subject->plural);
}

struct pages {
    const struct km_list_query *query;
    km_item_fn *fn;
    void *arg;
    size_t count; /* items handed on */
    bool more;
};

static bool is_full(const struct pages *p)
{
    return p->query->max && p->count >= p->query->max;
}

/* Hands on the items of one page; *ret_token is the next page's, or NULL. */
static int page_items(struct km_fetch *f, struct pages *p, yyjson_val *root, char **ret_token)
{
    yyjson_val *items = yyjson_obj_get(root, "items"), *item;
    const char *token = yyjson_get_str(yyjson_obj_get(root, "continue"));
    size_t i, n;

    if (!yyjson_is_arr(items))
        return km_fetch_fail(f, -EREMOTEIO, "the server answers a list without items");
    yyjson_arr_foreach(items, i, n, item)
    {
        int r;

        if (is_full(p)) {
            p->more = true;
            return 0;
        }
        r = p->fn(p->arg, item);
        if (r < 0)
            return r;
        p->count++;
    }
    if (token && is_full(p))
        p->more = true;
    else if (token && n > 0)
        *ret_token = strdup(token);
    return 0;
}

static int read_pages(struct km_fetch *f, const struct km_list_query *q, struct pages *p)
{
    km_auto_free char *token = NULL;

    for (int i = 0; i < PAGES; i++) {
        km_auto_buf struct km_buf path = KM_BUF_INIT;
        size_t limit = q->max && q->max - p->count < PAGE ? q->max - p->count : PAGE;
        yyjson_doc *doc;
        int r;

        list_path(&path, q);
        km_buf_printf(&path, "?limit=%zu", limit);
        if (q->sort)
            km_buf_printf(&path, "&sort=%s&order=%s", q->sort, q->ascending ? "asc" : "desc");
        if (q->node)
            part(&path, "&node=", q->node);
        if (token)
            part(&path, "&continue=", token);
        if (!km_buf_str(&path))
            return km_fetch_fail(f, -ENOMEM, "memory ran out");
        r = km_fetch_get(f, path.data, &doc);
        if (r < 0)
            return r;
        free(km_take_ptr(token));
        r = page_items(f, p, yyjson_doc_get_root(doc), &token);
        yyjson_doc_free(doc);
        if (r < 0 || !token)
            return r;
    }
    return km_fetch_fail(f, -EREMOTEIO, "the list does not end after %d pages", PAGES);
}

int km_list_each(struct km_fetch *f, const struct km_list_query *query, km_item_fn *fn, void *arg,
                 bool *ret_more)
{
    struct pages p = {.query = query, .fn = fn, .arg = arg};
    int r = read_pages(f, query, &p);

    if (r == 0 && ret_more)
        *ret_more = p.more;
    return r;
}

bool km_list_can_sort(const char *sort)
{
    static const char *const words[] = {"name", "cpu", "memory", "network", "disk"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], sort) == 0)
            return true;
    }
    return false;
}
