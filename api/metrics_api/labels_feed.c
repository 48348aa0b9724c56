/* SPDX-License-Identifier: Apache-2.0 */
#include "labels_feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The handler's arg. */
struct feed {
    struct km_labels *labels;
    void (*say)(const char *words);
};

static void on_listing(void *arg)
{
    km_labels_begin(((struct feed *)arg)->labels);
}

static void on_put(void *arg, yyjson_val *object)
{
    km_labels_put(((struct feed *)arg)->labels, object);
}

static void on_removed(void *arg, yyjson_val *object)
{
    km_labels_remove(((struct feed *)arg)->labels, object);
}

static void on_listed(void *arg)
{
    km_labels_end(((struct feed *)arg)->labels);
}

static void on_trouble(void *arg, const char *words)
{
    char text[700];

    snprintf(text, sizeof(text), "metrics API: no labels from the Kubernetes API: %s", words);
    ((struct feed *)arg)->say(text);
}

int km_labels_feed_start(const struct km_kube_config *config, const char *path,
                         struct km_labels *labels, void (*say)(const char *words),
                         struct km_kube_watch **ret_watch)
{
    struct feed *f = calloc(1, sizeof(*f));
    struct km_kube_watch_options options = {.path = path,
                                            .query = "",
                                            .metadata_only = true,
                                            .page = KM_LABELS_PAGE,
                                            .list_max = KM_LABELS_PAGE_MAX};
    struct km_kube_handler handler = {.arg = f,
                                      .listing = on_listing,
                                      .put = on_put,
                                      .removed = on_removed,
                                      .listed = on_listed,
                                      .trouble = on_trouble,
                                      .done = free};

    if (!f)
        return -ENOMEM;
    f->labels = labels;
    f->say = say;
    return km_kube_watch_start(config, &options, &handler, ret_watch);
}
