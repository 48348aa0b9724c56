/* SPDX-License-Identifier: Apache-2.0 */
#include "sum_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api.h"
#include "entity_list.h"
#include "list_page.h"
#include "pass.h"
#include "sums.h"
#include "time_format.h"

/* A list of sums that is being made. */
struct adding {
    enum km_sum_by by;
    char *only_kind, *contains; /* NULL: all */
    int sort;
    struct km_sums sums;
    struct km_page *page;
    struct km_pass *pass; /* NULL: all pods have been added */
};

static void adding_free(void *arg)
{
    struct adding *a = arg;

    km_pass_free(a->pass);
    km_page_free(a->page);
    km_sums_done(&a->sums);
    free(a->only_kind);
    free(a->contains);
    free(a);
}

/* Whose pod it is, of the last in the row of owners: a Job's pods are its CronJob's. False where it
 * is nobody's. */
static bool owner_of(const struct km_met *met, enum km_sum_by by, const char **ret_kind,
                     const char **ret_name)
{
    bool deployed = met->deployment && *met->deployment;
    bool owned = met->workload_kind && met->workload_name;

    *ret_kind = "";
    *ret_name = met->deployment;
    if (by == KM_SUM_DEPLOYMENT)
        return deployed;
    *ret_kind = deployed ? "Deployment" : owned ? met->workload_kind : met->owner_kind;
    if (!deployed)
        *ret_name = owned ? met->workload_name : met->owner_name;
    return *ret_kind && *ret_name;
}

/* Adds a pod to the sum it belongs to, if any. */
static int add_pod(void *arg, const struct km_met *met)
{
    struct adding *a = arg;
    const char *kind = "", *name = "";

    if (!*met->name[0])
        return 0; /* not resolved yet */
    if (a->by != KM_SUM_NAMESPACE && !owner_of(met, a->by, &kind, &name))
        return 0;
    if (a->only_kind && strcasecmp(kind, a->only_kind) != 0)
        return 0;
    return km_sums_add(&a->sums, (const char *[]){met->name[0], kind, name}, met->last,
                       met->previous);
}

/* A namespace is searched by its name; others as a pod is, by theirs or "namespace/name". */
static bool is_wanted(const struct adding *a, const char *const part[KM_NAME_PARTS])
{
    const char *name[KM_NAME_PARTS] = {part[0], part[2]};

    return !a->contains || km_name_contains(name, a->by == KM_SUM_NAMESPACE ? 1 : 2, a->contains);
}

static int offer_all(struct adding *a)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < a->sums.count; i++) {
        const char *const *part = km_sums_name(&a->sums, i);
        struct km_total total;

        if (!is_wanted(a, part))
            continue;
        if (a->sort != KM_SORT_NAME)
            km_sums_total(&a->sums, i, &total);
        r = km_page_offer(a->page, a->sort == KM_SORT_NAME ? 0 : km_sort_total(a->sort, &total),
                          part, i);
    }
    return r;
}

static void write_sum(void *arg, uint64_t i, struct km_json *w)
{
    const struct adding *a = arg;
    const char *const *part = km_sums_name(&a->sums, i);
    struct km_total total;

    km_sums_total(&a->sums, i, &total);
    km_json_object(w);
    km_json_member(w, "namespace", part[0]);
    if (a->by == KM_SUM_WORKLOAD)
        km_json_member(w, "kind", part[1]);
    if (a->by != KM_SUM_NAMESPACE)
        km_json_member(w, a->by == KM_SUM_DEPLOYMENT ? "deployment" : "name", part[2]);
    km_total_write(w, &total, "pods");
    km_json_object_end(w);
}

static int adding_next(void *arg, struct km_buf *out)
{
    struct adding *a = arg;
    int r;

    if (!a->pass)
        return km_page_write(a->page, write_sum, a, out);
    r = km_pass_next(a->pass, add_pod, a);
    if (r == 0)
        r = offer_all(a);
    else
        return r;
    km_pass_free(a->pass);
    a->pass = NULL;
    return r < 0 ? r : 1;
}

/* A copy, or NULL of NULL. False where memory runs out. */
static bool copy(const char *text, char **ret_copy)
{
    *ret_copy = text ? strdup(text) : NULL;
    return !text || *ret_copy;
}

void km_answer_sums(struct km_call *call, enum km_sum_by by, const char *name_space,
                    const char *kind)
{
    struct km_filter pods = {.kind = KM_ENTITY_POD, .name_space = name_space, .current = true};
    struct km_page *page = km_page_new(call);
    struct adding *a = page ? calloc(1, sizeof(*a)) : NULL;

    if (!page)
        return;
    if (!a) {
        km_page_free(page);
        km_answer_no_memory(call);
        return;
    }
    a->by = by;
    a->page = page;
    a->sort = km_call_choice(call, "sort", KM_SORT_NAME);
    if (!copy(kind, &a->only_kind) || !copy(km_call_text(call, "q"), &a->contains) ||
        km_pass_new(km_call_api(call)->store, &pods, km_time_now_ms(), KM_PASS_BOTH, &a->pass) <
            0) {
        adding_free(a);
        km_answer_no_memory(call);
        return;
    }
    km_answer_stream(call, adding_next, adding_free, a);
}
