/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_TOP_TABLE_H
#define KM_CLI_TOP_TABLE_H

#include "table.h"
#include "top_history.h"
#include "top_model.h"

/*
 * The list of `top` as a table: its lines in order, all columns that may be shown (the screen
 * leaves out those that do not fit), and behind the name the course of what it is ordered by:
 * memory, or else CPU. Long names are cut so that numbers stay on a screen of `width` columns.
 */
void km_top_table(const struct km_top *top, const struct km_top_history *cpu,
                  const struct km_top_history *memory, bool utf8, size_t width,
                  struct km_table *table);

#endif
