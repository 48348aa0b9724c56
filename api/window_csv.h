/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_WINDOW_CSV_H
#define KM_API_WINDOW_CSV_H

#include "buf.h"
#include "window.h"

/*
 * A window as a table for spreadsheets (RFC 4180: commas, CRLF, one header line), appended to out:
 *
 *   timestamp,pods,cpu_usage,memory.working_set,network.rx_bytes_per_second
 *   2026-11-24T00:13:50.000Z,2,12.345,1048576,
 *
 * Columns are named by their JSON keys, which say the unit; an empty field is absent, not zero. A
 * sum says under `count` (may be NULL) over how many it is. max adds each column's peak within a
 * step, as max.cpu_usage. Steps in which nothing was read have no line.
 */
void km_window_csv(struct km_buf *out, const struct km_grid *grid, const char *count, bool max);

/*
 * The name of a grid's column: "cpu_usage", "memory.rss", "disk.read_bytes_per_second". False for
 * those that are not answered: members outside the catalogue.
 */
bool km_window_column_name(const struct km_grid_column *column, char *text, size_t size);

#endif
