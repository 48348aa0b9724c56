/* SPDX-License-Identifier: Apache-2.0 */
#include "usage_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "time_format.h"

void km_usage_reader_init(struct km_usage_reader *reader, const struct km_usage_query *query)
{
    memset(reader, 0, offsetof(struct km_usage_reader, refs));
    reader->count = reader->next = 0;
    reader->ended = reader->ahead = false;
    reader->name[0] = '\0';
    reader->parts = NULL;
    reader->part_ms = NULL;
    reader->n_parts = reader->room_parts = 0;
    reader->labels = KM_BUF_INIT;
    reader->query = query;
    reader->filter = (struct km_filter){.kind = query->pods ? KM_ENTITY_CONTAINER : KM_ENTITY_NODE,
                                        .node = query->pods ? NULL : query->name,
                                        .name_space = query->name_space,
                                        .pod = query->pods ? query->name : NULL,
                                        .current = true};
}

void km_usage_reader_done(struct km_usage_reader *reader)
{
    free(reader->parts);
    free(reader->part_ms);
    km_buf_done(&reader->labels);
}

int km_usage_reader_seek(struct km_usage_reader *reader, const char *token)
{
    const char *slash = strchr(token, '/');
    char space[KM_CURSOR_PART];
    /* "\xff" is behind every container's name. */
    const char *pod[] = {space, slash ? slash + 1 : "", "\xff"}, *node[] = {token, NULL, NULL};

    if (!*token || !slash != !reader->query->pods ||
        (slash && (size_t)(slash - token) >= sizeof(space)) ||
        strlen(slash ? slash + 1 : token) >= KM_CURSOR_PART)
        return -EINVAL;
    if (slash)
        snprintf(space, sizeof(space), "%.*s", (int)(slash - token), token);
    km_cursor_set(&reader->cursor, slash ? pod : node);
    return 0;
}

void km_usage_token(struct km_buf *out, const struct km_usage_item *item)
{
    if (item->is_pod) {
        km_buf_puts(out, item->name_space);
        km_buf_putc(out, '/');
    }
    km_buf_puts(out, item->name);
}

/* --- what is selected --------------------------------------------------------------------------
 */

struct fields {
    const char *name_space, *name;
};

static const char *field_value(const void *arg, const char *key)
{
    const struct fields *fields = arg;

    return strcmp(key, "metadata.name") == 0 ? fields->name : fields->name_space;
}

/* Also fetches the labels. */
static bool is_selected(struct km_usage_reader *r, const char *name_space, const char *name)
{
    const struct km_usage_query *q = r->query;
    struct fields fields = {name_space, name};

    if (q->fields_wanted && !km_selector_matches(q->fields_wanted, field_value, &fields))
        return false;
    if (!km_labels_find(q->labels, name_space, name, &r->labels))
        return !km_labels_complete(q->labels) && !q->labels_wanted;
    return !q->labels_wanted || km_selector_matches(q->labels_wanted, km_labels_value, &r->labels);
}

/* --- reading -----------------------------------------------------------------------------------
 */

/* The next entity into the view. 1, 0 at the end, 2 where a piece of them has been read, -ENOMEM.
 */
static int read_entity(struct km_usage_reader *r)
{
    if (r->ahead) {
        r->ahead = false;
        return 1;
    }
    while (!r->ended) {
        while (r->next < r->count) {
            if (km_store_view(r->query->store, r->refs[r->next++], &r->view) == 0)
                return 1;
        }
        r->next = 0;
        r->ended = !km_store_next(r->query->store, &r->filter, km_time_now_ms(), &r->cursor,
                                  r->refs, &r->count);
        if (!r->ended)
            return 2;
    }
    return 0;
}

static bool is_same_pod(const struct km_usage_reader *r, const struct km_view *v)
{
    return strcmp(v->name_space, r->name_space) == 0 && strcmp(v->pod, r->name) == 0;
}

static int add_part(struct km_usage_reader *r, const struct km_view *v)
{
    const char *uid = v->uid ? v->uid : "";
    struct km_usage_part *part;

    /* A pod that was made anew under its name: the one before may still be among the current. */
    if (strcmp(r->uid, uid) != 0) {
        if (v->last.time_ms < r->newest_ms)
            return 0;
        r->n_parts = 0;
        snprintf(r->uid, sizeof(r->uid), "%s", uid);
    }
    if (r->n_parts == r->room_parts) {
        size_t room = r->room_parts * 2 + 8;
        struct km_usage_part *parts = realloc(r->parts, room * sizeof(*parts));
        int64_t *times;

        if (!parts)
            return -ENOMEM;
        r->parts = parts;
        times = realloc(r->part_ms, room * sizeof(*times));
        if (!times)
            return -ENOMEM;
        r->part_ms = times;
        r->room_parts = room;
    }
    part = &r->parts[r->n_parts];
    snprintf(part->name, sizeof(part->name), "%s", v->container ? v->container : "");
    r->part_ms[r->n_parts] = v->last.time_ms;
    /* Who it is comes from the Kubernetes API and may be known later than what it uses. */
    if (!v->container || !v->has_previous || !km_usage_of(&v->last, &v->previous, &part->usage))
        part->usage.window_ms = 0;
    if (v->last.time_ms > r->newest_ms)
        r->newest_ms = v->last.time_ms;
    r->n_parts++;
    return 0;
}

/* Drops containers that have ended: the pod's others have newer readings. True if all that is left
 * has usage. */
static bool finish_pod(struct km_usage_reader *r, struct km_usage_item *item)
{
    size_t kept = 0;
    bool complete = true;

    for (size_t i = 0; i < r->n_parts; i++) {
        if (r->newest_ms - r->part_ms[i] > r->query->interval_ms * 3 / 2)
            continue;
        complete = complete && r->parts[i].usage.window_ms > 0;
        r->parts[kept++] = r->parts[i];
    }
    r->n_parts = 0;
    if (!complete || kept == 0)
        return false;
    *item = (struct km_usage_item){.is_pod = true,
                                   .name_space = r->name_space,
                                   .name = r->name,
                                   .labels = &r->labels,
                                   .now_ms = km_time_now_ms(),
                                   .parts = r->parts,
                                   .n_parts = kept};
    km_usage_sum(item);
    return true;
}

static int next_pod(struct km_usage_reader *r, struct km_usage_item *ret_item)
{
    const struct km_view *v = &r->view;
    int result;

    while ((result = read_entity(r)) == 1) {
        if (!v->name_space || !v->pod)
            continue;
        if (r->n_parts > 0 && !is_same_pod(r, v)) {
            r->ahead = true;
            if (finish_pod(r, ret_item))
                return 1;
            continue;
        }
        if (r->n_parts == 0) {
            if (!is_selected(r, v->name_space, v->pod))
                continue;
            snprintf(r->name_space, sizeof(r->name_space), "%s", v->name_space);
            snprintf(r->name, sizeof(r->name), "%s", v->pod);
            snprintf(r->uid, sizeof(r->uid), "%s", v->uid ? v->uid : "");
            r->newest_ms = 0;
        }
        if (add_part(r, v) < 0)
            return -ENOMEM;
    }
    if (result == 0 && r->n_parts > 0)
        return finish_pod(r, ret_item) ? 1 : 0;
    return result;
}

static int next_node(struct km_usage_reader *r, struct km_usage_item *ret_item)
{
    const struct km_view *v = &r->view;
    int result;

    while ((result = read_entity(r)) == 1) {
        struct km_usage usage;
        int64_t now = km_time_now_ms();

        if (!v->node || !is_selected(r, "", v->node) || !v->has_previous ||
            now - v->received_ms > 3 * r->query->interval_ms ||
            !km_usage_of(&v->last, &v->previous, &usage))
            continue;
        snprintf(r->name, sizeof(r->name), "%s", v->node);
        *ret_item = (struct km_usage_item){
            .name = r->name, .labels = &r->labels, .now_ms = now, .usage = usage};
        return 1;
    }
    return result;
}

int km_usage_reader_next(struct km_usage_reader *reader, struct km_usage_item *ret_item)
{
    int result = reader->query->pods ? next_pod(reader, ret_item) : next_node(reader, ret_item);

    return result >= 0 && reader->labels.failed ? -ENOMEM : result;
}
