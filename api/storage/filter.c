/* SPDX-License-Identifier: Apache-2.0 */
/* Filters that outlive the texts they were made of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

#define TEXTS 9

static void texts_of(struct km_filter *f, const char **ret_texts[TEXTS])
{
    const char **const texts[TEXTS] = {
        &f->node,       &f->name_space, &f->pod,        &f->uid,      &f->container,
        &f->deployment, &f->owner_kind, &f->owner_name, &f->contains,
    };

    memcpy(ret_texts, texts, sizeof(texts));
}

int km_filter_copy(const struct km_filter *filter, struct km_filter *ret_copy)
{
    const char **text[TEXTS];
    bool good = true;

    *ret_copy = *filter;
    texts_of(ret_copy, text);
    /* All of them, so that what is freed is ours. */
    for (int i = 0; i < TEXTS; i++) {
        if (!*text[i])
            continue;
        *text[i] = strdup(*text[i]);
        good = good && *text[i];
    }
    if (good)
        return 0;
    km_filter_done(ret_copy);
    return -ENOMEM;
}

void km_filter_done(struct km_filter *copy)
{
    const char **text[TEXTS];

    texts_of(copy, text);
    for (int i = 0; i < TEXTS; i++)
        free((char *)*text[i]);
}
