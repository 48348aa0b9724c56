/* SPDX-License-Identifier: Apache-2.0 */
#include "json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "time_format.h"

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

/* Appends text between quotes, escaped; whole runs that need no escape at once. */
static void quoted(struct km_buf *out, const char *text, size_t len)
{
    size_t run = 0;

    km_buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
            continue;
        km_buf_append(out, text + run, i - run);
        run = i + 1;
        if (c == '"' || c == '\\') {
            km_buf_putc(out, '\\');
            km_buf_putc(out, (char)c);
        } else if (c == '\n') {
            km_buf_append(out, "\\n", 2);
        } else if (c == '\t') {
            km_buf_append(out, "\\t", 2);
        } else {
            km_buf_printf(out, "\\u%04x", c);
        }
    }
    km_buf_append(out, text + run, len - run);
    km_buf_putc(out, '"');
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
    before_value(w);
    quoted(w->out, key, len);
    km_buf_putc(w->out, ':');
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
    before_value(w);
    km_buf_int(w->out, value);
}

void km_json_string(struct km_json *w, const char *text)
{
    km_json_string_len(w, text, strlen(text));
}

void km_json_string_len(struct km_json *w, const char *text, size_t len)
{
    before_value(w);
    quoted(w->out, text, len);
}

void km_json_milli(struct km_json *w, int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned part = (unsigned)(size % 1000);
    const char fraction[4] = {'.', (char)('0' + part / 100), (char)('0' + part / 10 % 10),
                              (char)('0' + part % 10)};

    before_value(w);
    if (value < 0)
        km_buf_putc(w->out, '-');
    km_buf_int(w->out, (int64_t)(size / 1000));
    km_buf_append(w->out, fraction, sizeof(fraction));
}

void km_json_double(struct km_json *w, double value)
{
    char text[32];

    if (!isfinite(value)) {
        km_json_null(w);
        return;
    }
    /* 15 digits are enough for most doubles, 17 for every one. */
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    before_value(w);
    km_buf_puts(w->out, text);
}

void km_json_decimal(struct km_json *w, double value)
{
    int64_t milli;

    if (!isfinite(value) || fabs(value) >= 1e15) {
        km_json_double(w, value);
        return;
    }
    milli = llrint(value * 1000);
    if (milli % 1000 == 0) {
        km_json_int(w, milli / 1000);
        return;
    }
    km_json_milli(w, milli);
    while (!w->out->failed && w->out->data[w->out->len - 1] == '0')
        w->out->len--;
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
    char text[KM_TIME_TEXT];

    km_time_format(unix_ms, text);
    km_json_member(w, key, text);
}

void km_json_metric(struct km_json *w, unsigned metric, int64_t value)
{
    double exact;

    switch (km_metrics[metric].kind) {
    case KM_KIND_MILLI:
        km_json_milli(w, value);
        break;
    case KM_KIND_EXACT:
        memcpy(&exact, &value, sizeof(exact));
        km_json_double(w, exact);
        break;
    default:
        km_json_int(w, value);
    }
}

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
