/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NAME_MEMO_H
#define KM_COLLECTOR_NAME_MEMO_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Yes or no to a few names, found out once: whether a disk or a network interface counts is a look
 * into /sys that costs as much as reading a file. A node has a hundred interfaces, most of them
 * told by their name alone; what does not fit is asked each time.
 */
struct km_name_memo {
    struct {
        char name[32];
        bool yes;
    } items[64];
    size_t count;
    unsigned asked; /* readings since it was emptied */
};

#define KM_NAME_MEMO_READINGS 60 /* devices come and go: then all are asked anew */

/* Begins a reading: forgets all after KM_NAME_MEMO_READINGS. */
void km_name_memo_begin(struct km_name_memo *memo);

/* What ask(arg, name) says, now or when it was asked before. */
bool km_name_memo_ask(struct km_name_memo *memo, const char *name,
                      bool (*ask)(void *arg, const char *name), void *arg);

#endif
