/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_CLI_SPARKLINE_H
#define KM_CLI_SPARKLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Appends a picture of values, oldest first, in `width` columns of the terminal: ▁▂▃▄▅▆▇█ or, where
 * the terminal has no UTF-8, one of _.-:=+*#. `low` is the lowest mark and `high` the highest; what
 * lies outside is drawn as these. NaN is a gap. More values than columns are averaged by column;
 * fewer stand to the right, so that now is always the right edge.
 */
void km_sparkline(struct km_buf *out, const double *values, size_t count, size_t width, double low,
                  double high, bool utf8);

#endif
