/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_WINDOW_QUERY_H
#define KM_CLI_WINDOW_QUERY_H

#include "cli.h"

/* What one object used over a time: the server's {"window":60,"step":5,"items":[…rows…]}. */

/*
 * Asks for the window of an object. step_ms 0 leaves it to the server. The caller frees *ret_doc.
 * Errors as km_fetch_get().
 */
int km_window_get(struct km_fetch *f, const struct km_subject *subject, const char *name_space,
                  const char *name, int64_t window_ms, int64_t step_ms, yyjson_doc **ret_doc);

/*
 * The step that makes about `rows` rows of a window: a multiple of the server's interval, which is
 * asked for. Errors as km_fetch_get().
 */
int km_window_step(struct km_fetch *f, int64_t window_ms, int64_t rows, int64_t *ret_step_ms);

/* Writes the rows of a window, behind them what each column was at least, on average and at most,
 * with its course as a sparkline; or the answer as it is. */
int km_window_write(const struct km_cli *cli, const struct km_subject *subject, yyjson_val *answer);

/*
 * Adds a line for each number column of rows to a table: last, least, average, most, and the course
 * between least and most (of a percentage between 0 and 100; what hardly moves is flat).
 */
void km_trend_table(const struct km_rows *rows, size_t width, bool utf8, struct km_table *table);

#endif
