/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_UNITS_H
#define KM_CLI_UNITS_H

#include <stdbool.h>

/* Numbers as people read them, in the units that `kubectl top` uses. */

enum km_unit {
    KM_UNIT_NAME,       /* text */
    KM_UNIT_TIME,       /* text: RFC 3339 */
    KM_UNIT_MILLICORES, /* 250m: begun millicores, so that any use is at least 1m */
    KM_UNIT_BYTES,      /* 900Ki 128Mi 12.5Gi: whole units, Gi from 10Gi on */
    KM_UNIT_RATE,       /* bytes per second: 0, 980, 1.2Ki, 34Ki, 5.6Mi */
    KM_UNIT_PERCENT,    /* 12% */
    KM_UNIT_COUNT,      /* 12 */
    KM_UNIT_MILLI,      /* thousandths of one: 1530 is 1.53 */
    KM_UNIT_AGE,        /* seconds: 45s 12m 3h20m 5d4h 300d */
};

#define KM_UNIT_TEXT 32

/* True for units whose values are numbers: they stand to the right in a table. */
bool km_unit_is_number(enum km_unit unit);

/* Writes a number of a unit; "-" where it is NaN, which means "not known". */
void km_unit_format(enum km_unit unit, double value, char ret_text[KM_UNIT_TEXT]);

#endif
