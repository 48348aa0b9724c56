/* SPDX-License-Identifier: Apache-2.0 */
#include "accept.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define SPACE " \t"

/* The value of a parameter in "application/json;as=Table;v=v1" (len bytes), or NULL. */
static const char *parameter(const char *type, size_t len, const char *name, size_t *ret_len)
{
    size_t name_len = strlen(name);
    const char *p = type, *end = type + len;

    while ((p = memchr(p, ';', (size_t)(end - p)))) {
        p++;
        while (p < end && strchr(SPACE, *p))
            p++;
        if ((size_t)(end - p) > name_len && strncasecmp(p, name, name_len) == 0 &&
            p[name_len] == '=') {
            p += name_len + 1;
            *ret_len = 0;
            while (p + *ret_len < end && !strchr("; \t", p[*ret_len]))
                ++*ret_len;
            return p;
        }
    }
    return NULL;
}

static bool has(const char *type, size_t len, const char *name, const char *value)
{
    size_t n;
    const char *its = parameter(type, len, name, &n);

    return its && strlen(value) == n && memcmp(its, value, n) == 0;
}

static bool is(const char *type, size_t len, const char *name)
{
    size_t n = 0;

    while (n < len && !strchr("; \t", type[n]))
        n++;
    return strlen(name) == n && strncasecmp(type, name, n) == 0;
}

static enum km_form form_of(const char *type, size_t len)
{
    size_t n;

    if (!is(type, len, "application/json") && !is(type, len, "application/*") &&
        !is(type, len, "*/*"))
        return KM_FORM_NONE;
    if (!parameter(type, len, "as", &n))
        return KM_FORM_JSON;
    if (!has(type, len, "as", "Table") || !has(type, len, "g", "meta.k8s.io"))
        return KM_FORM_NONE;
    return has(type, len, "v", "v1")        ? KM_FORM_TABLE
           : has(type, len, "v", "v1beta1") ? KM_FORM_TABLE_BETA
                                            : KM_FORM_NONE;
}

enum km_form km_accept(const char *header)
{
    const char *p = header + strspn(header, SPACE);

    if (!*p)
        return KM_FORM_JSON;
    while (*p) {
        size_t len = strcspn(p, ",");
        enum km_form form = form_of(p, len);

        if (form != KM_FORM_NONE)
            return form;
        p += len;
        p += strspn(p, "," SPACE);
    }
    return KM_FORM_NONE;
}
