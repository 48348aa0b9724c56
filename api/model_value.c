/* SPDX-License-Identifier: Apache-2.0 */
/* Single values of a body, and where in it a fault is. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_inside.h"
#include "time_format.h"

/* Writes the steps as a JSON Pointer (RFC 6901): "~" is "~0" and "/" is "~1" in a name. */
static size_t write_pointer(const struct km_model_at *at, char *text, size_t size)
{
    size_t used;

    if (!at)
        return 0;
    used = write_pointer(at->up, text, size);
    if (used + 24 >= size)
        return used;
    if (!at->key)
        return used + (size_t)snprintf(text + used, size - used, "/%zu", at->place);
    text[used++] = '/';
    for (const char *p = at->key; *p && used + 3 < size; p++) {
        if (*p == '~' || *p == '/') {
            text[used++] = '~';
            text[used++] = *p == '~' ? '0' : '1';
        } else {
            text[used++] = *p;
        }
    }
    text[used] = '\0';
    return used;
}

void km_model_fault(struct km_model *m, const struct km_model_at *at, const char *format, ...)
{
    if (m->n_faults < KM_MODEL_FAULTS) {
        struct km_fault *f = &m->faults[m->n_faults];
        va_list args;

        f->pointer[0] = '\0';
        write_pointer(at, f->pointer, sizeof(f->pointer));
        va_start(args, format);
        vsnprintf(f->detail, sizeof(f->detail), format, args);
        va_end(args);
    }
    m->n_faults++;
}

void *km_model_pile_add(struct km_model *m, struct km_pile *pile, size_t size)
{
    if (pile->count == pile->room) {
        size_t room = pile->room ? pile->room * 2 : 32;
        void *items = realloc(pile->items, room * size);

        if (!items) {
            m->no_memory = true;
            return NULL;
        }
        pile->items = items;
        pile->room = room;
    }
    return (char *)pile->items + pile->count++ * size;
}

const char *km_model_text(struct km_model *m, const struct km_model_at *at, yyjson_val *value)
{
    const char *text = yyjson_get_str(value);
    size_t len = yyjson_get_len(value);
    unsigned char wrong = 0;

    if (!text) {
        km_model_fault(m, at, "must be a string");
        return NULL;
    }
    if (len == 0 || len > KM_MODEL_NAME) {
        km_model_fault(m, at, "must have 1 to %d bytes", KM_MODEL_NAME);
        return NULL;
    }
    for (size_t i = 0; i < len; i++) /* without a way out: so the compiler takes 16 at a time */
        wrong |= ((unsigned char)text[i] < 0x20) | (text[i] == 0x7f) | (text[i] == '/');
    if (wrong) {
        km_model_fault(m, at, "must not contain control characters or '/'");
        return NULL;
    }
    return text;
}

/* RFC 3339 text, or a number of seconds since 1970 as Python's pydantic also takes. 0 on a fault.
 */
int64_t km_model_time(struct km_model *m, const struct km_model_at *at, yyjson_val *value)
{
    int64_t ms = -1;

    if (yyjson_is_str(value)) {
        if (km_time_parse(yyjson_get_str(value), yyjson_get_len(value), &ms) < 0)
            ms = -1;
    } else if (yyjson_is_num(value)) {
        double seconds = yyjson_get_num(value);

        if (seconds >= 0 && seconds <= (double)KM_TIME_MAX_MS / 1000)
            ms = llrint(seconds * 1000);
    }
    if (ms < 0) {
        km_model_fault(m, at, "must be a time such as 2026-11-24T00:13:51Z, or seconds since 1970");
        return 0;
    }
    return ms;
}

void km_model_timestamp(struct km_model *m, const struct km_model_at *at, yyjson_val *value,
                        struct km_reading *reading)
{
    size_t before = m->n_faults, len = yyjson_get_len(value);
    const char *text = yyjson_get_str(value);
    int r;

    if (text && len > 0 && len == m->time_len && memcmp(text, m->time_text, len) == 0) {
        reading->sample.time_ms = m->time_ms;
        return;
    }
    reading->sample.time_ms = km_model_time(m, at, value);
    if (m->n_faults != before)
        return;
    r = m->accepts(m->accepts_arg, reading->sample.time_ms);
    if (r == -ETIME)
        km_model_fault(m, at, "is older than the server keeps history");
    else if (r < 0)
        km_model_fault(m, at, "is more than 5 minutes ahead of the server's clock");
    if (r < 0 || !text)
        return;
    m->time_text = text;
    m->time_len = len;
    m->time_ms = reading->sample.time_ms;
}

int64_t km_model_whole(struct km_model *m, const struct km_model_at *at, yyjson_val *value,
                       int64_t min, int64_t max)
{
    if (yyjson_is_sint(value) || (yyjson_is_uint(value) && yyjson_get_uint(value) <= INT64_MAX)) {
        int64_t number = yyjson_get_sint(value);

        if (number >= min && number <= max)
            return number;
    } else if (!yyjson_is_uint(value)) {
        km_model_fault(m, at, "must be a whole number");
        return min;
    }
    if (max == INT64_MAX)
        km_model_fault(m, at,
                       min ? "must fit into 64 bits" : "must be 0 or more and fit into 63 bits");
    else
        km_model_fault(m, at, "must be %lld to %lld", (long long)min, (long long)max);
    return min;
}
