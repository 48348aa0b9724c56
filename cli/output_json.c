/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "output_object.h"

struct json_writer {
    struct km_object_writer face;
    FILE *out;
    bool list;
    size_t count;
};

static int begin(struct km_object_writer *face)
{
    struct json_writer *w = (struct json_writer *)face;

    w->list = true;
    w->count = 0;
    return fputs("{\n  \"items\": [", w->out) < 0 ? -EIO : 0;
}

/* JSON text holds line ends only between values, so indenting it is putting spaces behind them. */
static int put_indented(FILE *out, const char *text)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        size_t len;

        if (line != text)
            line++;
        len = strcspn(line, "\n");
        if (fprintf(out, "\n    %.*s", (int)len, line) < 0)
            return -EIO;
    }
    return 0;
}

static int item(struct km_object_writer *face, yyjson_val *object)
{
    struct json_writer *w = (struct json_writer *)face;
    km_auto_free char *text = yyjson_val_write(object, YYJSON_WRITE_PRETTY_TWO_SPACES, NULL);

    if (!text)
        return -ENOMEM;
    if (!w->list)
        return fprintf(w->out, "%s\n", text) < 0 ? -EIO : 0;
    if (w->count++ > 0 && fputc(',', w->out) == EOF)
        return -EIO;
    return put_indented(w->out, text);
}

static int end(struct km_object_writer *face)
{
    struct json_writer *w = (struct json_writer *)face;

    w->list = false;
    return fputs(w->count ? "\n  ]\n}\n" : "]\n}\n", w->out) < 0 ? -EIO : 0;
}

static void writer_free(struct km_object_writer *face)
{
    free(face);
}

struct km_object_writer *km_output_json_new(FILE *out)
{
    struct json_writer *w = calloc(1, sizeof(*w));

    if (!w)
        return NULL;
    w->face = (struct km_object_writer){begin, item, end, writer_free};
    w->out = out;
    return &w->face;
}
