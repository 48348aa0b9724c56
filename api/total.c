/* SPDX-License-Identifier: Apache-2.0 */
#include "total.h"

#include <string.h>

#include "rate.h"

void km_total_add(struct km_total *total, const struct km_view *view)
{
    const struct km_row *row = &view->last;

    total->entities++;
    if (row->time_ms > total->newest_ms)
        total->newest_ms = row->time_ms;
    for (unsigned i = 0; i < row->count && row->metric[i] < KM_METRIC_COUNT; i++) {
        unsigned metric = row->metric[i];
        double value = (double)row->value[i];

        switch (km_metrics[metric].kind) {
        case KM_KIND_COUNTER:
            continue;
        case KM_KIND_RATED:
            if (view->has_previous && km_rate(&view->previous, row, metric, &value)) {
                total->rate[metric] += value;
                total->has_rate[metric] = true;
            }
            continue;
        case KM_KIND_MILLI:
            value /= 1000;
            break;
        case KM_KIND_EXACT:
            memcpy(&value, &row->value[i], sizeof(value));
            metric = KM_CPU_USAGE;
            break;
        default:
            break;
        }
        total->gauge[metric] += value;
        total->has_gauge[metric] = true;
    }
}

void km_total_groups(struct km_json *w, const double *gauge, const bool *has_gauge,
                     const double *rate, const bool *has_rate)
{
    int open = KM_GROUP_TOP;

    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {

        if (!has_gauge[m] && !has_rate[m])
            continue;
        if (km_metrics[m].group != open) {
            if (open != KM_GROUP_TOP)
                km_json_object_end(w);
            open = km_metrics[m].group;
            km_json_member_object(w, km_groups[open].name);
        }
        if (has_gauge[m]) {
            km_json_key(w, km_metrics[m].key);
            km_json_decimal(w, gauge[m]);
        }
        if (has_rate[m]) {
            km_json_key(w, km_metrics[m].rate_key);
            km_json_decimal(w, rate[m]);
        }
    }
    if (open != KM_GROUP_TOP)
        km_json_object_end(w);
}

void km_total_write(struct km_json *w, const struct km_total *total, const char *count_name)
{
    if (total->newest_ms)
        km_json_member_time(w, "timestamp", total->newest_ms);
    km_json_member_int(w, count_name, (int64_t)total->entities);
    km_total_groups(w, total->gauge, total->has_gauge, total->rate, total->has_rate);
}
