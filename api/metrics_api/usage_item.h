/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_USAGE_ITEM_H
#define KM_METRICS_USAGE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_write.h"
#include "store.h"

/*
 * What metrics.k8s.io says of a node or pod: from two readings to numbers, and from those to JSON,
 * as an object or as a row of a table.
 *
 * Types: https://github.com/kubernetes/metrics, pkg/apis/metrics/v1beta1/types.go
 */
struct km_usage {
    uint64_t nanocores; /* over the window */
    uint64_t memory;    /* bytes of the working set, at its end */
    int64_t time_ms;    /* the end of the window: the newer reading's */
    int64_t window_ms;  /* between the two readings */
};

/* From an entity's newest two rows. False where CPU time or working set is absent, or time or CPU
 * time went backwards: such an entity is not answered. */
bool km_usage_of(const struct km_row *last, const struct km_row *previous,
                 struct km_usage *ret_usage);

struct km_usage_part {
    char name[254]; /* of the container */
    struct km_usage usage;
};

struct km_usage_item {
    bool is_pod;
    const char *name_space; /* of a pod */
    const char *name;
    const struct km_buf *labels; /* "key\0value\0…" */
    int64_t now_ms; /* creationTimestamp: such an object is made when it is asked for */
    /* A node's own. A pod's, by km_usage_sum(): of its containers together, the time of the oldest
     * reading and its window. */
    struct km_usage usage;
    const struct km_usage_part *parts; /* a pod's containers */
    size_t n_parts;
};

/* Fills usage from parts; there must be one. */
void km_usage_sum(struct km_usage_item *item);

/* {"metadata":{…},"timestamp":…,"window":…,"usage"|"containers":…}; with kind and apiVersion where
 * version ("v1beta1") is not NULL. */
void km_usage_write(struct km_json *w, const struct km_usage_item *item, const char *version);

/* What a row of a table holds beside its cells. */
enum km_table_object { KM_TABLE_NONE, KM_TABLE_METADATA, KM_TABLE_OBJECT };

/* {"cells":["web-0","1m","20Mi","5s"],"object":{…}} */
void km_usage_write_row(struct km_json *w, const struct km_usage_item *item, const char *version,
                        enum km_table_object object);

/* The value of "columnDefinitions" for such rows. */
void km_usage_write_columns(struct km_json *w);

#endif
