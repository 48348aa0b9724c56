/* SPDX-License-Identifier: Apache-2.0 */
#include "selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "endpoint.h"

#define PAGE 1000 /* names of one request */

struct object {
    const char *name_space; /* "" where it has none */
    const char *name;
};

struct km_selection {
    struct object *objects; /* sorted */
    size_t count, room;
};

static int compare(const void *left, const void *right)
{
    const struct object *a = left, *b = right;
    int r = strcmp(a->name_space, b->name_space);

    return r ? r : strcmp(a->name, b->name);
}

static int add(struct km_selection *s, const char *name_space, const char *name)
{
    struct object *o;

    if (s->count == s->room) {
        size_t room = s->room * 2 + 64;
        struct object *larger = realloc(s->objects, room * sizeof(*larger));

        if (!larger)
            return -ENOMEM;
        s->objects = larger;
        s->room = room;
    }
    o = &s->objects[s->count++];
    o->name_space = strdup(name_space ? name_space : "");
    o->name = strdup(name);
    return o->name_space && o->name ? 0 : -ENOMEM;
}

/* /apis/apps/v1/namespaces/shop/deployments?labelSelector=app%3Dweb&limit=1000 */
static void list_path(struct km_buf *out, const struct km_cli *cli,
                      const struct km_subject *subject, const char *token)
{
    const char *space = subject->in_namespace ? km_cli_namespace(cli) : NULL;

    km_buf_puts(out, subject->group);
    if (space) {
        km_buf_puts(out, "/namespaces/");
        km_url_escape(out, space);
    }
    km_buf_printf(out, "/%s?limit=%d&labelSelector=", subject->plural, PAGE);
    km_url_escape(out, cli->settings.selector);
    if (token) {
        km_buf_puts(out, "&continue=");
        km_url_escape(out, token);
    }
}

/* Adds a page's names; *ret_token is the next page's, or NULL. */
static int add_page(struct km_selection *s, yyjson_val *root, char **ret_token)
{
    const char *token =
        yyjson_get_str(yyjson_obj_get(yyjson_obj_get(root, "metadata"), "continue"));
    yyjson_val *item;
    size_t i, n;

    yyjson_arr_foreach(yyjson_obj_get(root, "items"), i, n, item)
    {
        yyjson_val *metadata = yyjson_obj_get(item, "metadata");
        const char *name = yyjson_get_str(yyjson_obj_get(metadata, "name"));

        if (name && add(s, yyjson_get_str(yyjson_obj_get(metadata, "namespace")), name) < 0)
            return -ENOMEM;
    }
    if (token && *token && n > 0 && !(*ret_token = strdup(token)))
        return -ENOMEM;
    return 0;
}

static int read_pages(struct km_selection *s, const struct km_cli *cli,
                      const struct km_subject *subject, struct km_fetch *kube)
{
    km_auto_free char *token = NULL;
    int r;

    do {
        km_auto_buf struct km_buf path = KM_BUF_INIT;
        yyjson_doc *doc;

        list_path(&path, cli, subject, token);
        free(km_take_ptr(token));
        if (!km_buf_str(&path))
            return km_fetch_fail(kube, -ENOMEM, "memory ran out");
        r = km_fetch_get(kube, path.data, &doc);
        if (r < 0)
            return r;
        r = add_page(s, yyjson_doc_get_root(doc), &token);
        yyjson_doc_free(doc);
        if (r < 0)
            return km_fetch_fail(kube, r, "memory ran out");
    } while (token);
    return 0;
}

int km_selection_read(struct km_cli *cli, const struct km_subject *subject,
                      struct km_selection **ret_selection)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;
    struct km_selection *s = calloc(1, sizeof(*s));
    struct km_fetch *kube = NULL;
    char hint[100];
    int r;

    snprintf(hint, sizeof(hint), "--selector asks the Kubernetes API for a list of %s.",
             subject->plural);
    if (!s)
        return km_fetch_fail(cli->fetch, -ENOMEM, "memory ran out");
    r = km_endpoint_open_kubernetes(&cli->settings, hint, &out, &kube);
    if (r < 0) {
        km_fetch_fail(cli->fetch, r, "--selector: %s", out.failed ? "" : km_buf_str(&out));
    } else {
        r = read_pages(s, cli, subject, kube);
        if (r < 0)
            km_fetch_fail(cli->fetch, r, "%s", km_fetch_error(kube));
        km_fetch_free(kube);
    }
    if (r < 0) {
        km_selection_free(s);
        return r;
    }
    if (s->count > 0)
        qsort(s->objects, s->count, sizeof(*s->objects), compare);
    *ret_selection = s;
    return 0;
}

bool km_selection_has(const struct km_selection *s, const char *name_space, const char *name)
{
    const struct object key = {name_space ? name_space : "", name};

    return s->count > 0 && name &&
           bsearch(&key, s->objects, s->count, sizeof(*s->objects), compare) != NULL;
}

void km_selection_free(struct km_selection *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        free((void *)s->objects[i].name_space);
        free((void *)s->objects[i].name);
    }
    free(s->objects);
    free(s);
}
