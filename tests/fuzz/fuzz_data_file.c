/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of the data directory, and as a piece whose checksum is right. */
#include "file_head.h"
#include "fuzz.h"
#include "recovery_file.h"
#include "restore.h"

#define NOW_MS INT64_C(1795478400000)

static int look(void *arg, const struct km_row *row)
{
    (void)arg;
    for (unsigned i = 1; i < row->count; i++)
        MUST(row->metric[i] > row->metric[i - 1]);
    return 0;
}

static void ask(const struct km_store *store)
{
    for (int kind = 0; kind < KM_ENTITY_KINDS; kind++) {
        struct km_filter filter = {.kind = (enum km_entity_kind)kind};
        struct km_ref *refs = NULL;
        struct km_view view;
        size_t count = 0;

        MUST(km_store_list(store, &filter, NOW_MS, &refs, &count) == 0);
        for (size_t i = 0; i < count; i++) {
            km_store_view(store, refs[i], &view);
            km_store_scan(store, refs[i], 0, INT64_MAX, look, NULL);
        }
        free(refs);
    }
}

static void load(const uint8_t *bytes, size_t size, bool same_catalogue)
{
    const struct km_store_config config = {.retention_ms = INT64_C(1) << 40,
                                           .memory_limit = 64 << 20,
                                           .interval_ms = 5000,
                                           .max_entities = 1000,
                                           .max_keys = 8};
    struct km_store *store;
    struct km_recovery_found found = {0};

    MUST(km_store_new(&config, &store) == 0);
    struct km_recovery_share share = {store, NOW_MS - config.retention_ms, 0, 1};
    MUST(km_recovery_file(&share, KM_FILE_HISTORY, bytes, size, 0, same_catalogue, &found) == 0);
    for (unsigned i = 0; i < KM_SHARDS; i++)
        km_restore_end(&store->shard[i]);
    ask(store);
    free(found.files);
    km_store_free(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct km_buf file = KM_BUF_INIT;
    size_t at = km_piece_begin(&file);
    struct km_head head;

    (void)km_head_read(data, size, &head);
    load(data, size, true);
    km_buf_append(&file, data, size);
    km_piece_end(&file, at, 3);
    load((const uint8_t *)file.data, file.len, size % 2);
    km_buf_done(&file);
    return 0;
}
