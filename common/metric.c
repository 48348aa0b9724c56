/* SPDX-License-Identifier: Apache-2.0 */
#include "metric.h"

#define NODE      KM_SCOPE_NODE
#define POD       KM_SCOPE_POD
#define CONTAINER KM_SCOPE_CONTAINER

const struct km_metric_info km_metrics[KM_METRIC_COUNT] = {
#define KM_GROUP(id, name, help)
#define KM_METRIC(id, group, key, kind, unit, scope, help)                                         \
    [KM_##id] = {                                                                                  \
        key,  key "_per_second", unit, help, sizeof(key) - 1, KM_GROUP_##group, KM_KIND_##kind,    \
        scope},
#include "metric.def"
#undef KM_GROUP
#undef KM_METRIC
};

/* FIRST_<group> is the number of the metric after it: BACK_ undoes the step a constant takes. */
enum {
#define KM_GROUP(id, name, help)                           FIRST_##id, BACK_##id = FIRST_##id - 1,
#define KM_METRIC(id, group, key, kind, unit, scope, help) AT_##id,
#include "metric.def"
#undef KM_GROUP
#undef KM_METRIC
};

const struct km_group_info km_groups[KM_GROUP_COUNT] = {
#define KM_GROUP(id, name, help) [KM_GROUP_##id] = {name, help, FIRST_##id, sizeof(name) - 1},
#define KM_METRIC(id, group, key, kind, unit, scope, help)
#include "metric.def"
#undef KM_GROUP
#undef KM_METRIC
};

int km_group_find(const char *name, size_t len)
{
    for (int g = KM_GROUP_TOP + 1; g < KM_GROUP_COUNT; g++) {
        if (km_group_is(g, name, len))
            return g;
    }
    return -1;
}

int km_metric_find(int group, const char *key, size_t len, int before)
{
    int first = km_groups[group].first;
    int middle = before >= first ? before + 1 : first;

    for (int m = middle; m < KM_METRIC_COUNT && km_metrics[m].group == group; m++) {
        if (km_metric_is(m, group, key, len))
            return m;
    }
    for (int m = first; m < middle; m++) {
        if (km_metric_is(m, group, key, len))
            return m;
    }
    return -1;
}
