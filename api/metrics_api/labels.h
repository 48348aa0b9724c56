/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_LABELS_H
#define KM_METRICS_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "buf.h"

/*
 * The labels of all objects of one kind (pods, nodes), by namespace and name, fed by a watch of the
 * Kubernetes API. Every function may be called from any thread; those that change it from one only.
 *
 * An object takes its texts, 24 bytes and a pointer or two:
 *
 *     shop\0web-6c4-x\0 app\0web\0 pod-template-hash\06c4\0
 */
struct km_labels;

/* Objects beyond `most` are left out, and so are labels of one object beyond this many bytes: the
 * Kubernetes API sets no limit but the object's 1.5 MiB. */
#define KM_LABELS_BYTES 65536

struct km_labels *km_labels_new(size_t most); /* NULL when memory runs out */
void km_labels_free(struct km_labels *labels);

/* A list of all objects begins; those that are not put before it ends are gone then. */
void km_labels_begin(struct km_labels *labels);
void km_labels_end(struct km_labels *labels);

/* Takes an object's {"metadata":{"namespace":…,"name":…,"labels":{…}}}; without memory, or with a
 * name missing, it is left out. */
void km_labels_put(struct km_labels *labels, yyjson_val *object);
void km_labels_remove(struct km_labels *labels, yyjson_val *object);

/* True once a list was complete: then an object that is not here is not there. */
bool km_labels_complete(const struct km_labels *labels);

/* A copy of an object's labels: "key\0value\0key\0value\0". name_space "" for kinds without. False
 * where the object is not known. */
bool km_labels_find(struct km_labels *labels, const char *name_space, const char *name,
                    struct km_buf *ret_copy);

/* The value of a key in such a copy (a struct km_buf), or NULL: a km_label_value. */
const char *km_labels_value(const void *copy, const char *key);

struct km_labels_status {
    size_t objects, bytes, refused;
};

void km_labels_get_status(struct km_labels *labels, struct km_labels_status *ret_status);

#endif
