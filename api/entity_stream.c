/* SPDX-License-Identifier: Apache-2.0 */
#include "entity_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "api.h"
#include "time_format.h"

#define PIECE 16384 /* bytes of JSON made before the client is asked to take them */

struct stream {
    const struct km_api *api;
    struct km_filter filter; /* a copy */
    int64_t now_ms, left;    /* items that may still be written */
    struct km_cursor cursor;
    struct km_ref refs[KM_STORE_PIECE];
    size_t count, next;
    bool begun, ended; /* the items' array is */
    bool named;        /* name is that of the last item of a page that is full */
    char name[KM_LIST_NAME];
    struct km_json w;
};

void km_write_entity(struct km_json *w, const struct km_api *api, enum km_entity_kind kind,
                     struct km_ref ref, int64_t now_ms)
{
    struct km_view view;

    if (km_store_view(api->store, ref, &view) < 0)
        return;
    switch (kind) {
    case KM_ENTITY_NODE:
        km_answer_node(w, api->store, &view, api->interval_ms, now_ms);
        break;
    case KM_ENTITY_POD:
        km_answer_pod(w, api->store, &view, now_ms, NULL, 0);
        break;
    case KM_ENTITY_CONTAINER:
        km_answer_container(w, api->store, &view);
        break;
    }
}

bool km_entity_list_name(const struct km_store *store, struct km_ref ref,
                         char ret_name[KM_LIST_NAME])
{
    const char *part[KM_NAME_PARTS] = {NULL};
    struct km_view view;

    if (km_store_view(store, ref, &view) < 0)
        return false;
    if (view.kind == KM_ENTITY_NODE)
        part[0] = view.node;
    else
        memcpy(part, (const char *[]){view.name_space, view.pod, view.container}, sizeof(part));
    for (int i = 0; i < KM_NAME_PARTS; i++)
        part[i] = part[i] ? part[i] : "";
    km_list_name(part, ret_name);
    return true;
}

static void stream_free(void *arg)
{
    struct stream *s = arg;

    km_filter_done(&s->filter);
    free(s);
}

/* 1: there is a next one, at refs[next]; 2: others are to be looked at; 0: that was all. */
static int look_ahead(struct stream *s)
{
    if (s->next < s->count)
        return 1;
    s->next = 0;
    if (!km_store_next(s->api->store, &s->filter, s->now_ms, &s->cursor, s->refs, &s->count))
        return 0;
    return s->count > 0 ? 1 : 2;
}

/* The name of the last item that is still there: those behind it are gone and listed by nobody. */
static bool last_name(const struct stream *s, char ret_name[KM_LIST_NAME])
{
    size_t i = s->next;

    while (i > 0 && !km_entity_list_name(s->api->store, s->refs[i - 1], ret_name))
        i--;
    return i > 0;
}

/* Whether there is another page is known when the first of it has been found. */
static int write_end(struct stream *s)
{
    int ahead = 0;

    if (!s->ended) {
        s->ended = true;
        s->named = s->left == 0 && last_name(s, s->name);
        km_json_array_end(&s->w);
    }
    if (s->named)
        ahead = look_ahead(s);
    if (ahead == 2)
        return 1;
    if (ahead == 1)
        km_list_write_token(&s->w, 0, s->name);
    km_json_object_end(&s->w);
    return 0;
}

static int stream_next(void *arg, struct km_buf *out)
{
    struct stream *s = arg;
    size_t begin = out->len;
    int ahead = 0;

    s->w.out = out;
    if (!s->begun) {
        km_json_object(&s->w);
        km_json_member_array(&s->w, "items");
        s->begun = true;
    }
    while (s->left > 0 && out->len - begin < PIECE && (ahead = look_ahead(s)) == 1) {
        km_write_entity(&s->w, s->api, s->filter.kind, s->refs[s->next++], s->now_ms);
        s->left--;
    }
    return s->left > 0 && ahead != 0 ? 1 : write_end(s);
}

/* Sets the cursor behind the name of a token: "ns\1pod\1container". */
static void go_behind(struct km_cursor *cursor, const char *name)
{
    char text[KM_LIST_NAME];
    const char *part[KM_NAME_PARTS] = {text};
    unsigned parts = 1;

    snprintf(text, sizeof(text), "%s", name);
    for (char *p = text; *p && parts < KM_NAME_PARTS; p++) {
        if (*p == '\x01') {
            *p = '\0';
            part[parts++] = p + 1;
        }
    }
    km_cursor_set(cursor, part);
}

void km_stream_entities(struct km_call *call, const struct km_filter *filter)
{
    const char *token = km_call_text(call, "continue"), *name;
    struct stream *s = calloc(1, sizeof(*s));
    double value;

    if (!s || km_filter_copy(filter, &s->filter) < 0) {
        free(s);
        km_answer_no_memory(call);
        return;
    }
    s->api = km_call_api(call);
    s->now_ms = km_time_now_ms();
    s->left = km_call_int(call, "limit", INT64_MAX);
    if (token && km_list_read_token(token, &value, &name) < 0) {
        stream_free(s);
        km_list_refuse_token(call);
        return;
    }
    if (token)
        go_behind(&s->cursor, name);
    km_answer_stream(call, stream_next, stream_free, s);
}
