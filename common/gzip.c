/* SPDX-License-Identifier: Apache-2.0 */
#include "gzip.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "clean.h"

#define PIECE 16384 /* bytes of room made for zlib at a time */

/* zlib counts in unsigned int; bodies and pieces are far below it, but nothing here says so. */
static uInt next_part(size_t left)
{
    return left > INT_MAX ? INT_MAX : (uInt)left;
}

/* Runs inflate until it wants no more of this member. Returns 0 at its end. */
static int unpack_member(z_stream *z, size_t max, size_t *total, struct km_buf *out)
{
    for (;;) {
        size_t room = max - *total + 1 < PIECE ? max - *total + 1 : PIECE;
        size_t got;
        int r;

        if (km_buf_reserve(out, room) < 0)
            return -ENOMEM;
        z->next_out = (Bytef *)out->data + out->len;
        z->avail_out = (uInt)room;
        r = inflate(z, Z_NO_FLUSH);
        got = room - z->avail_out;
        out->len += got;
        *total += got;
        if (*total > max)
            return -EMSGSIZE;
        if (r == Z_STREAM_END)
            return 0;
        if (r == Z_MEM_ERROR)
            return -ENOMEM;
        if (r != Z_OK || (z->avail_in == 0 && z->avail_out > 0))
            return -EINVAL;
    }
}

int km_gunzip(const void *data, size_t len, size_t max, struct km_buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len};
    size_t total = 0;
    int r;

    if (len > INT_MAX)
        return -EMSGSIZE;
    if (inflateInit2(&z, MAX_WBITS + 16) != Z_OK)
        return -ENOMEM;
    do {
        r = unpack_member(&z, max, &total, out);
        if (r == 0 && z.avail_in > 0)
            inflateReset(&z);
    } while (r == 0 && z.avail_in > 0);
    inflateEnd(&z);
    return r;
}

struct km_gzip_stream {
    z_stream z;
};

struct km_gzip_stream *km_gzip_stream_new(void)
{
    km_auto_free struct km_gzip_stream *stream = calloc(1, sizeof(*stream));

    /* Level 1 packs our JSON to about a seventh at a third of the default level's time. */
    if (!stream || deflateInit2(&stream->z, 1, Z_DEFLATED, 13 + 16, 6, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    return km_take_ptr(stream);
}

void km_gzip_stream_free(struct km_gzip_stream *stream)
{
    if (!stream)
        return;
    deflateEnd(&stream->z);
    free(stream);
}

int km_gzip_stream_write(struct km_gzip_stream *stream, const void *data, size_t len, bool end,
                         struct km_buf *out)
{
    z_stream *z = &stream->z;
    size_t left = len;
    int r;

    z->next_in = (Bytef *)(uintptr_t)data;
    do {
        uInt part = next_part(left);

        left -= part;
        z->avail_in = part;
        do {
            if (km_buf_reserve(out, PIECE) < 0)
                return -ENOMEM;
            z->next_out = (Bytef *)out->data + out->len;
            z->avail_out = PIECE;
            r = deflate(z, end && left == 0 ? Z_FINISH : Z_NO_FLUSH);
            out->len += PIECE - z->avail_out;
        } while (r == Z_OK && z->avail_out == 0);
    } while (left > 0);
    return 0;
}

int km_gzip(const void *data, size_t len, struct km_buf *out)
{
    struct km_gzip_stream *stream = km_gzip_stream_new();
    int r;

    if (!stream)
        return -ENOMEM;
    r = km_gzip_stream_write(stream, data, len, true, out);
    km_gzip_stream_free(stream);
    return r;
}

struct km_gzip_packer {
    z_stream z;
};

struct km_gzip_packer *km_gzip_packer_new(void)
{
    km_auto_free struct km_gzip_packer *packer = calloc(1, sizeof(*packer));

    if (!packer || deflateInit2(&packer->z, KM_GZIP_FAST, Z_DEFLATED, MAX_WBITS + 16, 8,
                                Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    return km_take_ptr(packer);
}

void km_gzip_packer_free(struct km_gzip_packer *packer)
{
    if (!packer)
        return;
    deflateEnd(&packer->z);
    free(packer);
}

int km_gzip_pack(struct km_gzip_packer *packer, int level, const void *data, size_t len,
                 struct km_buf *out)
{
    z_stream *z = &packer->z;
    size_t left = len;
    int r;

    deflateReset(z);
    deflateParams(z, level, Z_DEFAULT_STRATEGY);
    z->next_in = (Bytef *)(uintptr_t)data;
    do {
        if (z->avail_in == 0) {
            z->avail_in = next_part(left);
            left -= z->avail_in;
        }
        if (km_buf_reserve(out, PIECE) < 0)
            return -ENOMEM;
        z->next_out = (Bytef *)out->data + out->len;
        z->avail_out = PIECE;
        r = deflate(z, left == 0 ? Z_FINISH : Z_NO_FLUSH);
        out->len += PIECE - z->avail_out;
    } while (r != Z_STREAM_END);
    return 0;
}

/* True if an element's parameters ";q=0.5;…" say that it is not wanted: q=0, q=0.0, q=0.000. */
static bool refused(const char *params, size_t len)
{
    for (size_t i = 0; i + 2 < len; i++) {
        if ((params[i] == 'q' || params[i] == 'Q') && params[i + 1] == '=') {
            size_t digits = strspn(params + i + 2, "0.");

            return digits > 0 &&
                   (i + 2 + digits >= len || !strchr("123456789", params[i + 2 + digits]));
        }
    }
    return false;
}

bool km_gzip_accepted(const char *accept_encoding)
{
    bool any = false;

    for (const char *p = accept_encoding; p && *p;) {
        size_t len = strcspn(p, ",");
        size_t skip = strspn(p, " \t");
        const char *name = p + (skip < len ? skip : len);
        size_t rest = len - (size_t)(name - p);
        size_t name_len = strcspn(name, " \t;,");

        if (name_len > rest)
            name_len = rest;
        if ((name_len == 4 && strncasecmp(name, "gzip", 4) == 0) ||
            (name_len == 6 && strncasecmp(name, "x-gzip", 6) == 0))
            return !refused(name + name_len, rest - name_len);
        if (name_len == 1 && *name == '*')
            any = !refused(name + name_len, rest - name_len);
        p += len;
        p += *p == ',';
    }
    return any;
}
