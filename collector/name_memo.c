/* SPDX-License-Identifier: Apache-2.0 */
#include "name_memo.h"

#include <string.h>

void km_name_memo_begin(struct km_name_memo *memo)
{
    if (memo->asked++ % KM_NAME_MEMO_READINGS == 0)
        memo->count = 0;
}

bool km_name_memo_ask(struct km_name_memo *memo, const char *name,
                      bool (*ask)(void *arg, const char *name), void *arg)
{
    bool yes;

    for (size_t i = 0; i < memo->count; i++) {
        if (strcmp(memo->items[i].name, name) == 0)
            return memo->items[i].yes;
    }
    yes = ask(arg, name);
    if (memo->count < sizeof(memo->items) / sizeof(memo->items[0]) &&
        strlen(name) < sizeof(memo->items[0].name)) {
        strcpy(memo->items[memo->count].name, name);
        memo->items[memo->count++].yes = yes;
    }
    return yes;
}
