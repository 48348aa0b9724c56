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

static void write_item(void *arg, uint64_t i, struct km_json *w)
{
    (void)arg;
    km_json_int(w, (int64_t)i);
}

static void check_page(struct km_page *page, bool by_value, bool descending)
{
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    yyjson_doc *doc;
    yyjson_val *item;
    size_t i, max;
    int64_t before = -1;

    for (size_t n = 0; n < ITEMS; n++)
        MUST(km_page_offer(page, by_value ? values[n] : 0, (const char *[]){names[n], "", ""}, n) ==
             0);
    while (km_page_write(page, write_item, NULL, &body) > 0)
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
    km_auto_buf struct km_buf target = KM_BUF_INIT;
    struct km_call call = {0};
    struct km_page *page;
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
        page = km_page_new(&call);
        MUST(page || call.status == 422);
        if (page)
            check_page(page, by_value, descending);
        km_page_free(page);
    }
    km_call_done(&call);
    return 0;
}
