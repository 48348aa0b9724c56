/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_TOP_SCREEN_H
#define KM_CLI_TOP_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "top_feed.h"
#include "top_history.h"
#include "top_model.h"

/* Draws `top`. The only file that knows the terminal library. */
struct km_top_screen;

/* What a picture is made of; pointers are read during the call only. */
struct km_top_picture {
    struct km_top *top;                     /* scrolled so that the selected line is seen */
    const struct km_top_snapshot *snapshot; /* NULL before the first */
    const struct km_top_history *cpu, *memory;
    const char *server; /* its address */
    const char *error;  /* why the last try failed; "" for none */
    double age;         /* seconds since the snapshot */
};

/* Takes the terminal. Returns 0, or -ENOTTY where there is none that can be drawn on. */
int km_top_screen_open(bool colours, bool utf8, struct km_top_screen **ret_screen);

void km_top_screen_draw(struct km_top_screen *screen, const struct km_top_picture *picture);

/* Lines of the list that the last picture had room for. */
size_t km_top_screen_page(const struct km_top_screen *screen);

/* The next key (a byte of UTF-8, or an enum km_top_key), 0 for a change of size; -1 for none. */
int km_top_screen_key(struct km_top_screen *screen);

/* Gives the terminal back as it was. */
void km_top_screen_close(struct km_top_screen *screen);

#endif
