/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "labels.h"
#include "selector.h"

static const char *value_of(const void *labels, const char *key)
{
    const char *const *pair = labels;

    for (; *pair; pair += 2) {
        if (strcmp(pair[0], key) == 0)
            return pair[1];
    }
    return NULL;
}

static const char *const web[] = {"app", "web",   "tier", "front", "example.com/rank",
                                  "7",   "empty", "",     NULL};

static void assert_selects(const char *text, bool selects)
{
    km_auto_buf struct km_buf error = KM_BUF_INIT;
    struct km_selector *s = NULL;

    if (km_selector_parse(text, &s, &error) != 0)
        fail_msg("%s: %s", text, km_buf_str(&error));
    if (km_selector_matches(s, value_of, web) != selects)
        fail_msg("%s must%s select", text, selects ? "" : " not");
    km_selector_free(s);
}

static void selects_by_every_operator(void **state)
{
    (void)state;
    assert_selects("", true);
    assert_selects("  ", true);
    assert_selects("app", true);
    assert_selects("nobody", false);
    assert_selects("!nobody", true);
    assert_selects("! app", false);
    assert_selects("app=web", true);
    assert_selects("app==web", true);
    assert_selects(" app = web ", true);
    assert_selects("app=db", false);
    assert_selects("app!=db", true);
    assert_selects("nobody!=db", true);
    assert_selects("app!=web", false);
    assert_selects("empty=", true);
    assert_selects("app=,tier", false);
    assert_selects("app in (db,web)", true);
    assert_selects("app in(db , web)", true);
    assert_selects("app in (db)", false);
    assert_selects("empty in (,x)", true);
    assert_selects("app notin (db,web)", false);
    assert_selects("nobody notin (db)", true);
    assert_selects("example.com/rank>6", true);
    assert_selects("example.com/rank > 7", false);
    assert_selects("example.com/rank<8", true);
    assert_selects("app>1", false);
    assert_selects("app=web,tier in (front),!nobody,example.com/rank", true);
    assert_selects("app=web,tier=back", false);
    assert_selects("in=x", false);
    assert_selects("!in,!notin", true);
}

static void refuses_what_is_none(void **state)
{
    static const char *const wrong[] = {
        ",",
        "a,",
        ",a",
        "a,,b",
        "a in",
        "a in b",
        "a in (b",
        "a in (b",
        "=b",
        "!",
        "a=b c",
        "a b",
        "-a",
        "a-",
        "a/",
        "/a",
        "a//b",
        "a=-",
        "a>",
        "a>x",
        "a<1.5",
        "(a)",
        "a=(b)",
        "a\xc3\xa4",
        "a in (b))",
        "a=b=c",
        "!a=b",
        "a>99999999999999999999",
        "a234567890123456789012345678901234567890123456789012345678901234",
        "a=a234567890123456789012345678901234567890123456789012345678901234"};

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        km_auto_buf struct km_buf error = KM_BUF_INIT;
        struct km_selector *s = NULL;

        if (km_selector_parse(wrong[i], &s, &error) != -EINVAL)
            fail_msg("%s is taken", wrong[i]);
        assert_null(s);
        assert_true(error.len > 0);
    }
}

static void reads_field_selectors(void **state)
{
    static const char *const fields[] = {"metadata.name", "web-0", "metadata.namespace", "shop",
                                         NULL};
    static const struct {
        const char *text;
        int result;
        bool selects;
    } cases[] = {{"metadata.name=web-0", 0, true},
                 {"metadata.name==web-0,metadata.namespace!=shop", 0, false},
                 {"metadata.name!=x", 0, true},
                 {"", 0, true},
                 {"spec.nodeName=n", -EINVAL, false},
                 {"metadata.name", -EINVAL, false},
                 {"metadata.name in (a)", -EINVAL, false},
                 {"!metadata.name", -EINVAL, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        km_auto_buf struct km_buf error = KM_BUF_INIT;
        struct km_selector *s = NULL;

        assert_int_equal(km_field_selector_parse(cases[i].text, &s, &error), cases[i].result);
        if (cases[i].result == 0)
            assert_int_equal(km_selector_matches(s, value_of, fields), cases[i].selects);
        km_selector_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selects_by_every_operator),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(reads_field_selectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
