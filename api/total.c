/* SPDX-License-Identifier: Apache-2.0 */
#include "total.h"

#include <string.h>

#include "rate.h"

void km_total_terms(const struct km_row *last, const struct km_row *previous,
                    struct km_terms *ret_terms)
{
    unsigned before = 0, n = 0;

    for (unsigned i = 0; i < last->count && last->metric[i] < KM_METRIC_COUNT; i++) {
        unsigned metric = last->metric[i];
        double value = (double)last->value[i];

        switch (km_metrics[metric].kind) {
        case KM_KIND_COUNTER:
            continue;
        case KM_KIND_RATED:
            /* Both rows are in the order of metrics: they are walked side by side. */
            while (previous && before < previous->count && previous->metric[before] < metric)
                before++;
            if (!previous || before == previous->count || previous->metric[before] != metric ||
                last->time_ms <= previous->time_ms ||
                !km_growth(previous->value[before], last->value[i],
                           last->time_ms - previous->time_ms, &value))
                continue;
            break;
        case KM_KIND_MILLI:
            value /= 1000;
            break;
        case KM_KIND_EXACT:
            memcpy(&value, &last->value[i], sizeof(value));
            metric = KM_CPU_USAGE;
            break;
        default:
            break;
        }
        ret_terms->metric[n] = (uint16_t)metric;
        ret_terms->value[n++] = value;
    }
    ret_terms->count = n;
}

void km_total_add(struct km_total *total, const struct km_row *last, const struct km_row *previous)
{
    struct km_terms terms;

    total->entities++;
    if (last->time_ms > total->newest_ms)
        total->newest_ms = last->time_ms;
    km_total_terms(last, previous, &terms);
    for (unsigned i = 0; i < terms.count; i++) {
        total->value[terms.metric[i]] += terms.value[i];
        total->has[terms.metric[i]] = true;
    }
}

void km_total_groups(struct km_json *w, const double *value, const bool *has)
{
    int open = KM_GROUP_TOP;

    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        if (!has[m])
            continue;
        if (km_metrics[m].group != open) {
            if (open != KM_GROUP_TOP)
                km_json_object_end(w);
            open = km_metrics[m].group;
            km_json_member_object(w, km_groups[open].name);
        }
        km_json_key(w, km_metric_is_counter(m) ? km_metrics[m].rate_key : km_metrics[m].key);
        km_json_decimal(w, value[m]);
    }
    if (open != KM_GROUP_TOP)
        km_json_object_end(w);
}

void km_total_write(struct km_json *w, const struct km_total *total, const char *count_name)
{
    if (total->newest_ms)
        km_json_member_time(w, "timestamp", total->newest_ms);
    km_json_member_int(w, count_name, (int64_t)total->entities);
    km_total_groups(w, total->value, total->has);
}
