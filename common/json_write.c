/* SPDX-License-Identifier: Apache-2.0 */
#include "json_write.h"

#include <string.h>

#include "put.h"

static void before_value(struct km_json *w)
{
    if (w->comma)
        km_buf_putc(w->out, ',');
    w->comma = true;
}

static void open_with(struct km_json *w, char bracket)
{
    before_value(w);
    km_buf_putc(w->out, bracket);
    w->comma = false;
}

static void close_with(struct km_json *w, char bracket)
{
    km_buf_putc(w->out, bracket);
    w->comma = true;
}

void km_json_object(struct km_json *w)
{
    open_with(w, '{');
}

void km_json_object_end(struct km_json *w)
{
    close_with(w, '}');
}

void km_json_array(struct km_json *w)
{
    open_with(w, '[');
}

void km_json_array_end(struct km_json *w)
{
    close_with(w, ']');
}

/* Room for `most` bytes behind a comma where one is due; NULL when memory runs out. */
static char *room(struct km_json *w, size_t most)
{
    char *to;

    if (km_buf_reserve(w->out, most + 1) < 0)
        return NULL;
    to = w->out->data + w->out->len;
    if (w->comma)
        *to++ = ',';
    return to;
}

/* A value ends at `end`. */
static void ends(struct km_json *w, const char *end)
{
    w->out->len = (size_t)(end - w->out->data);
    w->comma = true;
}

void km_json_key(struct km_json *w, const char *key)
{
    size_t len = strlen(key);
    char *end;

    if (km_buf_reserve(w->out, len + 4) < 0)
        return;
    end = w->out->data + w->out->len;
    if (w->comma)
        *end++ = ',';
    *end++ = '"';
    memcpy(end, key, len);
    memcpy(end + len, "\":", 2);
    w->out->len = (size_t)(end + len + 2 - w->out->data);
    w->comma = false;
}

void km_json_key_len(struct km_json *w, const char *key, size_t len)
{
    char *to = room(w, KM_PUT_STRING(len) + 1);

    if (!to)
        return;
    ends(w, KM_PUT(km_put_string(to, key, len), ":"));
    w->comma = false;
}

void km_json_null(struct km_json *w)
{
    before_value(w);
    km_buf_append(w->out, "null", 4);
}

void km_json_bool(struct km_json *w, bool value)
{
    before_value(w);
    km_buf_puts(w->out, value ? "true" : "false");
}

void km_json_int(struct km_json *w, int64_t value)
{
    char *to = room(w, KM_PUT_NUMBER);

    if (to)
        ends(w, km_put_int(to, value));
}

void km_json_string(struct km_json *w, const char *text)
{
    km_json_string_len(w, text, strlen(text));
}

void km_json_string_len(struct km_json *w, const char *text, size_t len)
{
    char *to = room(w, KM_PUT_STRING(len));

    if (to)
        ends(w, km_put_string(to, text, len));
}

void km_json_milli(struct km_json *w, int64_t value)
{
    char *to = room(w, KM_PUT_NUMBER);

    if (to)
        ends(w, km_put_milli(to, value));
}

void km_json_double(struct km_json *w, double value)
{
    char *to = room(w, KM_PUT_NUMBER);

    if (to)
        ends(w, km_put_double(to, value));
}

void km_json_decimal(struct km_json *w, double value)
{
    char *to = room(w, KM_PUT_NUMBER);

    if (to)
        ends(w, km_put_decimal(to, value));
}

void km_json_member(struct km_json *w, const char *key, const char *text)
{
    if (!text)
        return;
    km_json_key(w, key);
    km_json_string(w, text);
}

void km_json_member_int(struct km_json *w, const char *key, int64_t value)
{
    km_json_key(w, key);
    km_json_int(w, value);
}

void km_json_member_object(struct km_json *w, const char *key)
{
    km_json_key(w, key);
    km_json_object(w);
}

void km_json_member_array(struct km_json *w, const char *key)
{
    km_json_key(w, key);
    km_json_array(w);
}

void km_json_member_time(struct km_json *w, const char *key, int64_t unix_ms)
{
    char *to;

    km_json_key(w, key);
    to = room(w, KM_PUT_TIME);
    if (to)
        ends(w, km_put_time(to, unix_ms));
}

char *km_put_metric(char *to, unsigned metric, int64_t value)
{
    double exact;

    switch (km_metrics[metric].kind) {
    case KM_KIND_MILLI:
        return km_put_milli(to, value);
    case KM_KIND_EXACT:
        memcpy(&exact, &value, sizeof(exact));
        return km_put_double(to, exact);
    default:
        return km_put_int(to, value);
    }
}

void km_json_metric(struct km_json *w, unsigned metric, int64_t value)
{
    char *to = room(w, KM_PUT_NUMBER);

    if (to)
        ends(w, km_put_metric(to, metric, value));
}

const struct km_metric_token km_metric_tokens[KM_METRIC_COUNT] = {
#define KM_GROUP(id, name, help)
#define KM_METRIC(id, group, name, kind, unit, scope, help)                                        \
    [KM_##id] = {                                                                                  \
        .key = ",\"" name "\":",                                                                   \
        .rate = ",\"" name "_per_second\":",                                                       \
        .key_len = sizeof(",\"" name "\":") - 1,                                                   \
        .rate_len = sizeof(",\"" name "_per_second\":") - 1,                                       \
    },
#include "metric.def"
#undef KM_GROUP
#undef KM_METRIC
};

void km_json_sample(struct km_json *w, const struct km_sample *sample)
{
    int open = KM_GROUP_TOP;

    for (unsigned word = 0; word < KM_SAMPLE_WORDS; word++) {
        for (uint64_t bits = sample->present[word]; bits; bits &= bits - 1) {
            unsigned metric = word * 64 + (unsigned)__builtin_ctzll(bits);
            int group = km_metrics[metric].group;

            if (group != open) {
                if (open != KM_GROUP_TOP)
                    km_json_object_end(w);
                km_json_key(w, km_groups[group].name);
                km_json_object(w);
                open = group;
            }
            km_json_key(w, km_metrics[metric].key);
            km_json_metric(w, metric, sample->value[metric]);
        }
    }
    if (open != KM_GROUP_TOP)
        km_json_object_end(w);
}
