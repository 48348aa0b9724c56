/* SPDX-License-Identifier: Apache-2.0 */
#include "front_proxy_feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_MAX (4u << 20) /* bytes: one configmap, of which etcd takes 1.5 MiB */

/* The handler's arg. */
struct feed {
    struct km_front_proxy *proxy;
    void (*say)(const char *words);
    bool seen; /* in the list that is being read */
};

static void say(struct feed *f, const char *what, const char *words)
{
    char text[900];

    snprintf(text, sizeof(text),
             "metrics API: %s kube-system/extension-apiserver-authentication: %s", what, words);
    f->say(text);
}

static void on_listing(void *arg)
{
    ((struct feed *)arg)->seen = false;
}

static void on_put(void *arg, yyjson_val *object)
{
    struct feed *f = arg;
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    int r = km_front_proxy_set(f->proxy, yyjson_obj_get(object, "data"), &words);

    f->seen = true;
    if (r < 0)
        say(f, "nobody is believed by configmap",
            words.len ? km_buf_str(&words) : "memory ran out");
}

static void on_removed(void *arg, yyjson_val *object)
{
    struct feed *f = arg;

    (void)object;
    km_front_proxy_forget(f->proxy);
    say(f, "nobody is believed without configmap", "it is gone");
}

static void on_listed(void *arg)
{
    struct feed *f = arg;

    if (!f->seen)
        on_removed(f, NULL);
}

/* What was known stays: an API server that is away sends no requests either. */
static void on_trouble(void *arg, const char *words)
{
    say(arg, "cannot read configmap", words);
}

int km_front_proxy_feed_start(const struct km_kube_config *config, struct km_front_proxy *proxy,
                              void (*tell)(const char *words), struct km_kube_watch **ret_watch)
{
    struct feed *f = calloc(1, sizeof(*f));
    struct km_kube_watch_options options = {
        .path = "/api/v1/namespaces/kube-system/configmaps",
        .query = "fieldSelector=metadata.name%3Dextension-apiserver-authentication",
        .list_max = LIST_MAX};
    struct km_kube_handler handler = {.arg = f,
                                      .listing = on_listing,
                                      .put = on_put,
                                      .removed = on_removed,
                                      .listed = on_listed,
                                      .trouble = on_trouble,
                                      .done = free};

    if (!f)
        return -ENOMEM;
    f->proxy = proxy;
    f->say = tell;
    return km_kube_watch_start(config, &options, &handler, ret_watch);
}
