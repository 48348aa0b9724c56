/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <yyjson.h>

#include "call.h"
#include "list_page.h"

/* Things with one-letter names, listed under a route as those of routes.c. */
static const struct km_param params[] = {
    {"limit", KM_PARAM_INT, 1, 100000, NULL, NULL, ""},
    {"continue", KM_PARAM_STRING, 0, 0, NULL, NULL, ""},
    {"sort", KM_PARAM_CHOICE, 0, 0, KM_SORT_WORDS, "name", ""},
    {"order", KM_PARAM_CHOICE, 0, 0, "asc|desc", NULL, ""},
    {0},
};

static void nobody(struct km_call *call)
{
    (void)call;
}

static const struct km_route routes[] = {
    {"GET", "/", nobody, params, "", "", "", NULL, NULL, NULL, 0}, {0}};

struct things {
    char names[32]; /* in order */
    double value[32];
    char gone[32]; /* went between listing and writing */
};

static void write_thing(void *arg, uint64_t i, struct km_json *w)
{
    const struct things *t = arg;

    if (!strchr(t->gone, t->names[i]))
        km_json_string_len(w, &t->names[i], 1);
}

static void write_number(void *arg, uint64_t i, struct km_json *w)
{
    (void)arg;
    km_json_int(w, (int64_t)i);
}

/* Offers all, one of the middle first: no order is asked for. */
static void offer_things(struct km_page *page, const struct things *t, bool by_value)
{
    size_t count = strlen(t->names);

    for (size_t n = 0; n < count; n++) {
        size_t i = (n + count / 2) % count;
        char name[2] = {t->names[i]};

        assert_int_equal(
            km_page_offer(page, by_value ? t->value[i] : 0, (const char *[]){name, "", ""}, i), 0);
    }
}

/* Lists by a query: the items as one text, the token of the next page, the status. */
struct page {
    char items[64], token[2000];
    int status, total;
};

static struct page list(struct things *t, const char *query)
{
    struct page page = {0};
    struct km_call call = {0};
    km_auto_buf struct km_buf body = KM_BUF_INIT;
    struct km_page *chosen;
    char target[4000];
    yyjson_doc *doc;
    yyjson_val *item;
    size_t i, max;

    snprintf(target, sizeof(target), "/?%s", query);
    assert_int_equal(km_call_route(&call, routes, "GET", target), 0);
    assert_int_equal(call.status, 0);
    chosen = km_page_new(&call);
    page.status = chosen ? 200 : call.status;
    if (chosen) {
        offer_things(chosen, t, km_call_choice(&call, "sort", KM_SORT_NAME) != KM_SORT_NAME);
        while (km_page_write(chosen, write_thing, t, &body) > 0)
            ;
        doc = yyjson_read(km_buf_str(&body), body.len, 0);
        assert_non_null(doc);
        yyjson_arr_foreach(yyjson_obj_get(yyjson_doc_get_root(doc), "items"), i, max, item)
            page.items[i] = *yyjson_get_str(item);
        item = yyjson_obj_get(yyjson_doc_get_root(doc), "continue");
        if (yyjson_is_str(item))
            snprintf(page.token, sizeof(page.token), "%s", yyjson_get_str(item));
        page.total = yyjson_get_int(yyjson_obj_get(yyjson_doc_get_root(doc), "total"));
        yyjson_doc_free(doc);
    }
    km_page_free(chosen);
    km_call_done(&call);
    return page;
}

/* A token as a client puts it into a query. */
static const char *next_query(const char *query, const char *token)
{
    static char text[4000];
    size_t used = (size_t)snprintf(text, sizeof(text), "%s&continue=", query);

    for (; *token; token++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%%%02x", (unsigned char)*token);
    return text;
}

static const struct things letters = {.names = "abcdefg", .value = {3, 1, 2, 3, 1, 0, 2}};

static void sorts_and_orders(void **state)
{
    static const struct {
        const char *query, *items;
    } cases[] = {
        {"", "abcdefg"},
        {"sort=name&order=desc", "gfedcba"},
        {"sort=cpu", "dagcebf"},
        {"sort=cpu&order=desc", "dagcebf"},
        {"sort=memory&order=asc", "fbecgad"},
        {"limit=3", "abc"},
        {"limit=7", "abcdefg"},
        {"sort=disk&limit=2", "da"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct things t = letters;
        struct page page = list(&t, cases[i].query);

        assert_string_equal(page.items, cases[i].items);
        assert_int_equal(page.token[0] == '\0', strlen(page.items) == 7);
        assert_int_equal(page.total, 7);
    }
}

static void pages_are_the_whole(void **state)
{
    static const char *const queries[] = {"sort=name", "order=desc", "sort=cpu",
                                          "sort=memory&order=asc", "sort=network&order=desc"};

    (void)state;
    for (size_t q = 0; q < sizeof(queries) / sizeof(queries[0]); q++) {
        for (int limit = 1; limit <= 8; limit++) {
            struct things t = letters;
            struct page whole = list(&t, queries[q]), page;
            char query[64], all[64] = "";

            snprintf(query, sizeof(query), "%s&limit=%d", queries[q], limit);
            page = list(&t, query);
            strcat(all, page.items);
            while (page.token[0]) {
                page = list(&t, next_query(query, page.token));
                assert_true(strlen(all) + strlen(page.items) < sizeof(all));
                strcat(all, page.items);
            }
            assert_string_equal(all, whole.items);
        }
    }
}

/* The item a token names has gone, others have come: nothing is left out or listed twice. */
static void goes_on_where_items_come_and_go(void **state)
{
    static const struct {
        const char *query, *first, *then;
    } cases[] = {{"order=asc&limit=3", "bdf", "gh"}, {"order=desc&limit=3", "hfd", "ca"}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct things before = {.names = "bdfh"}, after = {.names = "acegh"};
        struct page page = list(&before, cases[i].query);

        assert_string_equal(page.items, cases[i].first);
        page = list(&after, next_query(cases[i].query, page.token));
        assert_string_equal(page.items, cases[i].then);
    }
}

/* Items that go while the answer is sent are left out; the next page goes on behind their names. */
static void leaves_out_what_has_gone(void **state)
{
    struct things t = {.names = "abcdefg", .gone = "cde"};
    struct page page = list(&t, "limit=4");

    (void)state;
    assert_string_equal(page.items, "ab");
    assert_string_equal(list(&t, next_query("limit=9", page.token)).items, "fg");
    t = (struct things){.names = "ab", .gone = "ab"};
    page = list(&t, "limit=1");
    assert_string_equal(page.items, "");
    assert_string_equal(list(&t, next_query("limit=1", page.token)).items, "");
}

/* Many more than a page, greatest last, so that each is wanted until the next one comes. */
static void chooses_the_greatest_of_many(void **state)
{
    static const char *const queries[] = {"/?sort=cpu&limit=3", "/?sort=cpu&order=asc&limit=3"};
    static const char *const items[] = {"[9999,9998,9997]", "[0,1,2]"};

    (void)state;
    for (int q = 0; q < 2; q++) {
        struct km_call call = {0};
        km_auto_buf struct km_buf body = KM_BUF_INIT;
        struct km_page *page;

        assert_int_equal(km_call_route(&call, routes, "GET", queries[q]), 0);
        page = km_page_new(&call);
        assert_non_null(page);
        for (uint64_t i = 0; i < 10000; i++)
            assert_int_equal(km_page_offer(page, (double)i, (const char *[]){"x", "y", "z"}, i), 0);
        while (km_page_write(page, write_number, NULL, &body) > 0)
            ;
        assert_non_null(strstr(km_buf_str(&body), items[q]));
        assert_non_null(strstr(km_buf_str(&body), "\"total\":10000"));
        km_page_free(page);
        km_call_done(&call);
    }
}

static void refuses_tokens_it_did_not_make(void **state)
{
    static const char *const tokens[] = {"x",     "5",     "/a",    "0x1p+0",
                                         "nan/a", "inf/a", "-inf/", "a/b"};

    (void)state;
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        struct things t = letters;

        assert_int_equal(list(&t, next_query("limit=1", tokens[i])).status, 422);
    }
}

static void lists_nothing(void **state)
{
    struct things t = {.names = ""};

    (void)state;
    assert_string_equal(list(&t, "limit=1").items, "");
    assert_string_equal(list(&t, "sort=cpu&continue=0x0p%2B0%2Fz").items, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_and_orders),
        cmocka_unit_test(pages_are_the_whole),
        cmocka_unit_test(goes_on_where_items_come_and_go),
        cmocka_unit_test(leaves_out_what_has_gone),
        cmocka_unit_test(chooses_the_greatest_of_many),
        cmocka_unit_test(refuses_tokens_it_did_not_make),
        cmocka_unit_test(lists_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
