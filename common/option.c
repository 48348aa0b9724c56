/* SPDX-License-Identifier: Apache-2.0 */
#include "option.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits, then a unit of the table; no sign, no space. */
struct unit {
    const char *name;
    int64_t factor;
};

static int parse_with_unit(const char *text, const struct unit *units, int64_t *ret)
{
    char *end;
    long long number;
    int64_t value;

    if (*text < '0' || *text > '9')
        return -EINVAL;
    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno)
        return -ERANGE;
    for (; units->name; units++) {
        if (strcmp(end, units->name) == 0) {
            if (__builtin_mul_overflow((int64_t)number, units->factor, &value))
                return -ERANGE;
            *ret = value;
            return 0;
        }
    }
    return -EINVAL;
}

int km_duration_parse(const char *text, int64_t *ret_ms)
{
    static const struct unit units[] = {{"", 1000},   {"ms", 1},      {"s", 1000},
                                        {"m", 60000}, {"h", 3600000}, {NULL, 0}};

    return parse_with_unit(text, units, ret_ms);
}

int km_size_parse(const char *text, int64_t *ret_bytes)
{
    static const struct unit units[] = {
        {"", 1}, {"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {NULL, 0}};

    return parse_with_unit(text, units, ret_bytes);
}

/* The place of word in "a|b|c", or -1. */
static int choice_find(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (int place = 0;; place++) {
        size_t end = strcspn(words, "|");

        if (end == len && memcmp(words, word, len) == 0)
            return place;
        if (!words[end])
            return -1;
        words += end + 1;
    }
}

static bool word_is_true(const char *text)
{
    return strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
}

static const char *expected(enum km_option_type type)
{
    switch (type) {
    case KM_OPTION_DURATION:
        return "a duration such as 5s, 10m or 1h";
    case KM_OPTION_SIZE:
        return "a size such as 512Ki, 64Mi or 2Gi";
    default:
        return "a whole number";
    }
}

/* Sets one field from text. where names the source in the error: "--listen" or "NODE_NAME". */
static int set_option(const struct km_option *option, const char *where, const char *text,
                      void *config, struct km_buf *out)
{
    void *field = (char *)config + option->offset;
    int64_t value;
    int place, r;

    switch (option->type) {
    case KM_OPTION_FLAG:
        *(bool *)field = word_is_true(text);
        return 0;
    case KM_OPTION_STRING:
        *(const char **)field = text;
        return 0;
    case KM_OPTION_CHOICE:
        place = choice_find(option->arg, text);
        if (place < 0) {
            km_buf_printf(out, "%s: \"%s\" is none of %s\n", where, text, option->arg);
            return -EINVAL;
        }
        *(int *)field = place;
        return 0;
    case KM_OPTION_DURATION:
        r = km_duration_parse(text, &value);
        break;
    case KM_OPTION_SIZE:
        r = km_size_parse(text, &value);
        break;
    default:
        r = parse_with_unit(text, (const struct unit[]){{"", 1}, {NULL, 0}}, &value);
    }
    if (r == -EINVAL) {
        km_buf_printf(out, "%s: \"%s\" is not %s\n", where, text, expected(option->type));
        return r;
    }
    if (r < 0 || value < option->min || (option->max && value > option->max)) {
        km_buf_printf(out, "%s: \"%s\" is out of range\n", where, text);
        return -ERANGE;
    }
    *(int64_t *)field = value;
    return 0;
}

static const struct km_option *find_option(const struct km_option *options, const char *name,
                                           size_t len)
{
    for (; options->name; options++) {
        if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
            return options;
    }
    return NULL;
}

/* The letter of an option, or 0. */
static char letter_of(const struct km_words *words, const char *option)
{
    const struct km_letter *l = words ? words->letters : NULL;

    for (; l && l->letter; l++) {
        if (strcmp(l->option, option) == 0)
            return l->letter;
    }
    return 0;
}

static const char *synopsis_of(const struct km_words *words)
{
    return words ? words->synopsis : "[OPTION]...";
}

static void write_help(const struct km_program *program, const struct km_words *words,
                       struct km_buf *out)
{
    km_buf_printf(out, "%s: %s\n\nUsage: %s %s\n\n", program->name, program->summary, program->name,
                  synopsis_of(words));
    for (const struct km_section *s = words ? words->sections : NULL; s && s->title; s++) {
        km_buf_printf(out, "%s:\n", s->title);
        for (const struct km_word *line = s->lines; line->word; line++)
            km_buf_printf(out, "  %-20s %s\n", line->word, line->help);
        km_buf_puts(out, "\n");
    }
    for (const struct km_option *o = program->options; o->name; o++) {
        const char letter = letter_of(words, o->name);
        const char *space = o->arg ? " " : "";
        const char *arg = o->arg ? o->arg : "";

        km_buf_puts(out, "  ");
        if (letter)
            km_buf_printf(out, "-%c, ", letter);
        km_buf_printf(out, "--%s%s%s\n      %s.", o->name, space, arg, o->help);
        if (o->default_text)
            km_buf_printf(out, " Default: %s.", o->default_text);
        if (o->env)
            km_buf_printf(out, " Environment: %s.", o->env);
        km_buf_puts(out, "\n");
    }
    km_buf_puts(out, "  --help, --version, --man\n      Print this, the version, or the man page.\n"
                     "\nDurations take ms, s, m, h; sizes take Ki, Mi, Gi.\n");
}

/* Appends text for troff: backslashes and hyphens escaped. */
static void man_text(struct km_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '-')
            km_buf_putc(out, '\\');
        km_buf_putc(out, *text);
    }
}

static void man_section(struct km_buf *out, const struct km_section *section)
{
    km_buf_puts(out, ".SH ");
    for (const char *c = section->title; *c; c++)
        km_buf_putc(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    km_buf_puts(out, "\n");
    for (const struct km_word *line = section->lines; line->word; line++) {
        km_buf_puts(out, ".TP\n.B ");
        man_text(out, line->word);
        km_buf_puts(out, "\n");
        man_text(out, line->help);
        km_buf_puts(out, "\n");
    }
}

static void write_man(const struct km_program *program, const struct km_words *words,
                      struct km_buf *out)
{
    km_buf_printf(out, ".TH %s 1 \"\" \"kubemonitor %s\"\n.SH NAME\n", program->name,
                  program->version);
    man_text(out, program->name);
    km_buf_puts(out, " \\- ");
    man_text(out, program->summary);
    km_buf_puts(out, "\n.SH SYNOPSIS\n.B ");
    man_text(out, program->name);
    km_buf_printf(out, "\n%s\n", synopsis_of(words));
    for (const struct km_section *s = words ? words->sections : NULL; s && s->title; s++)
        man_section(out, s);
    km_buf_puts(out, ".SH OPTIONS\n");
    for (const struct km_option *o = program->options; o->name; o++) {
        const char letter = letter_of(words, o->name);

        km_buf_puts(out, ".TP\n.B ");
        if (letter)
            km_buf_printf(out, "\\-%c, ", letter);
        km_buf_puts(out, "\\-\\-");
        man_text(out, o->name);
        if (o->arg) {
            km_buf_puts(out, " \\fI");
            man_text(out, o->arg);
            km_buf_puts(out, "\\fR");
        }
        km_buf_puts(out, "\n");
        man_text(out, o->help);
        km_buf_puts(out, ".");
        if (o->default_text) {
            km_buf_puts(out, " Default: ");
            man_text(out, o->default_text);
            km_buf_puts(out, ".");
        }
        if (o->env)
            km_buf_printf(out, " Environment: %s.", o->env);
        km_buf_puts(out, "\n");
    }
}

/* "--help" and its like: true when the program has nothing more to do. */
static bool answer_built_in(const struct km_program *program, const struct km_words *words,
                            const char *arg, struct km_buf *out)
{
    if (strcmp(arg, "--help") == 0 || (words && strcmp(arg, "-h") == 0))
        write_help(program, words, out);
    else if (strcmp(arg, "--version") == 0)
        km_buf_printf(out, "%s %s\n", program->name, program->version);
    else if (strcmp(arg, "--man") == 0)
        write_man(program, words, out);
    else
        return false;
    return true;
}

/* The option that arg begins with, and where its value begins in arg; NULL where none is known. */
static const struct km_option *option_of(const struct km_program *program,
                                         const struct km_words *words, const char *arg,
                                         const char **ret_value)
{
    size_t len = strcspn(arg, "=");
    const struct km_letter *l = words ? words->letters : NULL;

    *ret_value = arg[len] ? arg + len + 1 : NULL;
    if (strncmp(arg, "--", 2) == 0)
        return len > 2 ? find_option(program->options, arg + 2, len - 2) : NULL;
    for (; l && l->letter; l++) {
        if (arg[0] == '-' && arg[1] == l->letter) {
            *ret_value = arg[2] ? arg + 2 + (arg[2] == '=') : NULL;
            return find_option(program->options, l->option, strlen(l->option));
        }
    }
    return NULL;
}

/* One option of the command line. Returns how many arguments it took, or negative errno. */
static int read_argument(const struct km_program *program, const struct km_words *words, int left,
                         char **argv, void *config, struct km_buf *out)
{
    const char *value;
    const struct km_option *option = option_of(program, words, argv[0], &value);
    char where[64];
    int taken = 1;

    if (!option) {
        km_buf_printf(out, "%s: not an option; see %s --help\n", argv[0], program->name);
        return -EINVAL;
    }
    snprintf(where, sizeof(where), "--%s", option->name);
    if (!value && option->type == KM_OPTION_FLAG) {
        value = "1";
    } else if (!value) {
        if (left < 2) {
            km_buf_printf(out, "%s: %s is missing\n", where, option->arg);
            return -EINVAL;
        }
        value = argv[1];
        taken = 2;
    }
    return set_option(option, where, value, config, out) < 0 ? -EINVAL : taken;
}

enum km_options_result km_options_read_words(const struct km_program *program,
                                             const struct km_words *words, int argc, char **argv,
                                             void *config, struct km_buf *out,
                                             const char **ret_words)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++) {
        if (answer_built_in(program, words, argv[i], out))
            return KM_OPTIONS_DONE;
    }
    for (const struct km_option *o = program->options; o->name; o++) {
        const char *env = o->env ? getenv(o->env) : NULL;

        if (o->default_text && set_option(o, o->name, o->default_text, config, out) < 0)
            return KM_OPTIONS_ERROR;
        if (env && *env && set_option(o, o->env, env, config, out) < 0)
            return KM_OPTIONS_ERROR;
    }
    for (int i = 1; i < argc;) {
        int taken = 1;

        if (!words || argv[i][0] == '-') {
            taken = read_argument(program, words, argc - i, argv + i, config, out);
        } else if (count < words->max) {
            ret_words[count++] = argv[i];
        } else {
            km_buf_printf(out, "%s: one word too many; see %s --help\n", argv[i], program->name);
            taken = -E2BIG;
        }
        if (taken < 0)
            return KM_OPTIONS_ERROR;
        i += taken;
    }
    if (words)
        ret_words[count] = NULL;
    return KM_OPTIONS_RUN;
}

enum km_options_result km_options_read(const struct km_program *program, int argc, char **argv,
                                       void *config, struct km_buf *out)
{
    return km_options_read_words(program, NULL, argc, argv, config, out, NULL);
}

bool km_options_start(const struct km_program *program, int argc, char **argv, void *config,
                      int *ret_status)
{
    km_auto_buf struct km_buf out = KM_BUF_INIT;

    switch (km_options_read(program, argc, argv, config, &out)) {
    case KM_OPTIONS_DONE:
        fputs(km_buf_str(&out), stdout);
        *ret_status = 0;
        return false;
    case KM_OPTIONS_ERROR:
        fputs(km_buf_str(&out), stderr);
        *ret_status = 2;
        return false;
    default:
        return true;
    }
}
