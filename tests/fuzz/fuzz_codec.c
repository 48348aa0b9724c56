/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a frame of so many columns as the first byte says; any bytes as values and back. */
#include <string.h>

#include "codec.h"
#include "codec_column.h"
#include "fuzz.h"

static void as_frame(const uint8_t *data, size_t size, unsigned columns)
{
    int64_t value[KM_FRAME_ROWS];
    struct km_presence present;
    struct km_frame frame;

    if (km_frame_open(&frame, data, size, columns, value) < 0)
        return;
    while (km_frame_next(&frame, value, &present) == 0)
        ;
}

static void as_values(const uint8_t *data, size_t size)
{
    int64_t values[KM_COLUMN_ROWS], back[KM_COLUMN_ROWS];
    uint8_t bytes[KM_COLUMN_MAX];
    const uint8_t *at = bytes;
    size_t packed;
    unsigned rows = (unsigned)(size / 8 < KM_COLUMN_ROWS ? size / 8 : KM_COLUMN_ROWS);

    if (rows < 2)
        return;
    memcpy(values, data, rows * sizeof(*values));
    packed = km_column_pack(values, rows, bytes);
    MUST(km_column_unpack(&at, bytes + packed, rows, back) == 0);
    MUST(at == bytes + packed);
    MUST(memcmp(back, values, rows * sizeof(*values)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    as_frame(data + 1, size - 1, data[0]);
    as_values(data + 1, size - 1);
    return 0;
}
