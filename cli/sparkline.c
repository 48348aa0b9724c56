/* SPDX-License-Identifier: Apache-2.0 */
#include "sparkline.h"

#include <math.h>

#define LEVELS 8

static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const marks[LEVELS] = {"_", ".", "-", ":", "=", "+", "*", "#"};

/* The average of values[from..to) without gaps; NaN where all are gaps. */
static double average(const double *values, size_t from, size_t to)
{
    double sum = 0;
    size_t known = 0;

    for (size_t i = from; i < to; i++) {
        if (isnan(values[i]))
            continue;
        sum += values[i];
        known++;
    }
    return known ? sum / (double)known : NAN;
}

void km_sparkline(struct km_buf *out, const double *values, size_t count, size_t width, double low,
                  double high, bool utf8)
{
    size_t columns = count < width ? count : width;

    for (size_t i = columns; i < width; i++)
        km_buf_putc(out, ' ');
    for (size_t i = 0; i < columns; i++) {
        double value = average(values, i * count / columns, (i + 1) * count / columns);
        double level = high > low ? round((value - low) / (high - low) * (LEVELS - 1)) : 0;

        if (isnan(value)) {
            km_buf_putc(out, ' ');
            continue;
        }
        level = level < 0 ? 0 : level > LEVELS - 1 ? LEVELS - 1 : level;
        km_buf_puts(out, (utf8 ? blocks : marks)[(size_t)level]);
    }
}
