/* SPDX-License-Identifier: Apache-2.0 */
#include "labels_feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kube_watch.h"

struct km_labels_feed {
    struct km_kube_watch *watch;
    struct km_labels *labels;
    void (*say)(const char *words);
};

static void on_listing(void *arg)
{
    km_labels_begin(((struct km_labels_feed *)arg)->labels);
}

static void on_put(void *arg, yyjson_val *object)
{
    km_labels_put(((struct km_labels_feed *)arg)->labels, object);
}

static void on_removed(void *arg, yyjson_val *object)
{
    km_labels_remove(((struct km_labels_feed *)arg)->labels, object);
}

static void on_listed(void *arg)
{
    km_labels_end(((struct km_labels_feed *)arg)->labels);
}

static void on_trouble(void *arg, const char *words)
{
    char text[700];

    snprintf(text, sizeof(text), "metrics API: no labels from the Kubernetes API: %s", words);
    ((struct km_labels_feed *)arg)->say(text);
}

int km_labels_feed_start(const struct km_kube_config *config, const char *path,
                         struct km_labels *labels, void (*say)(const char *words),
                         struct km_labels_feed **ret_feed)
{
    struct km_labels_feed *f = calloc(1, sizeof(*f));
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
                                      .trouble = on_trouble};
    int r;

    if (!f)
        return -ENOMEM;
    f->labels = labels;
    f->say = say;
    r = km_kube_watch_start(config, &options, &handler, &f->watch);
    if (r < 0) {
        free(f);
        return r;
    }
    *ret_feed = f;
    return 0;
}

void km_labels_feed_cancel(struct km_labels_feed *feed)
{
    if (feed)
        km_kube_watch_cancel(feed->watch);
}

void km_labels_feed_stop(struct km_labels_feed *feed)
{
    if (!feed)
        return;
    km_kube_watch_stop(feed->watch);
    free(feed);
}
