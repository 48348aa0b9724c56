/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_METRIC_H
#define KM_COMMON_METRIC_H

/* The metric catalogue of metric.def as constants and tables. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum km_metric_kind {
    KM_KIND_GAUGE,
    KM_KIND_COUNTER,
    KM_KIND_RATED,
    KM_KIND_MILLI,
    KM_KIND_EXACT,
};

enum km_scope {
    KM_SCOPE_NODE = 1,
    KM_SCOPE_POD = 2,
    KM_SCOPE_CONTAINER = 4,
};

enum km_group {
#define KM_GROUP(id, name, help) KM_GROUP_##id,
#define KM_METRIC(id, group, key, kind, unit, scope, help)
#include "metric.def"
#undef KM_GROUP
#undef KM_METRIC
    KM_GROUP_COUNT
};

enum km_metric {
#define KM_GROUP(id, name, help)
#define KM_METRIC(id, group, key, kind, unit, scope, help) KM_##id,
#include "metric.def"
#undef KM_GROUP
#undef KM_METRIC
    KM_METRIC_COUNT
};

struct km_group_info {
    const char *name; /* "" for members of the object itself */
    const char *help;
    uint16_t first; /* its metrics begin here and go on while their group is this one */
    uint8_t name_len;
};

struct km_metric_info {
    const char *key;
    const char *rate_key; /* "<key>_per_second" */
    const char *unit;
    const char *help;
    uint8_t key_len;
    uint8_t group; /* enum km_group */
    uint8_t kind;  /* enum km_metric_kind */
    uint8_t scope; /* sum of enum km_scope */
};

extern const struct km_metric_info km_metrics[KM_METRIC_COUNT];
extern const struct km_group_info km_groups[KM_GROUP_COUNT];

/* True for cumulative metrics: COUNTER and RATED. */
static inline bool km_metric_is_counter(unsigned metric)
{
    return km_metrics[metric].kind == KM_KIND_COUNTER || km_metrics[metric].kind == KM_KIND_RATED;
}

/*
 * True if two names of len bytes are the same. Names of JSON members are short: two loads that
 * overlap compare 4 to 16 bytes at once, where calling memcmp() costs more than comparing.
 */
static inline bool km_same_name(const char *a, const char *b, size_t len)
{
    uint64_t a8[2], b8[2];
    uint32_t a4[2], b4[2];

    if (len > 16 || len < 4)
        return memcmp(a, b, len) == 0;
    if (len >= 8) {
        memcpy(&a8[0], a, 8);
        memcpy(&b8[0], b, 8);
        memcpy(&a8[1], a + len - 8, 8);
        memcpy(&b8[1], b + len - 8, 8);
        return ((a8[0] ^ b8[0]) | (a8[1] ^ b8[1])) == 0;
    }
    memcpy(&a4[0], a, 4);
    memcpy(&b4[0], b, 4);
    memcpy(&a4[1], a + len - 4, 4);
    memcpy(&b4[1], b + len - 4, 4);
    return ((a4[0] ^ b4[0]) | (a4[1] ^ b4[1])) == 0;
}

/* The group called name[0..len), or -1. "" is no group's name here. */
int km_group_find(const char *name, size_t len);

/* True if that is the group's name. */
static inline bool km_group_is(int group, const char *name, size_t len)
{
    return km_groups[group].name_len == len && km_same_name(km_groups[group].name, name, len);
}

/* True if that is the metric's key in this group. EXACT twins are never meant. */
static inline bool km_metric_is(int metric, int group, const char *key, size_t len)
{
    const struct km_metric_info *info = &km_metrics[metric];

    return info->group == group && info->key_len == len && info->kind != KM_KIND_EXACT &&
           km_same_name(info->key, key, len);
}

/*
 * The metric of a group by its key[0..len), or -1. EXACT twins are never returned. before is the
 * metric found last, or -1: the next one is tried first, since who writes all keeps the order.
 */
int km_metric_find(int group, const char *key, size_t len, int before);

#endif
