/* SPDX-License-Identifier: Apache-2.0 */
#include "pod_facts.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A copy: facts first, so that the two addresses are one; then the containers, then all text. */
struct shared {
    struct km_pod_facts facts;
    atomic_uint references;
    struct km_container_facts containers[];
};

void km_pod_facts_init(struct km_pod_facts *facts)
{
    *facts = (struct km_pod_facts){
        .restarts = -1, .host_network = -1, .cpu_request = -1, .memory_request = -1};
}

void km_container_facts_init(struct km_container_facts *facts)
{
    *facts = (struct km_container_facts){.restarts = -1, .cpu_request = -1, .memory_request = -1};
}

static size_t length(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static size_t text_length(const struct km_pod_facts *f)
{
    size_t len = length(f->uid) + length(f->name) + length(f->name_space) + length(f->phase) +
                 length(f->owner_kind) + length(f->owner_name) + length(f->deployment);

    for (size_t i = 0; i < f->n_containers; i++)
        len += length(f->containers[i].id) + length(f->containers[i].name) +
               length(f->containers[i].state);
    return len;
}

/* Moves a string to *end, which goes behind it. */
static void move(const char **text, char **end)
{
    size_t len = length(*text);

    if (len) {
        memcpy(*end, *text, len);
        *text = *end;
        *end += len;
    }
}

const struct km_pod_facts *km_pod_facts_copy(const struct km_pod_facts *facts)
{
    size_t containers = facts->n_containers * sizeof(struct km_container_facts);
    struct shared *s = malloc(sizeof(*s) + containers + text_length(facts));
    struct km_pod_facts *f;
    char *end;

    if (!s)
        return NULL;
    f = &s->facts;
    *f = *facts;
    atomic_init(&s->references, 1);
    if (containers)
        memcpy(s->containers, facts->containers, containers);
    f->containers = s->containers;
    end = (char *)s->containers + containers;
    move(&f->uid, &end);
    move(&f->name, &end);
    move(&f->name_space, &end);
    move(&f->phase, &end);
    move(&f->owner_kind, &end);
    move(&f->owner_name, &end);
    move(&f->deployment, &end);
    for (size_t i = 0; i < f->n_containers; i++) {
        move(&s->containers[i].id, &end);
        move(&s->containers[i].name, &end);
        move(&s->containers[i].state, &end);
    }
    return f;
}

const struct km_pod_facts *km_pod_facts_ref(const struct km_pod_facts *copy)
{
    if (copy)
        atomic_fetch_add(&((struct shared *)copy)->references, 1);
    return copy;
}

void km_pod_facts_unref(const struct km_pod_facts *copy)
{
    if (copy && atomic_fetch_sub(&((struct shared *)copy)->references, 1) == 1)
        free((struct shared *)copy);
}

const struct km_container_facts *km_pod_facts_container(const struct km_pod_facts *facts,
                                                        const char *id)
{
    for (size_t i = 0; facts && i < facts->n_containers; i++) {
        if (facts->containers[i].id && strcmp(facts->containers[i].id, id) == 0)
            return &facts->containers[i];
    }
    return NULL;
}
