/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_SCAN_H
#define KM_COLLECTOR_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample.h"

/* Reading the text of kernel files. */

/*
 * The whole number that text begins with, blanks skipped; false if there is none, it is too big, or
 * it goes on as something else than a blank: "max", "12ab".
 */
bool km_scan_number(const char *text, int64_t *ret_number);

/* The same whatever stands behind it, and *text is moved there. */
bool km_scan_next(const char **text, int64_t *ret_number);

/* Where the next line begins: at the final zero where there is none. */
const char *km_scan_next_line(const char *line);

/* Adds to a metric, absent is none. What is negative or would overflow is left out. */
void km_scan_add(struct km_sample *sample, unsigned metric, int64_t value);

/*
 * The value of a line "key value" or "key: value kB", in its own unit. key is matched whole with
 * what ends it: "MemTotal:" or "usage_usec ". False where there is no such line.
 */
bool km_scan_value(const char *text, const char *key, int64_t *ret_value);

/* Which lines go into which metric, each times its factor. At most 32; ends with a NULL key. */
struct km_scan_rule {
    const char *key;
    unsigned metric;
    int64_t factor;
};

void km_scan_into(const char *text, const struct km_scan_rule *rules, struct km_sample *sample);

#endif
