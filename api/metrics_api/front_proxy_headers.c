/* SPDX-License-Identifier: Apache-2.0 */
#include "front_proxy_headers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"

int km_front_list(yyjson_val *data, const char *key, yyjson_doc **ret_list, struct km_buf *words)
{
    yyjson_val *text = yyjson_obj_get(data, key), *name;
    yyjson_doc *list = NULL;
    size_t i, n;
    bool good = true;

    *ret_list = NULL;
    if (!yyjson_is_str(text))
        return 0;
    list = yyjson_read(yyjson_get_str(text), yyjson_get_len(text), 0);
    /* Go writes an empty list as null. */
    good = yyjson_is_arr(yyjson_doc_get_root(list)) || yyjson_is_null(yyjson_doc_get_root(list));
    yyjson_arr_foreach(yyjson_doc_get_root(list), i, n, name) good = good && yyjson_is_str(name);
    if (!good) {
        yyjson_doc_free(list);
        km_buf_printf(words, "%s: is no JSON list of strings", key);
        return -EINVAL;
    }
    *ret_list = list;
    return 0;
}

int km_front_names_read(yyjson_val *data, struct km_front_names *ret_names, struct km_buf *words)
{
    struct km_front_names names = {0};
    int r = km_front_list(data, "requestheader-username-headers", &names.user, words);

    if (r == 0)
        r = km_front_list(data, "requestheader-group-headers", &names.group, words);
    if (r == 0)
        r = km_front_list(data, "requestheader-extra-headers-prefix", &names.extra, words);
    if (r == 0)
        r = km_front_list(data, "requestheader-uid-headers", &names.uid, words);
    if (r == 0 && yyjson_arr_size(yyjson_doc_get_root(names.user)) == 0) {
        km_buf_puts(words, "requestheader-username-headers: names no header");
        r = -EINVAL;
    }
    if (r < 0) {
        km_front_names_done(&names);
        return r;
    }
    *ret_names = names;
    return 0;
}

void km_front_names_done(struct km_front_names *names)
{
    yyjson_doc_free(names->user);
    yyjson_doc_free(names->group);
    yyjson_doc_free(names->extra);
    yyjson_doc_free(names->uid);
    *names = (struct km_front_names){0};
}

/* --- the user ----------------------------------------------------------------------------------
 */

struct taker {
    const struct km_front_names *names;
    struct km_kube_user user;
    size_t user_rank, uid_rank; /* the place among the names of the header it was taken from */
    yyjson_mut_doc *extra;
    bool no_memory, not_text;
};

/* The place of a name in a list, or SIZE_MAX. With prefix the name must be longer than it. */
static size_t rank(yyjson_doc *list, const char *name, bool prefix, size_t *ret_len)
{
    yyjson_val *one;
    size_t i, n;

    yyjson_arr_foreach(yyjson_doc_get_root(list), i, n, one)
    {
        size_t len = yyjson_get_len(one);

        if (len == 0 || strncasecmp(name, yyjson_get_str(one), len) != 0 ||
            (prefix ? !name[len] : name[len] != '\0'))
            continue;
        *ret_len = len;
        return i;
    }
    return SIZE_MAX;
}

static void take_first(struct taker *t, char **text, size_t *its_rank, size_t new_rank,
                       const char *value)
{
    char *copy;

    if (!*value || new_rank >= *its_rank)
        return;
    copy = strdup(value);
    t->no_memory = t->no_memory || !copy;
    if (!copy)
        return;
    free(*text);
    *text = copy;
    *its_rank = new_rank;
}

static void add_group(struct taker *t, const char *group)
{
    char **groups = realloc(t->user.groups, (t->user.n_groups + 1) * sizeof(*groups));
    char *copy = strdup(group);

    if (groups)
        t->user.groups = groups;
    if (!groups || !copy) {
        free(copy);
        t->no_memory = true;
        return;
    }
    groups[t->user.n_groups++] = copy;
}

static int hex(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

/* "Acme.com%2Fproject" as "acme.com/project"; what is no percent-encoding stays as it is. */
static void decode_key(char *key)
{
    char *to = key;

    for (const char *p = key; *p; p++) {
        if (*p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0 && (hex(p[1]) || hex(p[2]))) {
            *to++ = (char)(hex(p[1]) * 16 + hex(p[2]));
            p += 2;
        } else {
            *to++ = (char)tolower((unsigned char)*p);
        }
    }
    *to = '\0';
}

static void add_extra(struct taker *t, const char *encoded, const char *value)
{
    char *key = strdup(encoded);
    yyjson_mut_val *root, *list;

    if (!t->extra) {
        t->extra = yyjson_mut_doc_new(NULL);
        yyjson_mut_doc_set_root(t->extra, yyjson_mut_obj(t->extra));
    }
    if (!key || !t->extra) {
        free(key);
        t->no_memory = true;
        return;
    }
    decode_key(key);
    t->not_text = t->not_text || !km_text_is_utf8(key, strlen(key));
    root = yyjson_mut_doc_get_root(t->extra);
    list = yyjson_mut_obj_get(root, key);
    if (!list) {
        list = yyjson_mut_arr(t->extra);
        t->no_memory =
            t->no_memory || !yyjson_mut_obj_add(root, yyjson_mut_strcpy(t->extra, key), list);
    }
    t->no_memory = t->no_memory || !yyjson_mut_arr_add_strcpy(t->extra, list, value);
    free(key);
}

static void take_header(void *arg, const char *name, const char *value)
{
    struct taker *t = arg;
    size_t len, place;
    bool ours = true;

    if ((place = rank(t->names->user, name, false, &len)) != SIZE_MAX)
        take_first(t, &t->user.name, &t->user_rank, place, value);
    else if ((place = rank(t->names->uid, name, false, &len)) != SIZE_MAX)
        take_first(t, &t->user.uid, &t->uid_rank, place, value);
    else if (rank(t->names->group, name, false, &len) != SIZE_MAX)
        add_group(t, value);
    else if (rank(t->names->extra, name, true, &len) != SIZE_MAX)
        add_extra(t, name + len, value);
    else
        ours = false;
    t->not_text = t->not_text || (ours && !km_text_is_utf8(value, strlen(value)));
}

/*
 * Who has shown no name to the API server, which then says so, or is said to be authenticated
 * already. All others are put into that group, as every authenticator of Kubernetes does.
 */
static bool is_stranger(const struct km_kube_user *user)
{
    for (size_t i = 0; i < user->n_groups; i++) {
        if (strcmp(user->groups[i], "system:unauthenticated") == 0 ||
            strcmp(user->groups[i], "system:authenticated") == 0)
            return true;
    }
    return user->name && strcmp(user->name, "system:anonymous") == 0;
}

int km_front_user(const struct km_front_names *names, const struct km_door_visitor *visitor,
                  struct km_kube_user *ret_user, struct km_buf *words)
{
    struct taker t = {.names = names, .user_rank = SIZE_MAX, .uid_rank = SIZE_MAX};
    int r = 0;

    visitor->headers(visitor->source, take_header, &t);
    if (!is_stranger(&t.user))
        add_group(&t, "system:authenticated");
    if (t.extra && !t.no_memory && !t.not_text) {
        t.user.extra = yyjson_mut_write(t.extra, 0, NULL);
        t.no_memory = !t.user.extra;
    }
    yyjson_mut_doc_free(t.extra);
    if (t.no_memory) {
        r = -ENOMEM;
    } else if (t.not_text) {
        km_buf_puts(words, "a header that names the user is no UTF-8");
        r = -EACCES;
    } else if (!t.user.name) {
        km_buf_puts(words, "no header names a user");
        r = -EACCES;
    }
    if (r < 0) {
        km_kube_user_done(&t.user);
        return r;
    }
    *ret_user = t.user;
    return 0;
}
