/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an entity is what a filter asks for. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "list_inside.h"

bool km_entity_is_current(const struct km_shard *shard, const struct km_entity *e, int64_t now_ms)
{
    int64_t grace = 3 * shard->store->config.interval_ms;
    const struct km_node_time *node = km_node_heard(e);

    if (e->kind == KM_ENTITY_NODE)
        return true;
    if (!node)
        return now_ms - e->received_ms <= grace;
    return now_ms - node->received_ms <= grace && node->newest_ms - km_entity_newest(e) <= grace;
}

bool km_matcher_make(const struct km_shard *shard, const struct km_filter *filter, int64_t now_ms,
                     struct km_matcher *ret_matcher)
{
    struct km_matcher m = {.filter = filter, .now_ms = now_ms};

    m.text[KM_FACT_NODE] = filter->node;
    m.text[KM_FACT_NAMESPACE] = filter->name_space;
    m.text[KM_FACT_POD] = filter->pod;
    m.text[KM_FACT_UID] = filter->uid;
    m.text[KM_FACT_CONTAINER] = filter->container;
    m.text[KM_FACT_DEPLOYMENT] = filter->deployment;
    m.owner_name = filter->owner_name ? km_intern_find(&shard->names, filter->owner_name) : NULL;
    if (filter->owner_name && !m.owner_name)
        return false;
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        if (m.text[f] && !(m.text[f] = km_intern_find(&shard->names, m.text[f])))
            return false;
    }
    *ret_matcher = m;
    return true;
}

/* The filter asks for what is there now, or was in a span of time. */
static bool is_in_time(const struct km_shard *shard, const struct km_matcher *m,
                       const struct km_entity *e)
{
    if (m->filter->current)
        return km_entity_is_current(shard, e, m->now_ms);
    return (km_entity_newest(e) >= m->filter->since_ms || e->received_ms >= m->filter->since_ms) &&
           km_block_first(e->blocks[0]) <= m->now_ms + KM_STORE_FUTURE_MS;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool is_in(const char *text, const char *part)
{
    for (; *text; text++) {
        size_t i = 0;

        while (part[i] && lower(text[i]) == lower(part[i]))
            i++;
        if (!part[i])
            return true;
    }
    return !*part;
}

bool km_name_contains(const char *const name[KM_NAME_PARTS], unsigned parts, const char *contains)
{
    char whole[KM_NAME_PARTS * KM_CURSOR_PART];
    size_t used = 0;

    if (!strchr(contains, '/'))
        return is_in(name[parts - 1], contains);
    for (unsigned i = 0; i < parts && used < sizeof(whole); i++)
        used +=
            (size_t)snprintf(whole + used, sizeof(whole) - used, "%s%s", i > 0 ? "/" : "", name[i]);
    return is_in(whole, contains);
}

static bool is_called(const struct km_entity *e, const char *contains)
{
    static const uint8_t parts[KM_ENTITY_KINDS] = {
        [KM_ENTITY_NODE] = 1, [KM_ENTITY_POD] = 2, [KM_ENTITY_CONTAINER] = 3};
    const char *name[KM_NAME_PARTS];

    km_order_name(e->kind, &e->facts, name);
    return km_name_contains(name, parts[e->kind], contains);
}

/* The owner of these facts is what the filter asks for. */
static bool is_owned(const struct km_matcher *m, const struct km_entity *e, enum km_fact kind,
                     enum km_fact name)
{
    const char *its = e->facts.text[kind], *wanted = m->filter->owner_kind;

    return (!wanted || (its && strcasecmp(its, wanted) == 0)) &&
           (!m->owner_name || m->owner_name == e->facts.text[name]);
}

bool km_matcher_fits(const struct km_shard *shard, const struct km_matcher *m,
                     const struct km_entity *e)
{
    if (e->kind != m->filter->kind || e->n_blocks == 0)
        return false;
    for (int f = 0; f < KM_FACT_COUNT; f++) {
        if (m->text[f] && m->text[f] != e->facts.text[f])
            return false;
    }
    if (!is_owned(m, e, KM_FACT_OWNER_KIND, KM_FACT_OWNER_NAME) &&
        !is_owned(m, e, KM_FACT_WORKLOAD_KIND, KM_FACT_WORKLOAD_NAME))
        return false;
    return is_in_time(shard, m, e) && (!m->filter->contains || is_called(e, m->filter->contains));
}
