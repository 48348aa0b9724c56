/* SPDX-License-Identifier: Apache-2.0 */
#include "units.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define KI 1024.0
#define MI (1024.0 * 1024.0)
#define GI (1024.0 * 1024.0 * 1024.0)

bool km_unit_is_number(enum km_unit unit)
{
    return unit != KM_UNIT_NAME && unit != KM_UNIT_TIME;
}

static void format_bytes(double value, char *text)
{
    if (value >= 10 * GI)
        snprintf(text, KM_UNIT_TEXT, "%.1fGi", value / GI);
    else if (value >= MI || value == 0)
        snprintf(text, KM_UNIT_TEXT, "%.0fMi", floor(value / MI));
    else
        snprintf(text, KM_UNIT_TEXT, "%.0fKi", ceil(value / KI));
}

/* Two digits at least: 1.2Ki, then 34Ki. */
static void format_rate(double value, char *text)
{
    static const char *const names[] = {"", "Ki", "Mi", "Gi", "Ti"};
    size_t i = 0;

    /* 1023.6 would be written as 1024: it belongs to the next unit. */
    while (value >= 1023.5 && i + 1 < sizeof(names) / sizeof(names[0])) {
        value /= KI;
        i++;
    }
    snprintf(text, KM_UNIT_TEXT, i > 0 && value < 9.95 ? "%.1f%s" : "%.0f%s", value, names[i]);
}

/* The two largest units while the larger one is small, as kubectl writes ages. */
static void format_age(double seconds, char *text)
{
    static const struct {
        double below; /* seconds */
        double large;
        char large_name;
        double small; /* 0: only the larger unit */
        char small_name;
    } steps[] = {
        {120, 1, 's', 0, 0},          {600, 60, 'm', 1, 's'},    {10800, 60, 'm', 0, 0},
        {28800, 3600, 'h', 60, 'm'},  {172800, 3600, 'h', 0, 0}, {691200, 86400, 'd', 3600, 'h'},
        {INFINITY, 86400, 'd', 0, 0},
    };
    size_t i = 0;
    double rest;

    seconds = seconds < 0 ? 0 : floor(seconds);
    while (seconds >= steps[i].below)
        i++;
    rest = steps[i].small > 0 ? floor(fmod(seconds, steps[i].large) / steps[i].small) : 0;
    if (rest > 0)
        snprintf(text, KM_UNIT_TEXT, "%.0f%c%.0f%c", floor(seconds / steps[i].large),
                 steps[i].large_name, rest, steps[i].small_name);
    else
        snprintf(text, KM_UNIT_TEXT, "%.0f%c", floor(seconds / steps[i].large),
                 steps[i].large_name);
}

void km_unit_format(enum km_unit unit, double value, char ret_text[KM_UNIT_TEXT])
{
    if (!isfinite(value)) {
        snprintf(ret_text, KM_UNIT_TEXT, "-");
        return;
    }
    switch (unit) {
    case KM_UNIT_MILLICORES:
        snprintf(ret_text, KM_UNIT_TEXT, "%.0fm", ceil(value));
        break;
    case KM_UNIT_BYTES:
        format_bytes(value, ret_text);
        break;
    case KM_UNIT_RATE:
        format_rate(value, ret_text);
        break;
    case KM_UNIT_PERCENT:
        snprintf(ret_text, KM_UNIT_TEXT, "%.0f%%", value);
        break;
    case KM_UNIT_MILLI:
        snprintf(ret_text, KM_UNIT_TEXT, "%.2f", value / 1000);
        break;
    case KM_UNIT_AGE:
        format_age(value, ret_text);
        break;
    default:
        snprintf(ret_text, KM_UNIT_TEXT, "%.0f", value);
    }
}
