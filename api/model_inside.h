/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_MODEL_INSIDE_H
#define KM_API_MODEL_INSIDE_H

/* What the files of the models share; nobody else includes it. */

#include <stdbool.h>
#include <yyjson.h>

#include "models.h"

/* A growing array of one kind, kept for the next body. */
struct km_pile {
    void *items;
    size_t count, room;
};

struct km_model {
    void *pool; /* yyjson's memory */
    size_t pool_size;
    yyjson_doc *doc;
    struct km_pile pods, containers, extras;
    struct km_fault faults[KM_MODEL_FAULTS];
    size_t n_faults; /* all, also those not listed */
    bool no_memory;
    /*
     * Which name followed which when one was last looked for: who writes all his objects alike is
     * understood by comparing each name once. Only guesses, which change nothing but the time.
     */
    uint8_t after_member[3][64]; /* by kind of object (model_object.c) */
    uint8_t after_metric[(int)KM_METRIC_COUNT + (int)KM_GROUP_COUNT]; /* then: a group's first */
    /* The last timestamp of this body that was accepted: pods read together have the same. */
    const char *time_text;
    size_t time_len;
    int64_t time_ms;
    int (*accepts)(void *arg, int64_t time_ms);
    void *accepts_arg;
};

/* Where we are in the body: a chain of steps up to the root, written out only for a fault. */
struct km_model_at {
    const struct km_model_at *up;
    const char *key; /* NULL: an array's place */
    size_t place;
};

/* Adds a fault at a place; at NULL is the whole body. (model_value.c) */
void km_model_fault(struct km_model *m, const struct km_model_at *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * One more item at the end of the pile, for the caller to fill; NULL and no_memory when memory runs
 * out. It stays where it is until the pile gets another one.
 */
void *km_model_pile_add(struct km_model *m, struct km_pile *pile, size_t size);

/* --- one value (model_value.c): each adds a fault where the value is none of its kind ----------
 */

/* Text of 1 to KM_MODEL_NAME bytes without control characters and '/'; NULL with a fault. */
const char *km_model_text(struct km_model *m, const struct km_model_at *at, yyjson_val *value);

/* Unix ms of RFC 3339 text, or of seconds since 1970 as pydantic also takes; 0 with a fault. */
int64_t km_model_time(struct km_model *m, const struct km_model_at *at, yyjson_val *value);

/* The time of a reading, which accepts() must also want. */
void km_model_timestamp(struct km_model *m, const struct km_model_at *at, yyjson_val *value,
                        struct km_reading *reading);

/* A whole number from min to max; min with a fault. */
int64_t km_model_whole(struct km_model *m, const struct km_model_at *at, yyjson_val *value,
                       int64_t min, int64_t max);

/* --- the numbers of a reading (model_reading.c) ------------------------------------------------
 */

void km_model_cpu_usage(struct km_model *m, const struct km_model_at *at, yyjson_val *value,
                        struct km_reading *reading);

/* A group's members into the reading; those outside the catalogue onto the pile of extras, where
 * this reading's begin at first_extra. */
void km_model_group(struct km_model *m, const struct km_model_at *at, int group, yyjson_val *object,
                    struct km_reading *reading, size_t first_extra);

/* --- objects (model_object.c) ------------------------------------------------------------------
 */

/* The body of a node with its pods, or of one pod, from its root. */
void km_model_node_object(struct km_model *m, yyjson_val *root, struct km_batch *batch);
void km_model_pod_object(struct km_model *m, yyjson_val *root, struct km_pod *pod);

#endif
