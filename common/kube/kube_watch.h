/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_KUBE_WATCH_H
#define KM_KUBE_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "kube_config.h"

/*
 * Keeps up with a collection of the Kubernetes API in a thread of its own: one list, then a watch
 * from there with bookmarks. Lists again only where the watch says 410 Gone, or an event cannot be
 * read; pauses between tries double from half a second to a minute, with jitter, so that many nodes
 * do not return at once.
 *
 * Protocol:
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
struct km_kube_watch;

/* What the thread calls, in the order of events. */
struct km_kube_handler {
    void *arg;
    void (*listing)(void *arg);                 /* a list follows: all objects there are */
    void (*put)(void *arg, yyjson_val *object); /* of the list, added or changed */
    void (*removed)(void *arg, yyjson_val *object);
    void (*listed)(void *arg);                     /* the list is complete */
    void (*trouble)(void *arg, const char *words); /* a try failed; once until one succeeds */
    /* May be NULL. Once: when the watch has been stopped, or where it could not be started. */
    void (*done)(void *arg);
};

struct km_kube_watch_options {
    const char *path;   /* "/api/v1/pods" */
    const char *query;  /* "fieldSelector=spec.nodeName%3Dn1", or "" */
    bool metadata_only; /* objects have nothing but apiVersion, kind and metadata */
    size_t list_max;    /* bytes a list, or a page of it, may have */
    /*
     * Objects of a page; 0: the list in one piece. One piece comes out of the API server's cache
     * and is held here whole. Pages come out of its database, and one is held at a time: for
     * collections of which nobody knows how long they are.
     */
    unsigned page;
    int64_t first_pause_ms; /* the first list waits up to this long, by chance */
};

/* config and the handler's arg must outlive the watch; the rest is copied. Returns 0 or negative
 * errno. */
int km_kube_watch_start(const struct km_kube_config *config,
                        const struct km_kube_watch_options *options,
                        const struct km_kube_handler *handler, struct km_kube_watch **ret_watch);

/* Waits for the first complete list, at most timeout_ms. True if there was one. */
bool km_kube_watch_wait(struct km_kube_watch *watch, int64_t timeout_ms);

/* Tells the thread to end, and does not wait: for who stops several, so that they end together.
 * NULL is allowed, here and below. */
void km_kube_watch_cancel(struct km_kube_watch *watch);

/* Ends the thread, within about a second. */
void km_kube_watch_stop(struct km_kube_watch *watch);

#endif
