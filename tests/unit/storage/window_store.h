/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_TEST_WINDOW_STORE_H
#define KM_TEST_WINDOW_STORE_H

/* What tests of windows begin with: a time and a store. After <cmocka.h>. */

#include "window.h"

#define T INT64_C(1800000000000) /* a multiple of 10 s */

static struct km_store *make_store(void)
{
    struct km_store_config config = {.retention_ms = 3600000,
                                     .memory_limit = 1 << 24,
                                     .interval_ms = 5000,
                                     .max_entities = 100,
                                     .max_keys = 2};
    struct km_store *store = NULL;

    assert_int_equal(km_store_new(&config, &store), 0);
    return store;
}

#endif
