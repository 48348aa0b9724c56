/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_WEB_FILE_H
#define KM_API_WEB_FILE_H

#include <stddef.h>

/* A file of the web pages, held in the program as gzip (written by web/embed.py at build time). */
struct km_web_file {
    const char *name; /* "docs.html" */
    const char *content_type;
    const void *data; /* gzip */
    size_t len;
    const char *etag; /* of the content, quotes included; weak, as it holds for all encodings */
};

/* Ended by a NULL name. */
extern const struct km_web_file km_web_files[];

#endif
