/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_watch.h"

#include <errno.h>
#include <stdlib.h>

#include "kube_watch.h"
#include "pod_object.h"

#define LIST_MAX (256u << 20) /* 500 pods of half a MiB */

struct km_pod_watch {
    struct km_kube_watch *watch;
    struct km_directory *directory;
    struct km_pod_object pod; /* here and not on the thread's stack for its size */
    void (*trouble)(const char *words);
};

static void on_listing(void *arg)
{
    km_directory_begin(((struct km_pod_watch *)arg)->directory);
}

static void on_put(void *arg, yyjson_val *object)
{
    struct km_pod_watch *w = arg;

    if (km_pod_object_read(object, &w->pod) < 0)
        w->trouble("a pod without name or UID is left out");
    else if (km_directory_put(w->directory, &w->pod.facts) < 0)
        w->trouble("a pod's name is left out: memory ran out");
}

static void on_removed(void *arg, yyjson_val *object)
{
    struct km_pod_watch *w = arg;
    const char *uid = km_pod_object_uid(object);

    if (uid)
        km_directory_remove(w->directory, uid);
}

static void on_listed(void *arg)
{
    km_directory_end(((struct km_pod_watch *)arg)->directory);
}

static void on_trouble(void *arg, const char *words)
{
    ((struct km_pod_watch *)arg)->trouble(words);
}

int km_pod_watch_start(const struct km_kube_config *config, const char *node,
                       int64_t first_pause_ms, void (*trouble)(const char *words),
                       struct km_directory *directory, struct km_pod_watch **ret_watch)
{
    struct km_pod_watch *w = calloc(1, sizeof(*w));
    km_auto_buf struct km_buf query = KM_BUF_INIT;
    struct km_kube_handler handler = {.arg = w,
                                      .listing = on_listing,
                                      .put = on_put,
                                      .removed = on_removed,
                                      .listed = on_listed,
                                      .trouble = on_trouble};
    struct km_kube_watch_options options = {
        .path = "/api/v1/pods", .list_max = LIST_MAX, .first_pause_ms = first_pause_ms};
    int r;

    if (!w)
        return -ENOMEM;
    w->directory = directory;
    w->trouble = trouble;
    /* Node names are DNS names: nothing in them wants escaping. */
    km_buf_printf(&query, "fieldSelector=spec.nodeName%%3D%s", node);
    options.query = km_buf_str(&query);
    r = options.query ? km_kube_watch_start(config, &options, &handler, &w->watch) : -ENOMEM;
    if (r < 0) {
        free(w);
        return r;
    }
    *ret_watch = w;
    return 0;
}

bool km_pod_watch_wait(struct km_pod_watch *watch, int64_t timeout_ms)
{
    return km_kube_watch_wait(watch->watch, timeout_ms);
}

void km_pod_watch_stop(struct km_pod_watch *watch)
{
    if (!watch)
        return;
    km_kube_watch_stop(watch->watch);
    free(watch);
}
