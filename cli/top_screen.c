/* SPDX-License-Identifier: Apache-2.0 */
#include "top_screen.h"

#include <errno.h>
#include <math.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sparkline.h"
#include "top_table.h"
#include "window_query.h"

#define WIDTH_MIN    20
#define HEIGHT_MIN   4
#define COURSE_WIDTH 60

enum { PAIR_WARM = 1, PAIR_HOT };

struct km_top_screen {
    SCREEN *screen;
    bool colours, utf8;
    size_t page;
};

int km_top_screen_open(bool colours, bool utf8, struct km_top_screen **ret_screen)
{
    struct km_top_screen *s;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return -ENOTTY;
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->screen = newterm(NULL, stdout, stdin);
    if (!s->screen) {
        free(s);
        return -ENOTTY;
    }
    s->colours = colours && has_colors();
    s->utf8 = utf8;
    if (s->colours) {
        start_color();
        use_default_colors();
        init_pair(PAIR_WARM, COLOR_YELLOW, -1);
        init_pair(PAIR_HOT, COLOR_RED, -1);
    }
    cbreak();
    noecho();
    nodelay(stdscr, true);
    keypad(stdscr, true);
    set_escdelay(25);
    curs_set(0);
    *ret_screen = s;
    return 0;
}

void km_top_screen_close(struct km_top_screen *s)
{
    endwin();
    delscreen(s->screen);
    free(s);
}

size_t km_top_screen_page(const struct km_top_screen *s)
{
    return s->page;
}

int km_top_screen_key(struct km_top_screen *s)
{
    static const struct {
        int curses, ours;
    } keys[] = {
        {KEY_UP, KM_TOP_UP},         {KEY_DOWN, KM_TOP_DOWN},
        {KEY_PPAGE, KM_TOP_PAGE_UP}, {KEY_NPAGE, KM_TOP_PAGE_DOWN},
        {KEY_HOME, KM_TOP_HOME},     {KEY_END, KM_TOP_END},
        {KEY_ENTER, KM_TOP_ENTER},   {'\n', KM_TOP_ENTER},
        {'\r', KM_TOP_ENTER},        {KEY_RIGHT, KM_TOP_ENTER},
        {KEY_LEFT, KM_TOP_ESCAPE},   {KEY_BACKSPACE, KM_TOP_BACKSPACE},
        {127, KM_TOP_BACKSPACE},     {'\b', KM_TOP_BACKSPACE},
        {27, KM_TOP_ESCAPE},         {KEY_RESIZE, 0},
    };
    int key = getch();

    (void)s;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].curses == key)
            return keys[i].ours;
    }
    return key == ERR ? -1 : key;
}

static attr_t attribute(const struct km_top_screen *s, enum km_tone tone)
{
    switch (tone) {
    case KM_TONE_HEAD:
        return A_BOLD;
    case KM_TONE_DIM:
        return A_DIM;
    case KM_TONE_WARM:
        return s->colours ? (attr_t)COLOR_PAIR(PAIR_WARM) : A_NORMAL;
    case KM_TONE_HOT:
        return s->colours ? (attr_t)COLOR_PAIR(PAIR_HOT) | A_BOLD : A_BOLD;
    default:
        return A_NORMAL;
    }
}

/* Text at a place, cut off at the right edge. Returns the column behind it. */
static int put(int y, int x, const char *text, size_t len, attr_t attributes)
{
    size_t columns, fit;

    if (x >= COLS)
        return x;
    fit = km_text_fit(text, len, (size_t)(COLS - x), &columns);
    attrset(attributes);
    mvaddnstr(y, x, text, (int)fit);
    attrset(A_NORMAL);
    return x + (int)columns;
}

static int put_text(int y, int x, const char *text, attr_t attributes)
{
    return put(y, x, text, strlen(text), attributes);
}

/* "CPU 4749m of 12000m (40%)", in short "CPU 4749m (40%)" */
static void put_use(struct km_buf *out, const char *name, enum km_unit unit, double used,
                    double whole, bool in_short)
{
    char text[KM_UNIT_TEXT];

    if (isnan(used))
        return;
    km_unit_format(unit, used, text);
    km_buf_printf(out, "   %s %s", name, text);
    if (!(whole > 0))
        return;
    km_unit_format(unit, whole, text);
    if (!in_short)
        km_buf_printf(out, " of %s", text);
    km_buf_printf(out, " (%.0f%%)", 100 * used / whole);
}

static void totals_line(struct km_buf *out, const struct km_top_totals *t, bool in_short)
{
    km_buf_printf(out, "%.0f nodes", isnan(t->nodes) ? 0 : t->nodes);
    if (t->stale_nodes > 0)
        km_buf_printf(out, " and %.0f silent", t->stale_nodes);
    km_buf_printf(out, "   %.0f pods", isnan(t->pods) ? 0 : t->pods);
    put_use(out, "CPU", KM_UNIT_MILLICORES, t->cpu, t->cpu_capacity, in_short);
    put_use(out, "MEMORY", KM_UNIT_BYTES, t->memory, t->memory_total, in_short);
}

/* On a screen too narrow for all of it without the program's name, and in short. */
static void draw_totals(int y, const struct km_top_picture *p)
{
    static const char name[] = "kubemonitor   ";
    km_auto_buf struct km_buf line = KM_BUF_INIT;
    int x = (int)strlen(name);

    if (p->snapshot)
        totals_line(&line, &p->snapshot->totals, false);
    else
        km_buf_puts(&line, p->server);
    if (p->snapshot && x + (int)line.len > COLS) {
        km_buf_clear(&line);
        totals_line(&line, &p->snapshot->totals, true);
        x = 0;
    } else {
        put_text(y, 0, name, A_BOLD);
    }
    put_text(y, x, line.failed ? "" : km_buf_str(&line), A_NORMAL);
}

/* "1 nodes  2 pods  …", the one that is shown marked. */
static void draw_tabs(int y, const struct km_top *top)
{
    int x = 0;

    for (size_t i = 0; km_subjects[i]; i++) {
        char number[4] = {(char)('1' + i), ' ', 0};

        x = put_text(y, x, number, A_DIM);
        x = put_text(y, x, km_subjects[i]->plural,
                     top->stack[0].subject == km_subjects[i] ? A_REVERSE : A_NORMAL);
        x += 3;
    }
}

static void draw_title(int y, const struct km_top_picture *p)
{
    km_auto_buf struct km_buf line = KM_BUF_INIT;
    int x;

    km_top_title(p->top, &line);
    x = put_text(y, 0, line.failed ? "" : km_buf_str(&line), A_BOLD);
    km_buf_clear(&line);
    km_buf_printf(&line, "   by %s %s", p->top->sort,
                  p->top->ascending ? "ascending" : "descending");
    if (p->snapshot && p->snapshot->more)
        km_buf_printf(&line, "   the first %d", KM_TOP_ROWS);
    if (*p->top->filter && !p->top->typing)
        km_buf_printf(&line, "   with \"%s\" (Esc drops it)", p->top->filter);
    put_text(y, x, line.failed ? "" : km_buf_str(&line), A_NORMAL);
}

static void draw_error(const struct km_top_screen *s, int y, const struct km_top_picture *p)
{
    km_auto_buf struct km_buf line = KM_BUF_INIT;
    char age[KM_UNIT_TEXT];

    if (p->snapshot) {
        km_unit_format(KM_UNIT_AGE, p->age, age);
        km_buf_printf(&line, "numbers are %s old: %s", age, p->error);
    } else {
        km_buf_puts(&line, p->error);
    }
    if (km_buf_str(&line))
        line.data[strcspn(line.data, "\n")] = '\0';
    put_text(y, 0, line.failed ? "" : line.data, attribute(s, KM_TONE_HOT));
}

static void draw_last(int y, const struct km_top *top)
{
    km_auto_buf struct km_buf line = KM_BUF_INIT;

    if (!top->typing) {
        put_text(y, 0, "1-4 view   c m n d a order   / filter   Enter in   Esc back   q quit",
                 A_DIM);
        return;
    }
    km_buf_printf(&line, "/%s", top->filter);
    put_text(y, put_text(y, 0, line.failed ? "" : km_buf_str(&line), A_BOLD), "_", A_BOLD);
}

/* One line of a table. Columns that do not fit are left out from the right. */
static void draw_row(const struct km_top_screen *s, int y, const struct km_table *t,
                     const struct km_table_cell *cells, attr_t all)
{
    int x = 0;

    if (all) {
        attrset(all);
        mvhline(y, 0, ' ', COLS);
        attrset(A_NORMAL);
    }
    for (size_t c = 0; c < t->n_columns && x < COLS; c++) {
        size_t width = cells ? cells[c].width : km_text_width(t->title[c]);
        const char *text = cells ? km_table_text(t, &cells[c]) : t->title[c];
        size_t len = cells ? cells[c].len : strlen(text);
        int begin = x + (t->right[c] ? (int)(t->width[c] - width) : 0);
        attr_t tone = cells ? attribute(s, (enum km_tone)cells[c].tone) : A_BOLD;

        /* Half a number would be another number; a text is cut where its title is whole. */
        if (x + (int)(t->right[c] ? t->width[c] : km_text_width(t->title[c])) > COLS && c > 0)
            break;
        put(y, begin, text, len, all ? all : tone);
        x += (int)t->width[c] + KM_TABLE_GAP;
    }
}

/* The course of the object that is taken apart, above its parts. Returns the lines taken. */
static int draw_course(const struct km_top_screen *s, int y, int room, const struct km_rows *course)
{
    struct km_table table = {0};
    int lines = 0;

    if (!course->columns || course->count < 2)
        return 0;
    km_trend_table(course, COURSE_WIDTH, s->utf8, &table);
    if (!table.failed && (int)km_table_rows(&table) + 2 <= room) {
        draw_row(s, y, &table, NULL, 0);
        for (; lines < (int)km_table_rows(&table); lines++)
            draw_row(s, y + 1 + lines, &table, &table.cells[(size_t)lines * table.n_columns], 0);
        lines += 2;
    }
    km_table_done(&table);
    return lines;
}

static void draw_list(struct km_top_screen *s, int y, int room, const struct km_top_picture *p)
{
    struct km_table table = {0};

    s->page = room > 1 ? (size_t)(room - 1) : 0;
    if (!p->top->rows) {
        put_text(y, 0, *p->error ? "" : "reading...", A_DIM);
        return;
    }
    km_top_scroll(p->top, s->page);
    km_top_table(p->top, p->cpu, p->memory, s->utf8, (size_t)COLS, &table);
    draw_row(s, y, &table, NULL, 0);
    if (p->top->n_lines == 0 && s->page > 0)
        put_text(y + 1, 0, *p->top->filter ? "nothing has such a name" : "nothing has reported",
                 A_DIM);
    for (size_t i = 0; i < s->page && p->top->first + i < km_table_rows(&table); i++) {
        size_t line = p->top->first + i;

        draw_row(s, y + 1 + (int)i, &table, &table.cells[line * table.n_columns],
                 line == p->top->selected ? A_REVERSE : 0);
    }
    km_table_done(&table);
}

void km_top_screen_draw(struct km_top_screen *s, const struct km_top_picture *p)
{
    bool tall = LINES >= 10;
    int y = 0, last = LINES - 1;

    erase();
    s->page = 0;
    if (COLS < WIDTH_MIN || LINES < HEIGHT_MIN) {
        put_text(0, 0, "too small", A_NORMAL);
        refresh();
        return;
    }
    if (tall) {
        draw_totals(y++, p);
        draw_tabs(y++, p->top);
    }
    draw_title(y++, p);
    if (*p->error)
        draw_error(s, y++, p);
    if (tall) {
        y++;
        draw_last(last--, p->top);
    } else if (p->top->typing) {
        draw_last(last--, p->top);
    }
    if (p->snapshot && km_top_place(p->top)->of && p->top->rows)
        y += draw_course(s, y, (last + 1 - y) / 2, &p->snapshot->course);
    draw_list(s, y, last + 1 - y, p);
    refresh();
}
