/* SPDX-License-Identifier: Apache-2.0 */
#include "source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The member at path[0..len), "key" or "group/key"; NULL where there is none. */
static yyjson_val *member(yyjson_val *object, const char *path, size_t len)
{
    const char *slash = memchr(path, '/', len);
    size_t first = slash ? (size_t)(slash - path) : len;
    yyjson_val *value = yyjson_obj_getn(object, path, first);

    return slash ? yyjson_obj_getn(value, slash + 1, len - first - 1) : value;
}

/* The sum of one alternative's members that are numbers; NaN where none is. */
static double sum_of(yyjson_val *object, const char *source)
{
    double sum = 0;
    bool any = false;

    for (;;) {
        size_t len = strcspn(source, "+|");
        yyjson_val *value = member(object, source, len);

        if (yyjson_is_num(value)) {
            sum += yyjson_get_num(value);
            any = true;
        }
        if (source[len] != '+')
            return any ? sum : NAN;
        source += len + 1;
    }
}

double km_source_number(yyjson_val *object, const char *source)
{
    for (;;) {
        double value = sum_of(object, source);
        size_t len = strcspn(source, "|");

        if (!isnan(value) || !source[len])
            return value;
        source += len + 1;
    }
}

static const char *text_of(yyjson_val *value)
{
    if (yyjson_is_bool(value))
        return yyjson_get_bool(value) ? "yes" : "no";
    return yyjson_is_str(value) ? yyjson_get_str(value) : "";
}

void km_source_text(yyjson_val *object, const char *source, char *ret_text, size_t size)
{
    size_t used = 0;

    ret_text[0] = '\0';
    for (;;) {
        size_t len = strcspn(source, "+|");
        const char *text = text_of(member(object, source, len));

        if (*text && used < size)
            used += (size_t)snprintf(ret_text + used, size - used, "%s%s", used ? "/" : "", text);
        if (!source[len] || (source[len] == '|' && used))
            return;
        source += len + 1;
    }
}
