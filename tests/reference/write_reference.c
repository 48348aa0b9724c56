/* SPDX-License-Identifier: Apache-2.0 */
/* Writes docs/api.md or docs/metrics.md to standard output, from the tables the programs use. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "metric.h"
#include "models.h"
#include "route.h"

static void write_note(const char *table)
{
    printf("\nWritten from `%s` by `ninja -C build-asan reference`; a test compares. Change the "
           "table, "
           "not this file.\n",
           table);
}

/* "a|b" as `a` `b`: a bar would end a table's cell. */
static void write_choices(const char *choices)
{
    bool first = true;

    for (const char *p = choices;;) {
        size_t len = strcspn(p, "|");

        if (len > 0) {
            printf("%s`%.*s`", first ? "" : ", ", (int)len, p);
            first = false;
        }
        if (!p[len])
            return;
        p += len + 1;
    }
}

/* --- metrics.md ---------------------------------------------------------------------------------
 */

static void write_scope(unsigned scope)
{
    static const struct {
        enum km_scope scope;
        const char *name;
    } scopes[] = {
        {KM_SCOPE_NODE, "node"}, {KM_SCOPE_POD, "pod"}, {KM_SCOPE_CONTAINER, "container"}};
    bool first = true;

    for (size_t i = 0; i < 3; i++) {
        if (scope & scopes[i].scope) {
            printf("%s%s", first ? "" : ", ", scopes[i].name);
            first = false;
        }
    }
}

static void write_metrics(void)
{
    static const char *const kinds[] = {[KM_KIND_GAUGE] = "gauge",
                                        [KM_KIND_COUNTER] = "counter",
                                        [KM_KIND_RATED] = "counter, rate",
                                        [KM_KIND_MILLI] = "gauge, 3 decimals",
                                        [KM_KIND_EXACT] = ""};

    printf("# Metrics\n\n"
           "Every number kubemonitor knows. What cannot be read is left out, never zero.\n");
    write_note("common/metric.def");
    printf(
        "\n"
        "* A **gauge** is the value now. Sums add gauges; a step of a window has their average.\n"
        "* A **counter** grows since the entity started and begins anew with it. Sums have none.\n"
        "* A counter with a **rate** is also answered as `<key>_per_second`: its growth over the "
        "real time between two\n  readings of one entity. Sums add rates. A restart gives no "
        "rate rather than a negative one.\n");
    for (int g = 0; g < KM_GROUP_COUNT; g++) {
        if (g == KM_GROUP_TOP)
            printf("\n## Of the object itself\n");
        else
            printf("\n## `%s`\n\n%s.\n", km_groups[g].name, km_groups[g].help);
        printf("\n| key | unit | kind | of | what it is |\n|---|---|---|---|---|\n");
        for (int m = km_groups[g].first; m < KM_METRIC_COUNT && km_metrics[m].group == g; m++) {
            if (km_metrics[m].kind == KM_KIND_EXACT)
                continue;
            printf("| `%s` | %s | %s | ", km_metrics[m].key, km_metrics[m].unit,
                   kinds[km_metrics[m].kind]);
            write_scope(km_metrics[m].scope);
            printf(" | %s |\n", km_metrics[m].help);
        }
    }
}

/* --- api.md -------------------------------------------------------------------------------------
 */

static void write_parameter(const struct km_param *p)
{
    printf("| `%s` | ", p->name);
    if (p->type == KM_PARAM_INT)
        printf("%" PRId64 " to %" PRId64, p->min, p->max);
    else if (p->type == KM_PARAM_CHOICE)
        write_choices(p->choices);
    else
        printf("text");
    printf(" | %s%s%s | %s |\n", p->default_text ? "`" : "", p->default_text ? p->default_text : "",
           p->default_text ? "`" : "", p->help);
}

static void write_route(const struct km_route *r)
{
    printf("\n### `%s %s`\n\n%s.", r->method, r->path, r->summary);
    if (r->body)
        printf(" Takes `%s`.", r->body);
    if (r->answer)
        printf(" Answers `%s`", r->answer);
    else
        printf(" Answers plain text");
    printf(r->windowed ? ", with `window` a `%s`.\n" : ".\n", r->windowed);
    if (!r->params)
        return;
    printf("\n| parameter | takes | default | |\n|---|---|---|---|\n");
    for (const struct km_param *p = r->params; p->name; p++)
        write_parameter(p);
}

static bool is_first_of_tag(const struct km_route *route)
{
    for (const struct km_route *r = km_routes; r < route; r++) {
        if (!(r->flags & KM_ROUTE_INTERNAL) && strcmp(r->tag, route->tag) == 0)
            return false;
    }
    return true;
}

static void write_routes(void)
{
    for (const struct km_route *first = km_routes; first->method; first++) {
        if (first->flags & KM_ROUTE_INTERNAL || !is_first_of_tag(first))
            continue;
        printf("\n## %s\n", first->tag);
        for (const struct km_route *r = first; r->method; r++) {
            if (!(r->flags & KM_ROUTE_INTERNAL) && strcmp(r->tag, first->tag) == 0)
                write_route(r);
        }
    }
}

static void write_problems(void)
{
    printf(
        "\n## Problems\n\n"
        "What goes wrong is answered as `application/problem+json` (RFC 9457): `title`, `status`, "
        "`detail` (a sentence) and,\nwhere parts of a request are at fault, `errors`: each with a "
        "`parameter`, or a `pointer` into the body (RFC 6901).\nNothing of a refused request is "
        "stored.\n\n"
        "| status | |\n|---|---|\n"
        "| 400 | not HTTP, not JSON (with the byte at which), not gzip |\n"
        "| 404 | no such path, node, pod, namespace, … |\n"
        "| 405 | the path takes other methods: see `Allow` |\n"
        "| 409 | several namespaces have a pod of that name: `?namespace=` says which |\n"
        "| 413 | the body is larger than `--max-body`, before or after gzip |\n"
        "| 415 | the body is not JSON by its headers, or packed by something else than gzip |\n"
        "| 422 | a parameter, or a member of the body, is not as it must be |\n"
        "| 503 | full or out of memory; `Retry-After` says when to try again. Of `/readyz`: a "
        "check failed |\n");
}

static void write_limits(void)
{
    static const struct {
        int limit;
        const char *of;
    } limits[] = {
        {KM_MODEL_DEPTH, "nested arrays and objects within a member that is not of the model"},
        {KM_MODEL_NAME, "bytes of a name"},
        {KM_MODEL_KEY, "bytes of a member's name"},
        {KM_MODEL_KEYS, "members of a group"},
        {KM_MODEL_VALUES, "numbers of one reading"},
        {KM_MODEL_PODS, "pods of a node"},
        {KM_MODEL_CONTAINERS, "containers of a pod"},
        {KM_MODEL_ALL_CONTAINERS, "containers of all pods of a node"},
        {KM_MODEL_FAULTS, "faults listed; more are counted in `errors_in_all`"},
    };

    printf("\n## Limits of a body\n\n| at most | |\n|---|---|\n");
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        printf("| %d | %s |\n", limits[i].limit, limits[i].of);
}

static void write_options(void)
{
    printf("\n## Options of `%s`\n\n| option | environment | default | |\n|---|---|---|---|\n",
           km_api_program.name);
    for (const struct km_option *o = km_api_program.options; o->name; o++) {
        printf("| `--%s` ", o->name);
        if (o->type == KM_OPTION_CHOICE)
            write_choices(o->arg);
        else if (o->arg)
            printf("%s", o->arg);
        printf(" | %s | %s | %s |\n", o->env ? o->env : "", o->default_text ? o->default_text : "",
               o->help);
    }
}

static void write_api(void)
{
    printf("# HTTP API\n\n"
           "JSON over HTTP. The server answers the same as an OpenAPI document at `/openapi.json`, "
           "to read and try at `/docs`;\nthe schemas named here are in it. "
           "[metrics.md](metrics.md) lists the numbers.\n");
    write_note("api/routes.c");
    write_routes();
    write_problems();
    write_limits();
    write_options();
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "api") == 0)
        write_api();
    else if (argc == 2 && strcmp(argv[1], "metrics") == 0)
        write_metrics();
    else {
        fprintf(stderr, "usage: %s api|metrics\n", argv[0]);
        return 2;
    }
    return 0;
}
