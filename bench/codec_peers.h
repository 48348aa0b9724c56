/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_CODEC_PEERS_H
#define KM_BENCH_CODEC_PEERS_H

#include "codec.h"

/*
 * Ways to write rows that ours is compared with. All columns of the rows are present. Each pack
 * returns the bytes used; each unpack fills time and value of rows, whose rows and columns are set.
 */
struct peer {
    const char *name;
    size_t (*pack)(const struct km_rows *rows, uint8_t *to, size_t room);
    void (*unpack)(const uint8_t *from, size_t size, struct km_rows *ret_rows);
};

/* Ended by one without a name. */
extern const struct peer peers[];

#endif
