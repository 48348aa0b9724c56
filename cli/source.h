/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_SOURCE_H
#define KM_CLI_SOURCE_H

#include <stddef.h>
#include <yyjson.h>

/*
 * Where a column's value stands in an object of the server: a member "cpu_usage", a member of a
 * group "memory/working_set", a sum "network/rx_bytes_per_second+network/tx_bytes_per_second" of
 * those that are there, and alternatives "memory/working_set|memory/used" of which the first that
 * is there counts.
 */

/* The number, or NaN where the object does not have it. */
double km_source_number(yyjson_val *object, const char *source);

/*
 * The text, "" where the object does not have it: strings as they are, booleans as yes or no, a
 * sum with "/" between. Room for size bytes; a longer one is cut off.
 */
void km_source_text(yyjson_val *object, const char *source, char *ret_text, size_t size);

#endif
