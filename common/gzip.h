/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_GZIP_H
#define KM_COMMON_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* gzip (RFC 1952) of whole texts and of streams, over zlib. */

/*
 * Unpacks data (one or more gzip members) and appends it to out. Returns 0; -EINVAL if it is not
 * gzip, damaged or cut off; -EMSGSIZE if it is more than max bytes, found without unpacking more;
 * -ENOMEM. Where it is not 0, out holds an unspecified part.
 */
int km_gunzip(const void *data, size_t len, size_t max, struct km_buf *out);

/* Appends data packed to out. Returns 0 or -ENOMEM. */
int km_gzip(const void *data, size_t len, struct km_buf *out);

/*
 * Packing in pieces. The window is small (8 KiB; about 70 KB of memory in all), since there may be
 * as many at once as there are slow readers.
 */
struct km_gzip_stream;

/* Returns NULL when memory runs out. */
struct km_gzip_stream *km_gzip_stream_new(void);
void km_gzip_stream_free(struct km_gzip_stream *stream);

/*
 * Takes a piece and appends what is ready to out, maybe nothing yet; with end, all the rest.
 * Returns 0 or -ENOMEM.
 */
int km_gzip_stream_write(struct km_gzip_stream *stream, const void *data, size_t len, bool end,
                         struct km_buf *out);

/*
 * Packing of whole texts one after another, in memory that is kept (270 KB; the window is the
 * largest, 32 KiB).
 */
struct km_gzip_packer;

/* Level 1 is the fastest, 9 packs best. */
#define KM_GZIP_FAST  1
#define KM_GZIP_SMALL 6

struct km_gzip_packer *km_gzip_packer_new(void); /* NULL when memory runs out */
void km_gzip_packer_free(struct km_gzip_packer *packer);

/* Appends data packed to out. Allocates only where out has to grow. Returns 0 or -ENOMEM. */
int km_gzip_pack(struct km_gzip_packer *packer, int level, const void *data, size_t len,
                 struct km_buf *out);

/*
 * True if an Accept-Encoding header's text allows gzip: "gzip, deflate, br", "*", not "gzip;q=0".
 * NULL, no header, does not.
 */
bool km_gzip_accepted(const char *accept_encoding);

#endif
