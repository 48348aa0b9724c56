/* SPDX-License-Identifier: Apache-2.0 */
#include "selector.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum operation {
    EXISTS,
    ABSENT,
    IN,     /* also "=" and "==" */
    NOT_IN, /* also "!=" */
    GREATER,
    LESS,
};

struct requirement {
    enum operation operation;
    const char *key;
    const char *values; /* n of them, each ended by a zero byte, one behind the other */
    unsigned n;
};

struct km_selector {
    struct requirement *requirements;
    size_t n;
    char text[]; /* keys and values are cut out of it */
};

/* --- reading -----------------------------------------------------------------------------------
 */

struct reader {
    const char *next; /* of the text to read */
    char *out;        /* words are copied there; never longer than what was read */
    struct km_buf *error;
    bool fields;
};

static int fail(struct reader *r, const char *words, const char *what)
{
    size_t len = strnlen(what, 64);

    /* Not in the midst of a character of UTF-8. */
    while (len > 0 && ((unsigned char)what[len] & 0xc0) == 0x80)
        len--;
    km_buf_printf(r->error, "%s, found '%.*s'", words, (int)len, what);
    return -EINVAL;
}

static void skip_space(struct reader *r)
{
    while (*r->next == ' ' || *r->next == '\t' || *r->next == '\n' || *r->next == '\r')
        r->next++;
}

/* Takes a character or a word if it comes next. */
static bool take(struct reader *r, const char *word)
{
    size_t len = strlen(word);

    skip_space(r);
    if (strncmp(r->next, word, len) != 0)
        return false;
    if (isalpha((unsigned char)*word) && r->next[len] && !strchr(" \t\r\n(", r->next[len]))
        return false;
    r->next += len;
    return true;
}

/* Copies the word that comes next, which may be empty. */
static const char *take_word(struct reader *r)
{
    const char *word = r->out;

    skip_space(r);
    while (*r->next && !strchr(" \t\r\n,()!=<>", *r->next))
        *r->out++ = *r->next++;
    *r->out++ = '\0';
    return word;
}

/* Letters and digits at both ends, "-", "_" and "." between: at most max bytes. */
static bool is_name(const char *text, size_t len, size_t max)
{
    if (len == 0 || len > max || !isalnum((unsigned char)text[0]) ||
        !isalnum((unsigned char)text[len - 1]))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]))
            return false;
    }
    return true;
}

/* "app", "example.com/app". */
static bool is_key(const char *key)
{
    const char *slash = strchr(key, '/');

    if (slash && !is_name(key, (size_t)(slash - key), 253))
        return false;
    key = slash ? slash + 1 : key;
    return is_name(key, strlen(key), 63);
}

static bool is_value(const char *value)
{
    return !*value || is_name(value, strlen(value), 63);
}

static bool is_number(const char *text)
{
    char *end;

    errno = 0;
    strtoll(text, &end, 10);
    return *text && !*end && errno == 0;
}

/* "a, b)": what is behind the opening bracket. */
static int read_set(struct reader *r, struct requirement *q)
{
    if (!take(r, "("))
        return fail(r, "in and notin want their values in brackets", r->next);
    q->values = r->out;
    do {
        const char *value = take_word(r);

        if (!is_value(value))
            return fail(r, "a label's value has at most 63 letters, digits, '-', '_', '.'", value);
        q->n++;
    } while (take(r, ","));
    return take(r, ")") ? 0 : fail(r, "expected ',' or ')'", r->next);
}

static int read_one(struct reader *r, struct requirement *q)
{
    q->values = take_word(r);
    q->n = 1;
    if ((q->operation == GREATER || q->operation == LESS) && !is_number(q->values))
        return fail(r, "'>' and '<' want a whole number", q->values);
    if (!r->fields && !is_value(q->values))
        return fail(r, "a label's value has at most 63 letters, digits, '-', '_', '.'", q->values);
    return 0;
}

static int read_requirement(struct reader *r, struct requirement *q)
{
    static const struct {
        const char *word;
        enum operation operation;
        bool set, label_only;
    } operators[] = {{"==", IN, false, false},     {"=", IN, false, false},
                     {"!=", NOT_IN, false, false}, {">", GREATER, false, true},
                     {"<", LESS, false, true},     {"in", IN, true, true},
                     {"notin", NOT_IN, true, true}};
    bool absent = !r->fields && take(r, "!");

    q->key = take_word(r);
    if (r->fields && strcmp(q->key, "metadata.name") != 0 &&
        strcmp(q->key, "metadata.namespace") != 0)
        return fail(r, "fields are metadata.name and metadata.namespace", q->key);
    if (!r->fields && !is_key(q->key))
        return fail(r, "a label's name has 1 to 63 letters, digits, '-', '_', '.'", q->key);
    q->operation = absent ? ABSENT : EXISTS;
    for (size_t i = 0; !absent && i < sizeof(operators) / sizeof(operators[0]); i++) {
        if ((r->fields && operators[i].label_only) || !take(r, operators[i].word))
            continue;
        q->operation = operators[i].operation;
        return operators[i].set ? read_set(r, q) : read_one(r, q);
    }
    return r->fields ? fail(r, "expected '=', '==' or '!='", r->next) : 0;
}

static int parse(const char *text, bool fields, struct km_selector **ret_selector,
                 struct km_buf *error)
{
    /* Each requirement ends with a ',' but the last; each word gains a zero byte. */
    size_t len = strlen(text), most = 1;
    struct km_selector *s;
    struct reader r = {.next = text, .error = error, .fields = fields};
    int result = 0;

    for (const char *p = text; *p; p++)
        most += *p == ',';
    s = calloc(1, sizeof(*s) + len * 2 + 2 * most + 4);
    if (s)
        s->requirements = calloc(most, sizeof(*s->requirements));
    if (!s || !s->requirements) {
        km_selector_free(s);
        return -ENOMEM;
    }
    r.out = s->text;
    skip_space(&r);
    while (*r.next && result == 0) {
        result = read_requirement(&r, &s->requirements[s->n++]);
        skip_space(&r);
        if (result < 0 || !*r.next)
            break;
        if (!take(&r, ","))
            result = fail(&r, "expected ',' or the end", r.next);
        skip_space(&r);
        if (result == 0 && !*r.next)
            result = fail(&r, "something must follow ','", r.next);
    }
    if (result < 0) {
        km_selector_free(s);
        return result;
    }
    *ret_selector = s;
    return 0;
}

int km_selector_parse(const char *text, struct km_selector **ret_selector, struct km_buf *error)
{
    return parse(text, false, ret_selector, error);
}

int km_field_selector_parse(const char *text, struct km_selector **ret_selector,
                            struct km_buf *error)
{
    return parse(text, true, ret_selector, error);
}

void km_selector_free(struct km_selector *selector)
{
    if (!selector)
        return;
    free(selector->requirements);
    free(selector);
}

/* --- matching ----------------------------------------------------------------------------------
 */

bool km_selector_is_empty(const struct km_selector *selector)
{
    return selector->n == 0;
}

static bool has_value(const struct requirement *q, const char *value)
{
    const char *one = q->values;

    for (unsigned i = 0; i < q->n; i++) {
        if (strcmp(one, value) == 0)
            return true;
        one += strlen(one) + 1;
    }
    return false;
}

static bool meets(const struct requirement *q, const char *value)
{
    switch (q->operation) {
    case EXISTS:
        return value;
    case ABSENT:
        return !value;
    case IN:
        return value && has_value(q, value);
    case NOT_IN:
        return !value || !has_value(q, value);
    case GREATER:
        return value && is_number(value) && strtoll(value, NULL, 10) > strtoll(q->values, NULL, 10);
    case LESS:
        return value && is_number(value) && strtoll(value, NULL, 10) < strtoll(q->values, NULL, 10);
    }
    return false;
}

bool km_selector_matches(const struct km_selector *selector, km_label_value *value,
                         const void *labels)
{
    for (size_t i = 0; i < selector->n; i++) {
        if (!meets(&selector->requirements[i], value(labels, selector->requirements[i].key)))
            return false;
    }
    return true;
}
