/* SPDX-License-Identifier: Apache-2.0 */
/* A continue token from outside: refused, or the page behind it in order. */
#include <string.h>
#include <yyjson.h>

#include "call.h"
#include "fuzz.h"
#include "list_page.h"

#define ITEMS 8

/* Some with the same value, and a name of many bytes. */
static const char *const names[ITEMS] = {"a", "b", "b\001c",       "d",
                                         "e", "f", "\xea\xb0\x80", "\xf0\x9f\x98\x80"};
static const double values[ITEMS] = {0, 1.5, 1.5, 1e300, 0, 5e-324, 3, 1.5};

static void write_item(void *arg, size_t i, struct km_json *w)
{
    (void)arg;
    km_json_int(w, (int64_t)i);
}

static bool item_name(void *arg, size_t i, char ret_name[KM_LIST_NAME])
{
    (void)arg;
    snprintf(ret_name, KM_LIST_NAME, "%s", names[i]);
    return true;
}

static void done(void *arg)
{
    (void)arg;
}

static void check_page(struct km_call *call, bool by_value, bool descending)
{
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    yyjson_doc *doc;
    yyjson_val *item;
    size_t i, max;
    int64_t before = -1;

    while (call->next(call->state, &body) > 0)
        ;
    doc = yyjson_read(body.data, body.len, 0);
    MUST(doc);
    yyjson_arr_foreach(yyjson_obj_get(yyjson_doc_get_root(doc), "items"), i, max, item)
    {
        int64_t place = yyjson_get_sint(item), last = before;

        before = place;
        if (last < 0)
            continue;
        if (by_value && values[place] != values[last])
            MUST(descending ? values[place] < values[last] : values[place] > values[last]);
        else
            MUST(descending ? place < last : place > last);
    }
    MUST(i <= 3);
    yyjson_doc_free(doc);
}

/* The first byte says how to sort, the rest is the token. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct km_list list = {.count = ITEMS, .write = write_item, .name = item_name, .done = done};
    km_auto_buf struct km_buf target = KM_BUF_INIT;
    struct km_call call = {0};
    bool by_value, descending;

    if (size < 1)
        return 0;
    by_value = data[0] & 1;
    descending = data[0] & 2;
    km_buf_printf(&target,
                  "/api/nodes?limit=3&sort=%s&order=%s&continue=", by_value ? "cpu" : "name",
                  descending ? "desc" : "asc");
    for (size_t i = 1; i < size; i++)
        km_buf_printf(&target, "%%%02x", data[i]);
    MUST(km_call_route(&call, km_routes, "GET", km_buf_str(&target)) == 0);
    if (call.status == 0) {
        if (by_value) {
            list.value = malloc(sizeof(values));
            MUST(list.value);
            memcpy(list.value, values, sizeof(values));
        }
        km_answer_list(&call, &list);
        MUST(call.status == 200 || call.status == 422);
        if (call.status == 200)
            check_page(&call, by_value, descending);
    }
    km_call_done(&call);
    return 0;
}
