/* SPDX-License-Identifier: Apache-2.0 */
#include "file_head.h"

#include <string.h>

#include "crc32c.h"
#include "entry.h"
#include "metric.h"
#include "store_inside.h"

_Static_assert(KM_SHARDS <= KM_PIECE_ALL, "a piece says its shard in a byte");

struct km_head km_file_head_of(enum km_file_kind kind, uint32_t number)
{
    struct km_head head = {KM_FORMAT_VERSION, kind, number, KM_SHARDS, 0, 0};
    static const struct km_facts named = {.text = {[KM_FACT_UID] = "a uid of some length"}};

    head.naming = (uint32_t)km_entity_key(KM_ENTITY_POD, &named);
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        head.catalogue = km_crc32c(head.catalogue, &km_metrics[m].group, 1);
        head.catalogue = km_crc32c(head.catalogue, km_metrics[m].key, km_metrics[m].key_len + 1u);
    }
    return head;
}

void km_file_head(struct km_buf *out, enum km_file_kind kind, uint32_t number)
{
    struct km_head head = km_file_head_of(kind, number);
    size_t at;

    km_head_write(out, &head);
    at = km_piece_begin(out);
    for (unsigned m = 0; m < KM_METRIC_COUNT; m++)
        km_entry_put_key(out, m, km_metrics[m].group, km_metrics[m].key);
    km_piece_end(out, at, KM_PIECE_ALL);
}
