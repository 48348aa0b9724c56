/* SPDX-License-Identifier: Apache-2.0 */
#include "metric_choice.h"

#include <string.h>

/* True if name[0..len) is the metric's "group.key", its group alone, or a key of no group. */
static bool is_named(int group, const char *key, const char *name, size_t len)
{
    const struct km_group_info *g = &km_groups[group];

    if (group == KM_GROUP_TOP)
        return strlen(key) == len && memcmp(key, name, len) == 0;
    if (len < g->name_len || memcmp(name, g->name, g->name_len) != 0)
        return false;
    if (len == g->name_len)
        return true;
    name += g->name_len;
    len -= g->name_len;
    return name[0] == '.' && strlen(key) == len - 1 && memcmp(key, name + 1, len - 1) == 0;
}

/* Chooses what name[0..len) says; false if there is no such metric. */
static bool choose(const struct km_store *store, const char *name, size_t len, uint8_t *chosen)
{
    bool found = false;
    const char *key;
    int group;

    for (unsigned m = 0; km_store_metric(store, m, &group, &key) == 0; m++) {
        if (!is_named(group, key, name, len))
            continue;
        chosen[m / 8] |= (uint8_t)(1 << m % 8);
        found = true;
    }
    return found;
}

bool km_metric_choice_read(struct km_call *call, const struct km_store *store,
                           struct km_metric_choice *ret_choice)
{
    const char *names = km_call_text(call, "metrics");
    uint8_t chosen[65536 / 8] = {0};
    bool good = true;
    const char *key;
    int group;

    ret_choice->all = !names;
    ret_choice->count = ret_choice->in_catalogue = 0;
    for (const char *p = names; p;) {
        size_t len = strcspn(p, ",");

        if (!choose(store, p, len, chosen)) {
            km_problem_fault(call, NULL, "metrics",
                             "there is no metric \"%.*s\": it is named as in answers, like "
                             "memory.working_set",
                             len > 100 ? 100 : (int)len, p);
            good = false;
        }
        p = p[len] ? p + len + 1 : NULL;
    }
    for (unsigned m = 0; names && km_store_metric(store, m, &group, &key) == 0; m++) {
        if (!(chosen[m / 8] >> m % 8 & 1))
            continue;
        if (ret_choice->count == KM_ROW_MAX) {
            km_problem_fault(call, NULL, "metrics", "names more than %d metrics", KM_ROW_MAX);
            return false;
        }
        ret_choice->metric[ret_choice->count++] = (uint16_t)m;
        ret_choice->in_catalogue += m < KM_METRIC_COUNT;
    }
    return good;
}

void km_metric_choice_apply(const struct km_metric_choice *choice, struct km_row *row)
{
    unsigned kept = 0;

    if (choice->all)
        return;
    for (unsigned i = 0, c = 0; i < row->count; i++) {
        while (c < choice->count && choice->metric[c] < row->metric[i])
            c++;
        if (c == choice->count || choice->metric[c] != row->metric[i])
            continue;
        row->metric[kept] = row->metric[i];
        row->value[kept++] = row->value[i];
    }
    row->count = (uint16_t)kept;
}
