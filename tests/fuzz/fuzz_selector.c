/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors and Accept headers, as strangers may write them. */
#include <errno.h>
#include <string.h>

#include "accept.h"
#include "fuzz.h"
#include "selector.h"

static const char *value_of(const void *labels, const char *key)
{
    (void)labels;
    return key[0] == 'a' ? "1" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int (*const parsers[])(const char *, struct km_selector **,
                           struct km_buf *) = {km_selector_parse, km_field_selector_parse};
    char *text = strndup((const char *)data, size);

    MUST(text);
    for (size_t i = 0; i < 2; i++) {
        km_auto_buf struct km_buf error = KM_BUF_INIT;
        struct km_selector *selector = NULL;
        int r = parsers[i](text, &selector, &error);

        MUST(r == 0 || r == -EINVAL);
        MUST((r == 0) == (selector != NULL) && (r == 0) == (error.len == 0));
        if (r == 0)
            km_selector_matches(selector, value_of, NULL);
        MUST(r != 0 || !km_selector_is_empty(selector) || strspn(text, " \t\r\n") == strlen(text));
        km_selector_free(selector);
    }
    km_accept(text);
    free(text);
    return 0;
}
