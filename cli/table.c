/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ISO 6429 "select graphic rendition" numbers. */
static const char *const tones[] = {
    [KM_TONE_PLAIN] = "",  [KM_TONE_HEAD] = "1",   [KM_TONE_DIM] = "2",
    [KM_TONE_WARM] = "33", [KM_TONE_HOT] = "31;1",
};

/*
 * One character of text: how many bytes it takes, and how many columns; 0 columns with *ret_bad
 * for what must not reach a terminal.
 */
static size_t next_character(const char *text, size_t left, mbstate_t *state, size_t *ret_width,
                             bool *ret_bad)
{
    wchar_t wide;
    size_t len = mbrtowc(&wide, text, left, state);
    int width;

    if (len == 0 || len > left) { /* broken or cut off */
        memset(state, 0, sizeof(*state));
        *ret_width = 1;
        *ret_bad = true;
        return 1;
    }
    width = wcwidth(wide);
    *ret_bad = width < 0;
    *ret_width = width < 0 ? 1 : (size_t)width;
    return len;
}

/* Appends text as it may be shown (out may be NULL) and returns its columns. */
static size_t clean_text(const char *text, struct km_buf *out)
{
    mbstate_t state = {0};
    size_t columns = 0, left = strlen(text);

    while (left > 0) {
        bool bad;
        size_t width, len = next_character(text, left, &state, &width, &bad);

        if (out && bad)
            km_buf_putc(out, '?');
        else if (out)
            km_buf_append(out, text, len);
        columns += width;
        text += len;
        left -= len;
    }
    return columns;
}

size_t km_text_width(const char *text)
{
    return clean_text(text, NULL);
}

size_t km_text_fit(const char *text, size_t len, size_t width, size_t *ret_columns)
{
    mbstate_t state = {0};
    size_t used = 0, columns = 0;

    while (used < len) {
        bool bad;
        size_t wide, step = next_character(text + used, len - used, &state, &wide, &bad);

        if (columns + wide > width)
            break;
        used += step;
        columns += wide;
    }
    *ret_columns = columns;
    return used;
}

void km_table_column(struct km_table *t, const char *title, bool right)
{
    if (t->n_columns == KM_TABLE_COLUMNS)
        return;
    t->title[t->n_columns] = title;
    t->right[t->n_columns] = right;
    t->width[t->n_columns] = km_text_width(title);
    t->n_columns++;
}

void km_table_cell(struct km_table *t, const char *text, enum km_tone tone)
{
    size_t column = t->count % t->n_columns, begin = t->text.len, width;

    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 256;
        struct km_table_cell *cells = realloc(t->cells, room * sizeof(*cells));

        if (!cells) {
            t->failed = true;
            return;
        }
        t->cells = cells;
        t->room = room;
    }
    width = clean_text(text, &t->text);
    if (t->text.failed || t->text.len > UINT32_MAX) {
        t->failed = true;
        return;
    }
    if (width > t->width[column])
        t->width[column] = width;
    t->cells[t->count++] =
        (struct km_table_cell){(uint32_t)begin, (uint32_t)(t->text.len - begin),
                               (uint16_t)(width > UINT16_MAX ? UINT16_MAX : width), (uint8_t)tone};
}

size_t km_table_rows(const struct km_table *t)
{
    return t->n_columns ? t->count / t->n_columns : 0;
}

const char *km_table_text(const struct km_table *t, const struct km_table_cell *cell)
{
    return cell->len ? t->text.data + cell->begin : "";
}

static void spaces(struct km_buf *out, size_t count)
{
    while (count-- > 0)
        km_buf_putc(out, ' ');
}

/* One cell and the gap behind it; nothing follows the last one of a line. */
static void write_cell(const struct km_table *t, struct km_buf *out, size_t column,
                       const char *text, size_t len, size_t width, const char *tone)
{
    bool last = column + 1 == t->n_columns;
    size_t pad = t->width[column] > width ? t->width[column] - width : 0;

    if (t->right[column])
        spaces(out, pad);
    if (*tone)
        km_buf_printf(out, "\033[%sm", tone);
    km_buf_append(out, text, len);
    if (*tone)
        km_buf_puts(out, "\033[0m");
    if (!t->right[column] && !last)
        spaces(out, pad);
    if (!last)
        spaces(out, KM_TABLE_GAP);
}

void km_table_write(const struct km_table *t, struct km_buf *out, bool titles, bool colours)
{
    for (size_t c = 0; titles && c < t->n_columns; c++)
        write_cell(t, out, c, t->title[c], strlen(t->title[c]), km_text_width(t->title[c]),
                   colours ? tones[KM_TONE_HEAD] : "");
    if (titles && t->n_columns)
        km_buf_putc(out, '\n');
    for (size_t i = 0; i < km_table_rows(t) * t->n_columns; i++) {
        const struct km_table_cell *cell = &t->cells[i];
        size_t column = i % t->n_columns;

        write_cell(t, out, column, km_table_text(t, cell), cell->len, cell->width,
                   colours ? tones[cell->tone] : "");
        if (column + 1 == t->n_columns)
            km_buf_putc(out, '\n');
    }
}

void km_table_done(struct km_table *t)
{
    free(t->cells);
    km_buf_done(&t->text);
    memset(t, 0, sizeof(*t));
}
