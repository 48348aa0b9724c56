/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_FILE_HEAD_H
#define KM_API_STORAGE_FILE_HEAD_H

#include "buf.h"
#include "piece.h"

/* How the files of this build begin: the head, and the catalogue as the first piece. */

/* The shard of pieces that are for all shards. */
#define KM_PIECE_ALL 255

/* The head of this build's files. */
struct km_head km_file_head_of(enum km_file_kind kind, uint32_t number);

/* Appends head and catalogue. */
void km_file_head(struct km_buf *out, enum km_file_kind kind, uint32_t number);

#endif
