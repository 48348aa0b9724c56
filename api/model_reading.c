/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of one reading: cpu_usage and the groups of the catalogue. */
#include <math.h>
#include <string.h>

#include "model_inside.h"

/* Millicores: whole thousandths go into CPU_USAGE, anything else bit by bit into its EXACT twin. */
void km_model_cpu_usage(struct km_model *m, const struct km_model_at *at, yyjson_val *value,
                        struct km_reading *reading)
{
    double number = yyjson_get_num(value);
    int64_t bits;

    if (!yyjson_is_num(value)) {
        km_model_fault(m, at, "must be a number");
    } else if (!(number >= 0 && number <= 1e9)) {
        km_model_fault(m, at, "must be 0 to 1000000000 millicores");
    } else if (km_sample_has(&reading->sample, KM_CPU_USAGE) ||
               km_sample_has(&reading->sample, KM_CPU_USAGE_EXACT)) {
        km_model_fault(m, at, "stands here twice");
    } else if ((double)llrint(number * 1000) / 1000 == number) {
        km_sample_set(&reading->sample, KM_CPU_USAGE, llrint(number * 1000));
    } else {
        memcpy(&bits, &number, sizeof(bits));
        km_sample_set(&reading->sample, KM_CPU_USAGE_EXACT, bits);
    }
}

/* A member of a group that is not in the catalogue; extras of one reading stand together. */
static void read_extra(struct km_model *m, const struct km_model_at *at, int group, yyjson_val *key,
                       yyjson_val *value, size_t first_extra)
{
    const struct km_extra *known = m->extras.items;
    struct km_extra extra = {
        .group = (uint8_t)group, .key = yyjson_get_str(key), .key_len = yyjson_get_len(key)};
    struct km_extra *slot;

    if (extra.key_len == 0 || extra.key_len > KM_MODEL_KEY || memchr(extra.key, 0, extra.key_len)) {
        km_model_fault(m, at->up, "has a member whose name is not 1 to %d bytes of text",
                       KM_MODEL_KEY);
        return;
    }
    for (size_t i = first_extra; i < m->extras.count; i++) {
        if (known[i].group == group && known[i].key_len == extra.key_len &&
            memcmp(known[i].key, extra.key, extra.key_len) == 0) {
            km_model_fault(m, at, "stands here twice");
            return;
        }
    }
    extra.value = km_model_whole(m, at, value, INT64_MIN, INT64_MAX);
    slot = km_model_pile_add(m, &m->extras, sizeof(*slot));
    if (slot)
        *slot = extra;
}

_Static_assert(KM_METRIC_COUNT <= UINT8_MAX, "a guess holds any metric");

static int find_metric(int group, const char *key, size_t len, uint8_t *guess)
{
    int metric = *guess;

    if (km_metric_is(metric, group, key, len))
        return metric;
    metric = km_metric_find(group, key, len, -1);
    if (metric >= 0)
        *guess = (uint8_t)metric;
    return metric;
}

void km_model_group(struct km_model *m, const struct km_model_at *at, int group, yyjson_val *object,
                    struct km_reading *reading, size_t first_extra)
{
    yyjson_obj_iter iter = yyjson_obj_iter_with(object);
    uint8_t *guess = &m->after_metric[KM_METRIC_COUNT + group];
    yyjson_val *key;

    if (!yyjson_is_obj(object)) {
        km_model_fault(m, at, "must be an object of whole numbers");
        return;
    }
    if (yyjson_obj_size(object) > KM_MODEL_KEYS) {
        km_model_fault(m, at, "has more than %d members", KM_MODEL_KEYS);
        return;
    }
    while ((key = yyjson_obj_iter_next(&iter))) {
        yyjson_val *value = yyjson_obj_iter_get_val(key);
        struct km_model_at here = {at, yyjson_get_str(key), 0};
        size_t len = yyjson_get_len(key);
        int metric = find_metric(group, here.key, len, guess);

        if (metric >= 0)
            guess = &m->after_metric[metric];
        if (metric < 0) {
            read_extra(m, &here, group, key, value, first_extra);
        } else if (km_sample_has(&reading->sample, (unsigned)metric)) {
            km_model_fault(m, &here, "stands here twice");
        } else {
            int64_t number = yyjson_is_uint(value) ? yyjson_get_sint(value) : -1;

            if (number < 0)
                number = km_model_whole(m, &here, value, 0, INT64_MAX);
            km_sample_set(&reading->sample, (unsigned)metric, number);
        }
    }
}
