/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void container_free(struct km_container_entry *c, struct km_root *root)
{
    km_cgroup_close(&c->cgroup, root);
    km_processes_done(&c->processes, root);
    for (size_t i = 0; i < c->n_folders; i++)
        km_kept_close(root, &c->folders[i].procs);
    free(c->folders);
    free(c);
}

static void pod_free(struct km_pod_entry *pod, struct km_root *root)
{
    for (size_t i = 0; i < pod->n_containers; i++)
        container_free(pod->containers[i], root);
    km_cgroup_close(&pod->cgroup, root);
    km_pod_network_close(&pod->network, root);
    free(pod->containers);
    free(pod->readings);
    km_pod_facts_unref(pod->facts);
    free(pod);
}

void km_pod_table_done(struct km_pod_table *table, struct km_root *root)
{
    for (size_t i = 0; i < table->count; i++)
        pod_free(table->pods[i], root);
    free(table->pods);
    *table = (struct km_pod_table){0};
}

static struct km_pod_entry *add_pod(struct km_pod_table *table, const char *uid)
{
    struct km_pod_entry *pod;

    if (table->count == table->room) {
        size_t room = table->room ? table->room * 2 : 32;
        struct km_pod_entry **pods = realloc(table->pods, room * sizeof(struct km_pod_entry *));

        if (!pods)
            return NULL;
        table->pods = pods;
        table->room = room;
    }
    pod = calloc(1, sizeof(*pod));
    if (!pod)
        return NULL;
    snprintf(pod->uid, sizeof(pod->uid), "%s", uid);
    pod->number = table->numbers++;
    table->pods[table->count++] = pod;
    return pod;
}

struct km_pod_entry *km_pod_table_hold(struct km_pod_table *table, const char *uid)
{
    struct km_pod_entry *pod = NULL;

    for (size_t i = 0; i < table->count && !pod; i++) {
        if (strcmp(table->pods[i]->uid, uid) == 0)
            pod = table->pods[i];
    }
    if (!pod)
        pod = add_pod(table, uid);
    if (pod)
        pod->holds++;
    return pod;
}

/* Room for the containers and their readings. */
static int make_room(struct km_pod_entry *pod)
{
    size_t room = pod->containers_room ? pod->containers_room * 2 : 2;
    struct km_container_entry **containers;
    struct km_container *readings;

    if (pod->n_containers < pod->containers_room)
        return 0;
    containers = realloc(pod->containers, room * sizeof(struct km_container_entry *));
    if (!containers)
        return -ENOMEM;
    pod->containers = containers;
    readings = realloc(pod->readings, room * sizeof(*readings));
    if (!readings)
        return -ENOMEM;
    pod->readings = readings;
    pod->containers_room = room;
    return 0;
}

struct km_container_entry *km_pod_table_hold_container(struct km_pod_entry *pod, const char *id)
{
    struct km_container_entry *c = NULL;

    for (size_t i = 0; i < pod->n_containers && !c; i++) {
        if (strcmp(pod->containers[i]->id, id) == 0)
            c = pod->containers[i];
    }
    if (!c) {
        c = make_room(pod) == 0 ? calloc(1, sizeof(*c)) : NULL;
        if (!c)
            return NULL;
        snprintf(c->id, sizeof(c->id), "%s", id);
        pod->containers[pod->n_containers++] = c;
    }
    c->holds++;
    return c;
}

void km_pod_table_let_go(struct km_pod_table *table, struct km_pod_entry *pod, struct km_root *root)
{
    if (--pod->holds > 0)
        return;
    for (size_t i = 0; i < table->count; i++) {
        if (table->pods[i] == pod) {
            table->pods[i] = table->pods[--table->count];
            break;
        }
    }
    pod_free(pod, root);
}

void km_pod_table_let_go_container(struct km_pod_entry *pod, struct km_container_entry *container,
                                   struct km_root *root)
{
    if (--container->holds > 0)
        return;
    for (size_t i = 0; i < pod->n_containers; i++) {
        if (pod->containers[i] == container) {
            pod->containers[i] = pod->containers[--pod->n_containers];
            break;
        }
    }
    km_pod_network_container_gone(&pod->network, container->id, root);
    container_free(container, root);
}

int km_container_add_folder(struct km_container_entry *container, const char *path)
{
    struct km_procs_folder *folders =
        realloc(container->folders, (container->n_folders + 1) * sizeof(*folders));

    if (!folders)
        return -ENOMEM;
    container->folders = folders;
    folders[container->n_folders++] = (struct km_procs_folder){.path = path};
    return 0;
}

void km_container_drop_folder(struct km_container_entry *container, const char *path,
                              struct km_root *root)
{
    size_t kept = 0;

    for (size_t i = 0; i < container->n_folders; i++) {
        if (container->folders[i].path == path)
            km_kept_close(root, &container->folders[i].procs);
        else
            container->folders[kept++] = container->folders[i];
    }
    container->n_folders = kept;
}
