/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "buf.h"
#include "json_write.h"
#include "output_object.h"

struct yaml_writer {
    struct km_object_writer face;
    yaml_emitter_t emitter;
    bool list;
};

/* libyaml takes the event, whether it can be written or not. */
static int emit(struct yaml_writer *w, yaml_event_t *event, int made)
{
    if (!made)
        return -ENOMEM;
    if (yaml_emitter_emit(&w->emitter, event))
        return 0;
    return w->emitter.error == YAML_MEMORY_ERROR ? -ENOMEM : -EIO;
}

/* Plain text that a reader would take for something else than a string goes into quotes. */
static bool reads_as_other(const char *text)
{
    static const char *const words[] = {"null", "~",   "true", "false", "yes",  "no",
                                        "on",   "off", "y",    "n",     ".nan", ".inf"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    /* "1e3", "-5", ".5", "0x1f", "2026-11-24": numbers and dates begin so */
    return !*text || strchr("+-.0123456789", *text);
}

static int scalar(struct yaml_writer *w, const char *text, size_t len, bool quoted)
{
    yaml_event_t event;
    yaml_scalar_style_t style = quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE : YAML_ANY_SCALAR_STYLE;

    return emit(w, &event,
                yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text,
                                             (int)len, !quoted, true, style));
}

static int number(struct yaml_writer *w, yyjson_val *value)
{
    km_auto_buf struct km_buf text = KM_BUF_INIT;
    struct km_json json = {.out = &text};

    if (yyjson_is_uint(value))
        km_buf_printf(&text, "%" PRIu64, yyjson_get_uint(value));
    else if (yyjson_is_sint(value))
        km_buf_int(&text, yyjson_get_sint(value));
    else
        km_json_double(&json, yyjson_get_real(value));
    return km_buf_str(&text) ? scalar(w, text.data, text.len, false) : -ENOMEM;
}

static int emit_value(struct yaml_writer *w, yyjson_val *value);

static int emit_array(struct yaml_writer *w, yyjson_val *array)
{
    yaml_event_t event;
    yyjson_val *element;
    size_t i, n;
    int r = emit(
        w, &event,
        yaml_sequence_start_event_initialize(&event, NULL, NULL, true, YAML_BLOCK_SEQUENCE_STYLE));

    yyjson_arr_foreach(array, i, n, element)
    {
        if (r == 0)
            r = emit_value(w, element);
    }
    return r < 0 ? r : emit(w, &event, yaml_sequence_end_event_initialize(&event));
}

static int emit_object(struct yaml_writer *w, yyjson_val *object)
{
    yaml_event_t event;
    yyjson_val *key, *value;
    size_t i, n;
    int r = emit(
        w, &event,
        yaml_mapping_start_event_initialize(&event, NULL, NULL, true, YAML_BLOCK_MAPPING_STYLE));

    yyjson_obj_foreach(object, i, n, key, value)
    {
        if (r == 0)
            r = scalar(w, yyjson_get_str(key), yyjson_get_len(key),
                       reads_as_other(yyjson_get_str(key)));
        if (r == 0)
            r = emit_value(w, value);
    }
    return r < 0 ? r : emit(w, &event, yaml_mapping_end_event_initialize(&event));
}

/* No deeper than the reader let it be: a page of the server nests five levels. */
static int emit_value(struct yaml_writer *w, yyjson_val *value)
{
    if (yyjson_is_obj(value))
        return emit_object(w, value);
    if (yyjson_is_arr(value))
        return emit_array(w, value);
    if (yyjson_is_str(value))
        return scalar(w, yyjson_get_str(value), yyjson_get_len(value),
                      reads_as_other(yyjson_get_str(value)));
    if (yyjson_is_num(value))
        return number(w, value);
    if (yyjson_is_bool(value))
        return yyjson_get_bool(value) ? scalar(w, "true", 4, false) : scalar(w, "false", 5, false);
    return scalar(w, "null", 4, false);
}

static int document_start(struct yaml_writer *w)
{
    yaml_event_t event;

    return emit(w, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, false));
}

static int document_end(struct yaml_writer *w)
{
    yaml_event_t event;
    int r = emit(w, &event, yaml_document_end_event_initialize(&event, true));

    return r < 0 ? r : yaml_emitter_flush(&w->emitter) ? 0 : -EIO;
}

static int begin(struct km_object_writer *face)
{
    struct yaml_writer *w = (struct yaml_writer *)face;
    yaml_event_t event;
    int r = document_start(w);

    w->list = true;
    if (r == 0)
        r = emit(w, &event,
                 yaml_mapping_start_event_initialize(&event, NULL, NULL, true,
                                                     YAML_BLOCK_MAPPING_STYLE));
    if (r == 0)
        r = scalar(w, "items", 5, false);
    return r < 0 ? r
                 : emit(w, &event,
                        yaml_sequence_start_event_initialize(&event, NULL, NULL, true,
                                                             YAML_BLOCK_SEQUENCE_STYLE));
}

static int item(struct km_object_writer *face, yyjson_val *object)
{
    struct yaml_writer *w = (struct yaml_writer *)face;
    int r = w->list ? 0 : document_start(w);

    if (r == 0)
        r = emit_value(w, object);
    return r < 0 || w->list ? r : document_end(w);
}

static int end(struct km_object_writer *face)
{
    struct yaml_writer *w = (struct yaml_writer *)face;
    yaml_event_t event;
    int r = emit(w, &event, yaml_sequence_end_event_initialize(&event));

    w->list = false;
    if (r == 0)
        r = emit(w, &event, yaml_mapping_end_event_initialize(&event));
    return r < 0 ? r : document_end(w);
}

static void writer_free(struct km_object_writer *face)
{
    struct yaml_writer *w = (struct yaml_writer *)face;

    yaml_emitter_delete(&w->emitter);
    free(w);
}

struct km_object_writer *km_output_yaml_new(FILE *out)
{
    struct yaml_writer *w = calloc(1, sizeof(*w));
    yaml_event_t event;

    if (!w || !yaml_emitter_initialize(&w->emitter)) {
        free(w);
        return NULL;
    }
    w->face = (struct km_object_writer){begin, item, end, writer_free};
    yaml_emitter_set_output_file(&w->emitter, out);
    yaml_emitter_set_unicode(&w->emitter, true);
    yaml_emitter_set_width(&w->emitter, -1);
    if (emit(w, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING)) < 0) {
        writer_free(&w->face);
        return NULL;
    }
    return &w->face;
}
