/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void pod_free(struct km_pod_entry *pod)
{
    for (size_t i = 0; i < pod->n_containers; i++)
        free(pod->containers[i]);
    free(pod->containers);
    free(pod->readings);
    km_pod_facts_unref(pod->facts);
    free(pod);
}

void km_pod_table_done(struct km_pod_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        pod_free(table->pods[i]);
    free(table->pods);
    *table = (struct km_pod_table){0};
}

struct km_pod_entry *km_pod_table_pod(struct km_pod_table *table, const char *uid)
{
    struct km_pod_entry **pods, *pod;

    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->pods[i]->uid, uid) == 0)
            return table->pods[i];
    }
    pods = realloc(table->pods, (table->count + 1) * sizeof(struct km_pod_entry *));
    if (!pods)
        return NULL;
    table->pods = pods;
    pod = calloc(1, sizeof(*pod));
    if (!pod)
        return NULL;
    snprintf(pod->uid, sizeof(pod->uid), "%s", uid);
    pods[table->count++] = pod;
    return pod;
}

struct km_container_entry *km_pod_table_container(struct km_pod_entry *pod, const char *id)
{
    struct km_container_entry **items, *c;

    for (size_t i = 0; i < pod->n_containers; i++) {
        if (strcmp(pod->containers[i]->id, id) == 0)
            return pod->containers[i];
    }
    items = realloc(pod->containers, (pod->n_containers + 1) * sizeof(struct km_container_entry *));
    if (!items)
        return NULL;
    pod->containers = items;
    c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    snprintf(c->id, sizeof(c->id), "%s", id);
    items[pod->n_containers++] = c;
    return c;
}

void km_pod_table_forget_unseen(struct km_pod_table *table)
{
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct km_pod_entry *pod = table->pods[i];
        size_t kept_containers = 0;

        if (!pod->seen) {
            pod_free(pod);
            continue;
        }
        for (size_t c = 0; c < pod->n_containers; c++) {
            if (pod->containers[c]->seen)
                pod->containers[kept_containers++] = pod->containers[c];
            else
                free(pod->containers[c]);
        }
        for (size_t c = 0; c < kept_containers; c++)
            pod->containers[c]->seen = false;
        pod->n_containers = kept_containers;
        pod->seen = false;
        table->pods[kept++] = pod;
    }
    table->count = kept;
}
