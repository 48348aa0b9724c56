/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_OUTPUT_CSV_H
#define KM_CLI_OUTPUT_CSV_H

#include <stdbool.h>

#include "buf.h"
#include "rows.h"

/*
 * Rows as RFC 4180 text (https://www.rfc-editor.org/rfc/rfc4180) with "\n" between: every column
 * but those that only sort, numbers as they are in the unit that the first line names, at most 3
 * decimals. What is not known is empty.
 */
void km_csv_write(struct km_buf *out, const struct km_rows *rows, bool titles);

/* One field: in quotes where it holds a comma, a quote or a line's end. */
void km_csv_field(struct km_buf *out, const char *text);

#endif
